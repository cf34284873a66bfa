#include "cpu/weights.h"

namespace mn::cpu {

PackedLayer::PackedLayer(int64_t in, int64_t out)
    : fan_in(in), fan_out(out), weight(panels_of(out) * in * kPanel), bias(panels_of(out) * kPanel) {}

PackedNet::PackedNet(const Net& net) {
    for (int l = 0; l < net.layers(); ++l)
        layers.emplace_back(net.fan_in(l), net.fan_out(l));
}

int64_t PackedNet::bytes() const {
    int64_t sum = 0;
    for (const PackedLayer& layer : layers)
        sum += layer.weight.bytes() + layer.bias.bytes();
    return sum;
}

void PackedNet::pack(std::span<const float> flat) {
    const float* from = flat.data();
    for (PackedLayer& layer : layers) {
        for (int64_t out = 0; out < layer.fan_out; ++out) {
            float* column = layer.weight_at(out / kPanel, 0) + out % kPanel;
            for (int64_t in = 0; in < layer.fan_in; ++in)
                column[in * kPanel] = *from++;
        }
        for (int64_t out = 0; out < layer.fan_out; ++out)
            layer.bias[out] = *from++;
    }
}

void PackedNet::unpack(std::span<float> flat) const {
    float* to = flat.data();
    for (const PackedLayer& layer : layers) {
        for (int64_t out = 0; out < layer.fan_out; ++out) {
            const float* column = layer.weight_at(out / kPanel, 0) + out % kPanel;
            for (int64_t in = 0; in < layer.fan_in; ++in)
                *to++ = column[in * kPanel];
        }
        for (int64_t out = 0; out < layer.fan_out; ++out)
            *to++ = layer.bias[out];
    }
}

} // namespace mn::cpu
