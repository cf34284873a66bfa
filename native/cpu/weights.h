// The parameters of a net, packed for the kernels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/layout.h"
#include "net/net.h"

namespace mn::cpu {

// A layer's weight and bias, or one of the optimizer's values for each of them.
struct PackedLayer {
    int64_t fan_in = 0, fan_out = 0;
    Buffer<float> weight; // [panels][fan_in][kPanel]
    Buffer<float> bias;   // [panels][kPanel]

    PackedLayer(int64_t fan_in, int64_t fan_out);
    int64_t panels() const { return panels_of(fan_out); }
    int64_t panel_stride() const { return fan_in * kPanel; }
    int64_t weight_index(int64_t panel, int64_t row) const { return (panel * fan_in + row) * kPanel; }
    float* weight_at(int64_t panel, int64_t row) { return weight.data() + weight_index(panel, row); }
    const float* weight_at(int64_t panel, int64_t row) const { return weight.data() + weight_index(panel, row); }
};

// One value for each parameter of the net.
struct PackedNet {
    std::vector<PackedLayer> layers;

    PackedNet() = default;
    explicit PackedNet(const Net& net);
    int64_t bytes() const;

    // From and to the flat vector in state-dict order: for each layer weight [fan_out, fan_in], then bias [fan_out].
    void pack(std::span<const float> flat);
    void unpack(std::span<float> flat) const;
};

} // namespace mn::cpu
