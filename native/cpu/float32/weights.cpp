#include "cpu/float32/weights.h"

#include <algorithm>

namespace mn::cpu::float32 {

void TransposedWeight::refresh(const Kernels& kernels, const PackedLayer& layer, int64_t panel, Range rows) {
    const int64_t columns = std::min(kPanel, fan_out - panel * kPanel);
    float* to = at(rows.begin / kPanel, panel * kPanel) + rows.begin % kPanel;
    kernels.transpose(layer.weight_at(panel, rows.begin), rows.size(), columns, to, kPanel);
}

void TransposedWeight::refresh(const Kernels& kernels, const PackedLayer& layer) {
    for (int64_t panel = 0; panel < layer.panels(); ++panel)
        for (int64_t row = 0; row < fan_in; row += kPanel)
            refresh(kernels, layer, panel, {row, std::min(row + kPanel, fan_in)});
}

Weights::Weights(const Net& net, Purpose purpose) {
    for (int l = 1; l < net.layers() && purpose == Purpose::training; ++l)
        transposed.emplace_back(net.fan_in(l), net.fan_out(l));
}

void Weights::refresh(const Kernels& kernels, const PackedNet& parameters) {
    for (size_t l = 0; l < transposed.size(); ++l)
        transposed[l].refresh(kernels, parameters.layers[l + 1]);
}

void Weights::refresh_rows(const Kernels& kernels, size_t l, const PackedLayer& layer, int64_t panel, Range rows) {
    if (l > 0 && !transposed.empty())
        transposed[l - 1].refresh(kernels, layer, panel, rows);
}

int64_t Weights::bytes() const {
    int64_t sum = 0;
    for (const TransposedWeight& weight : transposed)
        sum += weight.values.bytes();
    return sum;
}

} // namespace mn::cpu::float32
