// The weights that only a backward pass needs, transposed.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/batch.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/range.h"
#include "cpu/weights.h"

namespace mn::cpu::float32 {

// A layer's weight, transposed: [panels of fan_in][fan_out][kPanel]. Every update keeps it in step with the weight.
struct TransposedWeight {
    int64_t fan_in = 0, fan_out = 0;
    Buffer<float> values;

    TransposedWeight(int64_t in, int64_t out) : fan_in(in), fan_out(out), values(panels_of(in) * out * kPanel) {}
    float* at(int64_t panel, int64_t output) { return values.data() + (panel * fan_out + output) * kPanel; }
    const float* at(int64_t panel, int64_t output) const { return values.data() + (panel * fan_out + output) * kPanel; }

    // Takes over rows [begin, end) of one panel of the weight; they must not cross a panel of the transpose.
    void refresh(const Kernels& kernels, const PackedLayer& layer, int64_t panel, Range rows);
    void refresh(const Kernels& kernels, const PackedLayer& layer);
};

// What float32 keeps beside the parameters.
struct Weights {
    std::vector<TransposedWeight> transposed; // [layer - 1]: the first needs none; none for inference

    Weights(const Net& net, Purpose purpose);
    void refresh(const Kernels& kernels, const PackedNet& parameters);
    // Takes over rows of one panel of a weight, if it is kept.
    void refresh_rows(const Kernels& kernels, size_t l, const PackedLayer& layer, int64_t panel, Range rows);
    int64_t bytes() const;
};

} // namespace mn::cpu::float32
