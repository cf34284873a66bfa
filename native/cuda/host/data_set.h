// A set of samples: on the device as a whole, or lent by the host and streamed.
#pragma once

#include <cstdint>

#include "cuda/host/owners.h"
#include "cuda/host/samples.h"
#include "floor/floor.h"

namespace mn::cuda {

class DataSet {
  public:
    // Uploads the set if it has at most `limit` bytes and the device has room for it.
    void bind(const Data& samples, int64_t limit, Slices& slices);
    // Gives the device memory back: from now on the set is streamed.
    void evict();

    const Data& samples() const { return samples_; }
    bool resident() const { return resident_; }
    bool is(const Data& other) const {
        return other.pixels == samples_.pixels && other.labels == samples_.labels &&
               other.targets == samples_.targets && other.sample_weights == samples_.sample_weights &&
               other.count == samples_.count && other.type == samples_.type && other.scale == samples_.scale;
    }
    DataArguments arguments() const { return arguments_of(samples_, memory_); }
    int64_t bytes() const { return memory_.bytes(); }

  private:
    Data samples_;
    bool resident_ = false;
    SampleMemory<Place::device> memory_;
};

} // namespace mn::cuda
