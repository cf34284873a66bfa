// Dropout: which values a step drops. Nothing is drawn from a generator with a state: whether the value at (row,
// column) of a layer is kept is a function of the seed, the step, the layer and its place (Philox4x32-10, Salmon et al.
// 2011, in philox-inl.h), so that it does not depend on threads, chunks, devices or where a run was resumed.
#pragma once

#include <algorithm>
#include <cstdint>

#include "net/net.h"

namespace mn {

// Philox4x32-10's constants.
constexpr int kPhiloxRounds = 10;
constexpr uint32_t kPhiloxFactors[2] = {0xD2511F53, 0xCD9E8D57};
// Word i of the key in a round.
constexpr uint32_t philox_key(uint32_t word, int round, int i) {
    return word + static_cast<uint32_t>(round) * (i == 0 ? 0x9E3779B9u : 0xBB67AE85u);
}

// What all that a step draws follows from.
struct StepSeed {
    uint64_t seed = 0;
    int64_t step = 0; // optimizer steps done before this one
};

// Dropout of one layer in one step: 0 is the input, h the output of hidden layer h. The value in column c of row r, the
// row's position in the batch in the order of the pass, belongs to word c % 4 of Philox's four for the counter
// (c / 4, r, low half of the step, layer | high half of the step << 8) and the seed as key. Words below `threshold` are
// dropped; values that are kept are scaled, so that the mean stays.
struct Dropout {
    uint32_t key[2] = {0, 0};
    uint32_t step = 0, layer = 0; // the counter's last two words
    uint32_t threshold = 0;
    float scale = 1;   // 1 / (1 - p)
    float unscale = 1; // 1 - p: from a value that was kept to what it was before

    Dropout() = default;
    Dropout(double p, const StepSeed& of, int layer_number)
        : key{static_cast<uint32_t>(of.seed), static_cast<uint32_t>(of.seed >> 32)},
          step(static_cast<uint32_t>(of.step)),
          layer(static_cast<uint32_t>(layer_number) | static_cast<uint32_t>(static_cast<uint64_t>(of.step) >> 32) << 8),
          threshold(static_cast<uint32_t>(std::min(p * 0x1p32 + 0.5, 0x1p32 - 1))),
          scale(static_cast<float>(1 / (1 - p))), unscale(static_cast<float>(1 - p)) {}
};

} // namespace mn
