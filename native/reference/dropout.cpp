#include "reference/dropout.h"

#include <cmath>

namespace mn::reference {

namespace {

constexpr uint64_t kLow = 0xFFFFFFFF;

} // namespace

Words philox(Words counter, uint64_t key) {
    uint64_t first = key & kLow, second = key >> 32;
    for (int round = 0; round < 10; ++round) {
        const uint64_t even = counter[0] * 0xD2511F53, odd = counter[2] * 0xCD9E8D57;
        counter = {odd >> 32 ^ counter[1] ^ first, odd & kLow, even >> 32 ^ counter[3] ^ second, even & kLow};
        first = (first + 0x9E3779B9) & kLow;
        second = (second + 0xBB67AE85) & kLow;
    }
    return counter;
}

void draw_factors(double p, const StepSeed& draws, int layer, int64_t rows, int64_t columns,
                  std::vector<double>& factors) {
    factors.clear();
    const auto step = static_cast<uint64_t>(draws.step);
    const double threshold = std::floor(p * 4294967296.0 + 0.5);
    for (int64_t row = 0; row < rows; ++row) {
        Words words{};
        for (int64_t column = 0; column < columns; ++column) {
            if (column % 4 == 0) {
                words = philox({static_cast<uint64_t>(column / 4), static_cast<uint64_t>(row), step & kLow,
                                static_cast<uint64_t>(layer) | (step >> 32) << 8},
                               draws.seed);
            }
            const bool kept = static_cast<double>(words[static_cast<size_t>(column % 4)]) >= threshold;
            factors.push_back(kept ? 1 / (1 - p) : 0);
        }
    }
}

} // namespace mn::reference
