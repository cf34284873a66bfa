// Dropout of a chunk's steps: which of four neighbours are kept. See net/dropout.h.
#pragma once

#include <cstdint>

#include "cuda/arithmetic.h"
#include "cuda/host_device.h"
#include "net/dropout.h"

namespace mn::cuda {

struct RoundKeys {
    uint32_t first, second;

    MN_HOST_DEVICE uint32_t operator()(int round, int i) const { return philox_key(i == 0 ? first : second, round, i); }
};

// Of the input, or of all hidden layers.
struct DropoutRule {
    uint32_t key[2] = {0, 0};
    uint32_t threshold = 0;
    int drops = 0;                // else nothing below is looked at
    float scale = 1, unscale = 1; // of values that are kept, and back
    int32_t padding = 0;
    int64_t first_step = 0; // optimizer steps done before the chunk's first

    static DropoutRule of(double p, const StepSeed& first) {
        const Dropout dropout(p, first, 0);
        DropoutRule rule;
        rule.key[0] = dropout.key[0];
        rule.key[1] = dropout.key[1];
        rule.threshold = dropout.threshold;
        rule.drops = p > 0;
        rule.scale = dropout.scale;
        rule.unscale = dropout.unscale;
        rule.first_step = first.step;
        return rule;
    }

    // Bit e: whether column 4 * group + e of a row is kept in the chunk's step `index`. layer: 0 is the input, h the
    // output of hidden layer h.
    MN_HOST_DEVICE uint32_t kept(int index, int layer, int row, int group) const {
        const uint64_t step = static_cast<uint64_t>(first_step + index);
        uint32_t words[4] = {static_cast<uint32_t>(group), static_cast<uint32_t>(row), static_cast<uint32_t>(step),
                             static_cast<uint32_t>(layer) | static_cast<uint32_t>(step >> 32) << 8};
        philox(words, RoundKeys{key[0], key[1]});
        return static_cast<uint32_t>(words[0] >= threshold) | static_cast<uint32_t>(words[1] >= threshold) << 1 |
               static_cast<uint32_t>(words[2] >= threshold) << 2 | static_cast<uint32_t>(words[3] >= threshold) << 3;
    }
};

} // namespace mn::cuda
