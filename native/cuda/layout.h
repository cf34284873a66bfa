// Where everything lies in device memory. Rows are padded to whole lines of the cache; a layer's bias is one more
// column of its weight, fed by an input that is always 1, so that no kernel needs a special case for it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/net.h"

namespace mn::cuda {

constexpr int kRowFloats = 32; // a line of 128 bytes: a row that begins within one takes more lines, and more sectors

// One layer: z[rows, fan_out] = in[rows, fan_in + 1] * weight[fan_out, fan_in + 1] transposed.
struct LayerLayout {
    int fan_in = 0, fan_out = 0;
    int weight_stride = 0;   // round_up(fan_in + 1, kRowFloats); also that of its input's rows
    int gradient_stride = 0; // round_up(fan_out, kRowFloats)
    Activation activation;   // of its outputs, in a hidden layer
    int64_t weight = 0;      // floats from the start of a parameter-like vector
    // Floats per row of the batch from the start of the activations and of the gradients: times the rows there is
    // room for.
    int64_t input = 0;    // in's columns (layer 0 reads pixels and has none)
    int64_t gradient = 0; // those of dloss/dz
};

struct Layout {
    explicit Layout(const Net& net);

    std::vector<LayerLayout> layers;
    int64_t parameters = 0;      // floats of a padded parameter vector
    int64_t activations_row = 0; // floats per row of the batch, all hidden layers
    int64_t gradients_row = 0;

    // Between the flat state-dict order and the padded vector; the padding is zero.
    void pad(std::span<const float> flat, std::span<float> padded) const;
    void unpad(std::span<const float> padded, std::span<float> flat) const;
};

} // namespace mn::cuda
