#include "cpu/bf16/weights.h"

#include <algorithm>

namespace mn::cpu::bf16 {

Weights::Weights(const Net& net, Purpose purpose) {
    for (int l = 0; l < net.layers(); ++l) {
        paired.emplace_back(net.fan_in(l), net.fan_out(l));
        if (l > 0 && purpose == Purpose::training)
            transposed.emplace_back(net.fan_out(l), net.fan_in(l));
    }
}

void Weights::refresh(const PackedNet& parameters) {
    for (size_t l = 0; l < paired.size(); ++l) {
        const PackedLayer& layer = parameters.layers[l];
        for (int64_t panel = 0; panel < layer.panels(); ++panel)
            for (int64_t row = 0; row < layer.fan_in; row += kPanel)
                refresh_rows(l, layer, panel, {row, std::min(row + kPanel, layer.fan_in)});
    }
}

void Weights::refresh_rows(size_t l, const PackedLayer& layer, int64_t panel, Range rows) {
    const float* values = layer.weight_at(panel, rows.begin);
    bf16_pairs(values, rows.size(), paired[l].at(panel, rows.begin / 2));
    if (l == 0 || transposed.empty())
        return;
    const int64_t outputs = std::min(kPanel, layer.fan_out - panel * kPanel);
    Bf16* to = transposed[l - 1].at(rows.begin / kPanel, panel * kPanel / 2) + rows.begin % kPanel * 2;
    bf16_transposed_pairs(values, rows.size(), divide_up(outputs, 2), to);
}

int64_t Weights::bytes() const {
    int64_t sum = 0;
    for (const PairedWeight& weight : paired)
        sum += weight.values.bytes();
    for (const PairedWeight& weight : transposed)
        sum += weight.values.bytes();
    return sum;
}

} // namespace mn::cpu::bf16
