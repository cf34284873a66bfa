#include "cpu/float32/pass.h"

#include "cpu/partition.h"

namespace mn::cpu::float32 {

// input_delta [rows, fan_in] = (output_delta [rows, fan_out] * weight^T) times the slope of the activation before it.
void Pass::backward(size_t l, int64_t rows, const Worker& worker) {
    const TransposedWeight& weight = weights_.transposed[l - 1];
    const Activations &output_delta = deltas_[l], &input = outputs_[l - 1];
    Activations& input_delta = deltas_[l - 1];
    const Kernels& kernels = parts_.kernels;
    const Dropout dropout(parts_.net.hidden_dropout, {}, 0); // what it drops was drawn on the way there
    const Tiles tiles(rows, kernels.tile_rows);
    for_each_tile(worker, input.panels(), tiles, tiles_at_once(weight.fan_out), [&](int64_t panel, Range range) {
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
        tile.beside = slopes_from(tile.activation, l - 1).at(panel, range.begin);
        if (!dropout_.any())
            return kernels.multiply(tile);
        alignas(64) float values[kMostTileRows * kPanel];
        const uint32_t* const kept = dropout_.at(l - 1, panel, range.begin);
        const int64_t count = range.size() * kPanel;
        if (slope_follows_from_value(tile.activation)) { // it belongs to the value before it was dropped
            kernels.keep_floats(tile.beside, kept, count, dropout.unscale, values);
            tile.beside = values;
        }
        kernels.multiply(tile);
        kernels.keep_floats(tile.out, kept, count, dropout.scale, tile.out);
    });
}

} // namespace mn::cpu::float32
