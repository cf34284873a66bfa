// The cases of cross_entropy.npz, in the order in which make_golden.py numbers them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/loss.h"
#include "support/npz.h"

namespace mn::test {

struct CrossEntropyCase {
    std::string name; // "c00" to "c47"
    LossOptions options;
    std::vector<double> logits; // [8, 5]
    std::vector<int32_t> labels;
};

std::vector<CrossEntropyCase> cross_entropy_cases(const Archive& golden);

} // namespace mn::test
