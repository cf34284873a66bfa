// The weights in bf16, as the products take them.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/batch.h"
#include "cpu/kernels/bf16.h"
#include "cpu/layout.h"
#include "cpu/range.h"
#include "cpu/weights.h"

namespace mn::cpu::bf16 {

// A layer's weight in bf16, in the pairs form.
struct PairedWeight {
    int64_t fan_in = 0, fan_out = 0;
    Buffer<Bf16> values; // [panels of fan_out][pairs of fan_in][kPanel][2]

    PairedWeight(int64_t in, int64_t out)
        : fan_in(in), fan_out(out), values(panels_of(out) * divide_up(in, 2) * kPairRow) {}
    int64_t pairs() const { return divide_up(fan_in, 2); }
    int64_t panel_stride() const { return pairs() * kPairRow; }
    Bf16* at(int64_t panel, int64_t pair) { return values.data() + panel * panel_stride() + pair * kPairRow; }
    const Bf16* at(int64_t panel, int64_t pair) const {
        return values.data() + panel * panel_stride() + pair * kPairRow;
    }
};

// The weights of a net, and their transposes where there is training.
struct Weights {
    std::vector<PairedWeight> paired;
    std::vector<PairedWeight> transposed; // [layer - 1]

    Weights(const Net& net, Purpose purpose);
    // Takes over float32 weights: all, or rows of one panel, which begin at an even row.
    void refresh(const PackedNet& parameters);
    void refresh_rows(size_t l, const PackedLayer& layer, int64_t panel, Range rows);
    int64_t bytes() const;
};

} // namespace mn::cpu::bf16
