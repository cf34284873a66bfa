// The set that was evaluated last, kept on the device, since after every epoch the same one comes again.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/host/data_set.h"

namespace mn::cuda {

class EvaluatedSet {
  public:
    // Whether samples [first, first + count) of a set are on the device; the set is brought there if it is evaluated in
    // large parts and there is room. It is not lent: the caller may have changed it, so that what is asked for is held
    // against what was uploaded.
    bool holds(const Data& samples, int64_t first, int64_t count, int64_t limit, Slices& slices);
    // Gives the memory back.
    void forget() { set_.evict(); }

    bool resident() const { return set_.resident(); }
    DataArguments arguments() const { return set_.arguments(); }
    int64_t bytes() const { return set_.bytes(); }

  private:
    bool is_unchanged(const Data& samples, int64_t first, int64_t count) const;

    DataSet set_;
    std::vector<uint64_t> prints_; // of blocks of rows
};

} // namespace mn::cuda
