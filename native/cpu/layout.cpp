#include "cpu/layout.h"

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

template <class T>
void PackedNet::pack(std::span<const T> flat) {
    const T* from = flat.data();
    for (PackedLayer& layer : layers) {
        for (int64_t out = 0; out < layer.fan_out; ++out) {
            float* column = layer.weight_at(out / kPanel, 0) + out % kPanel;
            for (int64_t in = 0; in < layer.fan_in; ++in)
                column[in * kPanel] = static_cast<float>(*from++);
        }
        for (int64_t out = 0; out < layer.fan_out; ++out)
            layer.bias[out] = static_cast<float>(*from++);
    }
}

template void PackedNet::pack(std::span<const float>);
template void PackedNet::pack(std::span<const double>);

void PackedNet::unpack(std::span<double> flat) const {
    double* to = flat.data();
    for (const PackedLayer& layer : layers) {
        for (int64_t out = 0; out < layer.fan_out; ++out) {
            const float* column = layer.weight_at(out / kPanel, 0) + out % kPanel;
            for (int64_t in = 0; in < layer.fan_in; ++in)
                *to++ = static_cast<double>(column[in * kPanel]);
        }
        for (int64_t out = 0; out < layer.fan_out; ++out)
            *to++ = static_cast<double>(layer.bias[out]);
    }
}

} // namespace mn::cpu
