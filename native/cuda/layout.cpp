#include "cuda/layout.h"

#include <algorithm>

#include "cuda/host_device.h"

namespace mn::cuda {

Layout::Layout(const Net& net) {
    for (int l = 0; l < net.layers(); ++l) {
        LayerLayout layer;
        layer.fan_in = static_cast<int>(net.fan_in(l));
        layer.fan_out = static_cast<int>(net.fan_out(l));
        layer.weight_stride = static_cast<int>(round_up<int64_t>(net.fan_in(l) + 1, kRowFloats));
        layer.gradient_stride = static_cast<int>(round_up<int64_t>(net.fan_out(l), kRowFloats));
        if (net.is_hidden(l))
            layer.activation = net.activation(l);
        layer.weight = parameters;
        parameters += static_cast<int64_t>(layer.weight_stride) * layer.fan_out;
        layer.input = activations_row;
        if (l > 0)
            activations_row += layer.weight_stride;
        layer.gradient = gradients_row;
        gradients_row += layer.gradient_stride;
        layers.push_back(layer);
    }
}

namespace {

// Calls visit(flat index, padded index) for every parameter, in flat order.
template <typename Visit>
void each_parameter(const std::vector<LayerLayout>& layers, Visit&& visit) {
    size_t flat = 0;
    for (const LayerLayout& layer : layers) {
        const auto at = [&](int out, int in) {
            return static_cast<size_t>(layer.weight + static_cast<int64_t>(out) * layer.weight_stride + in);
        };
        for (int out = 0; out < layer.fan_out; ++out) {
            for (int in = 0; in < layer.fan_in; ++in)
                visit(flat++, at(out, in));
        }
        for (int out = 0; out < layer.fan_out; ++out)
            visit(flat++, at(out, layer.fan_in));
    }
}

} // namespace

void Layout::pad(std::span<const float> flat, std::span<float> padded) const {
    std::fill(padded.begin(), padded.end(), 0.0f);
    each_parameter(layers, [&](size_t from, size_t to) { padded[to] = flat[from]; });
}

void Layout::unpad(std::span<const float> padded, std::span<float> flat) const {
    each_parameter(layers, [&](size_t to, size_t from) { flat[to] = padded[from]; });
}

} // namespace mn::cuda
