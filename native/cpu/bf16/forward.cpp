#include "cpu/bf16/pass.h"

#include <algorithm>

#include "cpu/partition.h"

namespace mn::cpu::bf16 {

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

Bf16Finish Pass::finish_of(size_t l, Range panels, Range rows, const Selection& selection) {
    const int64_t panel = panels.begin, row = rows.begin;
    const bool hidden = l < rounded_outputs_.size();
    Bf16Finish finish;
    finish.scale = scale_of(l);
    finish.epilogue = hidden ? Epilogue::activate : Epilogue::bias;
    finish.beside = parts_.parameters.layers[l].bias.data() + panel * kPanel;
    finish.out = outputs_[l].at(panel, row);
    finish.out_panel_stride = outputs_[l].panel_stride();
    if (hidden) {
        finish.activation = parts_.net.activation(static_cast<int>(l));
        finish.slopes = slopes_at(finish.activation, selection.purpose, l, panel, row);
        rounded_outputs_[l].receive(panel, row, finish);
        if (selection.draws && dropout_.any())
            drop(l, panels, {row, std::min(rows.end, selection.rows)}, *selection.draws, selection.positions, finish);
    }
    return finish;
}

// Draws what is kept of some rows of panels, and has the product leave out the rest.
void Pass::drop(size_t l, Range panels, Range rows, const StepSeed& draws, const int32_t* positions,
                Bf16Finish& finish) {
    const Dropout dropout(parts_.net.hidden_dropout, draws, static_cast<int>(l) + 1);
    for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
        parts_.kernels.draw_kept(dropout, positions + rows.begin, rows.size(), panel,
                                 dropout_.at(l, panel, rows.begin));
    }
    finish.kept = dropout_.at(l, panels.begin, rows.begin);
    finish.kept_panel_stride = dropout_.panel_stride();
    finish.kept_scale = dropout.scale;
}

// output [rows, fan_out] = activation(scale * input * weight + bias), by tiles of rows and panels of columns.
void Pass::forward_dense(size_t l, const Selection& selection, const Worker& worker) {
    const PairedWeight& weight = weights_.paired[l];
    const Bf16Activations& input = input_of(l);
    const Tiles tiles(selection.rows, kBf16TileRows, 2);
    for_each_tile(worker, outputs_[l].panels(), tiles, [&](int64_t panel, Range range) {
        bf16_multiply({input.row(0, range.begin), input.panel_stride(), weight.at(panel, 0), weight.pairs(),
                       range.size(), outputs_[l].columns_of(panel),
                       finish_of(l, {panel, panel + 1}, range, selection)});
    });
}

// The same from lists of non-zero inputs. A last odd row is paired with a copy of itself; its partner in the gradient's
// product, the delta, has zeros there.
void Pass::forward_sparse(const Selection& selection, const Worker& worker) {
    const PairedWeight& weight = weights_.paired[0];
    const PanelGroups panels(outputs_[0].panels(), kMostGatherPanels);
    for_each_run(worker, panels, divide_up(selection.rows, kGroup), [&](Range range, Range groups) {
        Bf16SparseTile tile = batch_.by_sample(groups);
        tile.b = weight.at(range.begin, 0);
        tile.b_panel_stride = weight.panel_stride();
        tile.panels = range.size();
        tile.finish = finish_of(0, range, {groups.begin * kGroup, groups.end * kGroup}, selection);
        bf16_gather(tile);
    });
}

} // namespace mn::cpu::bf16
