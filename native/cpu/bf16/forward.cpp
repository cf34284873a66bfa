#include "cpu/bf16/pass.h"

#include "cpu/partition.h"

namespace mn::cpu::bf16 {

void Pass::forward(const Selection& selection, const Worker& worker) {
    batch_.stage(parts_.kernels, selection, worker);
    for (size_t l = 0; l < outputs_.size(); ++l) {
        if (l == 0 && batch_.sparse())
            forward_sparse(selection.rows, worker);
        else
            forward_dense(l, selection.rows, worker);
        worker.barrier();
    }
}

Bf16Finish Pass::finish_of(size_t l, int64_t panel, int64_t row) {
    const bool hidden = l < rounded_outputs_.size();
    Bf16Finish finish;
    finish.scale = scale_of(l);
    finish.epilogue = hidden ? Epilogue::activate : Epilogue::bias;
    finish.beside = parts_.parameters.layers[l].bias.data() + panel * kPanel;
    finish.out = outputs_[l].at(panel, row);
    finish.out_panel_stride = outputs_[l].panel_stride();
    if (hidden) {
        finish.activation = parts_.net.activation(static_cast<int>(l));
        rounded_outputs_[l].receive(panel, row, finish);
    }
    return finish;
}

// output [rows, fan_out] = activation(scale * input * weight + bias), by tiles of rows and panels of columns.
void Pass::forward_dense(size_t l, int64_t rows, const Worker& worker) {
    const PairedWeight& weight = weights_.paired[l];
    const Bf16Activations& input = input_of(l);
    const Tiles tiles(rows, kBf16TileRows, 2);
    for_each_tile(worker, outputs_[l].panels(), tiles, [&](int64_t panel, Range range) {
        bf16_multiply({input.row(0, range.begin), input.panel_stride(), weight.at(panel, 0), weight.pairs(),
                       range.size(), outputs_[l].columns_of(panel), finish_of(l, panel, range.begin)});
    });
}

// The same from lists of non-zero inputs. A last odd row is paired with a copy of itself; its partner in the gradient's
// product, the delta, has zeros there.
void Pass::forward_sparse(int64_t rows, const Worker& worker) {
    const PairedWeight& weight = weights_.paired[0];
    const PanelGroups panels(outputs_[0].panels(), kMostGatherPanels);
    for_each_run(worker, panels, divide_up(rows, kGroup), [&](Range range, Range groups) {
        Bf16SparseTile tile = batch_.by_sample(groups);
        tile.b = weight.at(range.begin, 0);
        tile.b_panel_stride = weight.panel_stride();
        tile.panels = range.size();
        tile.finish = finish_of(0, range.begin, groups.begin * kGroup);
        bf16_gather(tile);
    });
}

} // namespace mn::cpu::bf16
