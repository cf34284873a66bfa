#include "cpu/float32/pass.h"

#include "cpu/partition.h"

namespace mn::cpu::float32 {

void Pass::update(size_t l, int64_t rows, const Updater& updater, const Worker& worker) {
    if (l == 0 && batch_.sparse())
        update_sparse(rows, updater, worker);
    else
        update_dense(l, rows, updater, worker);
}

// The gradient is input^T [fan_in, rows] * delta [rows, fan_out].
void Pass::update_dense(size_t l, int64_t rows, const Updater& updater, const Worker& worker) {
    const Activations &input = input_of(l), &delta = deltas_[l];
    const BatchPart& part = updater.part();
    alignas(64) float own[kPanel * kPanel];
    for_each_block(worker, {delta.panels(), input.columns()}, [&](const WeightBlock& block) {
        Tile tile;
        tile.b = delta.at(block.panel, 0);
        tile.depth = rows;
        tile.columns = delta.columns_of(block.panel);
        tile.accumulate = !part.first;
        clear_padding(tile.columns, own);
        float* const gradient = part.carried ? part.carried->weight(l, block.panel, block.rows.begin) : own;
        const Tiles tiles(block.rows.size(), parts_.kernels.tile_rows);
        for (int64_t t = 0; t < tiles.tiles; ++t) {
            const Range range = tiles[t];
            tile.a = input.at(block.rows.begin / kPanel, 0) + range.begin;
            tile.out = gradient + range.begin * kPanel;
            tile.rows = range.size();
            parts_.kernels.outer(tile);
        }
        if (updater.apply(l, block, gradient, delta, rows))
            weights_.refresh_rows(parts_.kernels, l, parts_.parameters.layers[l], block.panel, block.rows);
    });
}

// The same for the first layer, from the lists of its non-zero inputs.
void Pass::update_sparse(int64_t rows, const Updater& updater, const Worker& worker) {
    const Activations& delta = deltas_[0];
    const auto gather = [&](Range panels, Range groups, float* out, int64_t out_panel_stride) {
        for (int64_t strip = 0; strip < divide_up(rows, kSampleStrip); ++strip) {
            SparseTile tile = batch_.by_pixel(groups, strip);
            tile.accumulate |= !updater.part().first;
            tile.b = delta.at(panels.begin, strip * kSampleStrip);
            tile.b_panel_stride = delta.panel_stride();
            tile.out = out;
            tile.out_panel_stride = out_panel_stride;
            tile.panels = panels.size();
            parts_.kernels.gather(tile);
        }
    };
    for_each_sparse_gradient(worker, {delta.panels(), parts_.kernels.gather_panels}, parts_.parameters.layers[0].fan_in,
                             updater.part().carried, gather, [&](const WeightBlock& block, const float* gradient) {
                                 updater.apply(0, block, gradient, delta, rows);
                             });
}

} // namespace mn::cpu::float32
