// What a net is: the widths of its layers, and what stands between them. Plain values, checked once at the door (api/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/activation.h"

namespace mn {

// sizes[0] inputs, then each layer's outputs; the last are the classes. An activation behind every layer but the last.
struct Net {
    std::vector<int32_t> sizes;
    std::vector<Activation> activations = {}; // [hidden layers], or empty: ReLU behind each
    // Shares of the input and of each hidden layer's outputs that training drops: net/dropout.h
    double input_dropout = 0, hidden_dropout = 0;

    int layers() const { return static_cast<int>(sizes.size()) - 1; }
    int64_t fan_in(int layer) const { return sizes[static_cast<size_t>(layer)]; }
    int64_t fan_out(int layer) const { return sizes[static_cast<size_t>(layer) + 1]; }
    int64_t features() const { return sizes.front(); }
    int64_t classes() const { return sizes.back(); }
    bool drops() const { return input_dropout > 0 || hidden_dropout > 0; }
    bool is_hidden(int layer) const { return layer + 1 < layers(); }
    // What stands behind a hidden layer.
    Activation activation(int layer) const {
        return activations.empty() ? Activation() : activations[static_cast<size_t>(layer)];
    }

    // Length of the flat parameter vector: for each layer weight [fan_out, fan_in], then bias [fan_out].
    int64_t parameter_count() const;
    // Where layer's weight and bias begin in that vector.
    int64_t weight_offset(int layer) const;
    int64_t bias_offset(int layer) const { return weight_offset(layer) + fan_in(layer) * fan_out(layer); }
};

} // namespace mn
