// Training sets for the tests: MNIST and made-up ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "floor/floor.h"

namespace mn::test {

// A file or folder of the repository: of the tree that the tests were built from, or of the one that MN_TREE names in
// the environment, where they run on another machine.
std::string tree_path(const std::string& name);

// Owns the samples that samples() lends.
struct OwnedData {
    std::vector<uint8_t> bytes; // one of the two
    std::vector<float> floats;
    std::vector<int32_t> labels;
    std::vector<float> targets; // [count, outputs], or empty
    int64_t outputs = 0;
    std::vector<float> sample_weights; // [count], or empty
    int64_t features = 0;
    double scale = 1;

    Data samples() const;
    int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

// The first `count` training images of MNIST, as bytes of scale 1 / 255. Throws if the files cannot be read.
OwnedData mnist(int64_t count);

// What made_up() makes: pixels of which a share of `zeros` is 0, labels of all classes; where there are outputs,
// targets from 0 to 1 of which a half is 0 or 1; where they are weighted, sample weights of which some are 0.
struct Recipe {
    int64_t count = 0, features = 0, classes = 0;
    PixelType type = PixelType::float32;
    double zeros = 0.5;
    uint32_t seed = 1;
    int64_t outputs = 0;
    bool weighted = false;
};
OwnedData made_up(const Recipe& recipe);

// A reproducible order of `count` draws from [0, n), each sample as often as any other, give or take one.
std::vector<int32_t> made_up_order(int64_t n, int64_t count, uint32_t seed);

// 0, 1 ... n - 1, 0, 1 ... : `count` positions
std::vector<int32_t> cyclic_order(int64_t n, int64_t count);

} // namespace mn::test
