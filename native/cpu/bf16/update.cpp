#include "cpu/bf16/pass.h"

#include "cpu/partition.h"

namespace mn::cpu::bf16 {

void Pass::update(size_t l, int64_t rows, const Updater& updater, const Worker& worker) {
    const auto apply = [&](const WeightBlock& block, const float* gradient) {
        updater.apply(l, block, gradient, deltas_[l], rows);
        weights_.refresh_rows(l, parts_.parameters.layers[l], block.panel, block.rows);
    };
    if (l == 0 && batch_.sparse())
        update_sparse(worker, apply);
    else
        update_dense(l, rows, worker, apply);
}

// The gradient is scale * input^T [fan_in, rows] * delta [rows, fan_out], tile by tile, each handed to apply(block,
// gradient [block.rows][kPanel]).
template <class Apply>
void Pass::update_dense(size_t l, int64_t rows, const Worker& worker, Apply apply) {
    const Bf16Activations &input = input_of(l), &delta = rounded_deltas_[l];
    alignas(64) float gradient[kPanel * kPanel];
    for_each_block(worker, {delta.panels(), input.columns}, [&](const WeightBlock& block) {
        const Bf16* a = input.pair(block.rows.begin / kPanel, 0);
        const int64_t columns = delta.columns_of(block.panel);
        clear_padding(columns, gradient);
        const Tiles tiles(block.rows.size(), kBf16TileRows);
        for (int64_t t = 0; t < tiles.tiles; ++t) {
            const Range range = tiles[t];
            Bf16Finish finish;
            finish.scale = scale_of(l);
            finish.out = gradient + range.begin * kPanel;
            bf16_outer({a + range.begin * 2, 0, delta.pair(block.panel, 0), divide_up(rows, 2), range.size(), columns,
                        finish});
        }
        apply(block, gradient);
    });
}

// The same for the first layer, from the lists of its non-zero inputs.
template <class Apply>
void Pass::update_sparse(const Worker& worker, Apply apply) {
    const Bf16Activations& delta = rounded_deltas_[0];
    const auto gather = [&](Range panels, Range groups, float* out, int64_t out_panel_stride) {
        Bf16SparseTile tile = batch_.by_pixel(groups);
        tile.b = delta.pair(panels.begin, 0);
        tile.b_panel_stride = delta.panel_stride();
        tile.panels = panels.size();
        tile.finish.scale = batch_.scale();
        tile.finish.out = out;
        tile.finish.out_panel_stride = out_panel_stride;
        bf16_gather(tile);
    };
    for_each_sparse_gradient(worker, {delta.panels(), kMostGatherPanels}, parts_.net.fan_in(0), nullptr, gather, apply);
}

} // namespace mn::cpu::bf16
