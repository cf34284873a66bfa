// The backward pass through the data: the loss's gradient by a layer's output gives that by its input.
#pragma once

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"

namespace mn::cpu {

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

// input_delta [rows, fan_in] = (output_delta [rows, fan_out] * weight^T) where input > 0, else 0.
void backward(const Kernels& kernels, const TransposedWeight& weight, const Activations& output_delta,
              const Activations& input, int64_t rows, Activations& input_delta, const Worker& worker);

} // namespace mn::cpu
