// What the tests of single kernels share: numbers, instruction sets, and a product's sums by plain loops.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cpu/kernels/kernels.h"

namespace mn::test {

// Sizes around those of vectors, panels, tiles and the article's layers.
constexpr int64_t kOddSizes[] = {1, 7, 10, 31, 312, 313, 320};
inline std::vector<int64_t> odd_sizes() {
    return {std::begin(kOddSizes), std::end(kOddSizes)};
}

// Numbers in [-1, 1], of which a share of `zeros` is 0.
std::vector<float> made_up_floats(int64_t count, uint32_t seed, double zeros = 0);
std::vector<uint8_t> made_up_bytes(int64_t count, uint32_t seed, double zeros = 0);

// The kernels of each level that this machine can use.
std::vector<const cpu::Kernels*> all_kernels();

// What a kernel does to a sum before it is stored.
struct Ending {
    cpu::Epilogue epilogue = cpu::Epilogue::none;
    Activation activation = {};

    std::string name() const;
    // Whether it goes over sums that were stored, and so has nothing to do with how they were added.
    bool is_stored_first() const { return activation.kind != ActivationKind::relu; }
    // What stands beside a sum: a bias, or the value of the activation at z, or its slope if that does not follow.
    float beside(float bias_or_z) const;
    // By the reference's formulas.
    double of(double sum, float bias_or_z) const;
};
// Each epilogue, and each activation where it has one.
std::vector<Ending> all_endings();

// A sum of products in double precision, and what one in float32 may be off by: half a unit in the last place for each
// operation.
class Sum {
  public:
    void add(double a, double b);
    double value() const { return value_; }
    // got: the sum behind its ending, which has a slope of at most 1 and adds a number of size up to 1.
    testing::AssertionResult near(float got, double want) const;

  private:
    double value_ = 0, size_ = 0;
    int64_t terms_ = 0;
};

} // namespace mn::test
