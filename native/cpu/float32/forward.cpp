#include "cpu/float32/pass.h"

#include <algorithm>

#include "cpu/partition.h"

namespace mn::cpu::float32 {

void Pass::forward(const Selection& selection, const Worker& worker) {
    batch_.stage(parts_.kernels, selection, worker);
    for (size_t l = 0; l < outputs_.size(); ++l) {
        if (l == 0 && batch_.sparse())
            forward_sparse(selection, worker);
        else
            forward_dense(l, selection, worker);
        worker.barrier();
    }
}

// output [rows, fan_out] = activation(input [rows, fan_in] * weight + bias), by tiles of rows and panels of columns.
void Pass::forward_dense(size_t l, const Selection& selection, const Worker& worker) {
    const PackedLayer& layer = parts_.parameters.layers[l];
    const Activations& input = input_of(l);
    Activations& output = outputs_[l];
    const bool hidden = l + 1 < outputs_.size();
    const Tiles tiles(selection.rows, parts_.kernels.tile_rows);
    for_each_tile(worker, layer.panels(), tiles, tiles_at_once(layer.fan_in), [&](int64_t panel, Range range) {
        Tile tile;
        tile.a = input.at(0, range.begin);
        tile.a_panel_stride = input.panel_stride();
        tile.b = layer.weight_at(panel, 0);
        tile.depth = layer.fan_in;
        tile.out = output.at(panel, range.begin);
        tile.rows = range.size();
        tile.columns = output.columns_of(panel);
        tile.epilogue = hidden ? Epilogue::activate : Epilogue::bias;
        if (hidden) {
            tile.activation = parts_.net.activation(static_cast<int>(l));
            tile.slopes = slopes_at(tile.activation, selection.purpose, l, panel, range.begin);
        }
        tile.beside = layer.bias.data() + panel * kPanel;
        parts_.kernels.multiply(tile);
        if (hidden)
            drop(l, panel, range, selection);
    });
}

// The same from lists of non-zero inputs, by groups of rows and of panels. Rows beyond the last sample hold copies of
// it.
void Pass::forward_sparse(const Selection& selection, const Worker& worker) {
    const PackedLayer& layer = parts_.parameters.layers[0];
    Activations& output = outputs_[0];
    const bool hidden = outputs_.size() > 1;
    const PanelGroups panels(layer.panels(), parts_.kernels.gather_panels);
    const int64_t strips = divide_up(layer.fan_in, Batch::kPixelStrip);
    for_each_run(worker, panels, divide_up(selection.rows, kGroup), [&](Range range, Range groups) {
        for (int64_t strip = 0; strip < strips; ++strip) {
            SparseTile tile = batch_.by_sample(groups, strip);
            tile.b = layer.weight_at(range.begin, strip * Batch::kPixelStrip);
            tile.b_panel_stride = layer.panel_stride();
            tile.out = output.at(range.begin, groups.begin * kGroup);
            tile.out_panel_stride = output.panel_stride();
            tile.panels = range.size();
            if (strip + 1 == strips) {
                tile.epilogue = hidden ? Epilogue::activate : Epilogue::bias;
                if (hidden) {
                    tile.activation = parts_.net.activation(0);
                    tile.slopes = slopes_at(tile.activation, selection.purpose, 0, range.begin, groups.begin * kGroup);
                }
                tile.bias = layer.bias.data() + range.begin * kPanel;
            }
            parts_.kernels.gather(tile);
        }
        const Range rows{groups.begin * kGroup, std::min(groups.end * kGroup, selection.rows)};
        for (int64_t panel = range.begin; hidden && panel < range.end; ++panel)
            drop(0, panel, rows, selection);
    });
}

// What a hidden layer has just put into some rows of a panel goes through its dropout, while it is near.
void Pass::drop(size_t l, int64_t panel, Range rows, const Selection& selection) {
    if (!selection.draws || !dropout_.any())
        return;
    const Kernels& kernels = parts_.kernels;
    const Dropout dropout(parts_.net.hidden_dropout, *selection.draws, static_cast<int>(l) + 1);
    uint32_t* const kept = dropout_.at(l, panel, rows.begin);
    float* const values = outputs_[l].at(panel, rows.begin);
    kernels.draw_kept(dropout, selection.positions + rows.begin, rows.size(), panel, kept);
    kernels.keep_floats(values, kept, rows.size() * kPanel, dropout.scale, values);
}

} // namespace mn::cpu::float32
