#include "cpu/float32/pass.h"

#include "cpu/partition.h"

namespace mn::cpu::float32 {

// input_delta [rows, fan_in] = (output_delta [rows, fan_out] * weight^T) times the slope of the activation before it.
void Pass::backward(size_t l, int64_t rows, const Worker& worker) {
    const TransposedWeight& weight = weights_.transposed[l - 1];
    const Activations &output_delta = deltas_[l], &input = outputs_[l - 1];
    Activations& input_delta = deltas_[l - 1];
    const Tiles tiles(rows, parts_.kernels.tile_rows);
    for_each_tile(worker, input.panels(), tiles, [&](int64_t panel, Range range) {
        Tile tile;
        tile.a = output_delta.at(0, range.begin);
        tile.a_panel_stride = output_delta.panel_stride();
        tile.b = weight.at(panel, 0);
        tile.depth = weight.fan_out;
        tile.out = input_delta.at(panel, range.begin);
        tile.rows = range.size();
        tile.columns = input.columns_of(panel);
        tile.epilogue = Epilogue::slope;
        tile.activation = parts_.net.activation(static_cast<int>(l) - 1);
        tile.beside = input.at(panel, range.begin);
        parts_.kernels.multiply(tile);
    });
}

} // namespace mn::cpu::float32
