// What the reference's trainer has beside the seam: its values as they are, for the tests that hold others against
// them.
#pragma once

#include <span>

#include "net/optimizer.h"

namespace mn::reference {

class DoubleState {
  public:
    // Whole flat vectors in state-dict order, not rounded to float32.
    virtual void read_exactly(Slot slot, std::span<double> values) const = 0;
    virtual void write_exactly(Slot slot, std::span<const double> values) = 0;

  protected:
    ~DoubleState() = default;
};

} // namespace mn::reference
