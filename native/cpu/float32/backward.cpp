#include "cpu/float32/backward.h"

#include <algorithm>

#include "cpu/float32/forward.h"

namespace mn::cpu {

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

void backward(const Kernels& kernels, const TransposedWeight& weight, const Activations& output_delta,
              const Activations& input, int64_t rows, Activations& input_delta, const Worker& worker) {
    const Tiles tiles(rows, kernels.tile_rows);
    for_each_tile(worker, input.panels(), tiles, [&](int64_t panel, Range range) {
        Tile tile;
        tile.a = output_delta.at(0, range.begin);
        tile.a_panel_stride = output_delta.panel_stride();
        tile.b = weight.at(panel, 0);
        tile.depth = weight.fan_out;
        tile.out = input_delta.at(panel, range.begin);
        tile.rows = range.size();
        tile.columns = input.columns_of(panel);
        tile.epilogue = Epilogue::mask;
        tile.beside = input.at(panel, range.begin);
        kernels.multiply(tile);
    });
}

} // namespace mn::cpu
