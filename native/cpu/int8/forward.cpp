#include <algorithm>

#include "cpu/int8/pass.h"

namespace mn::cpu::int8 {

namespace {

// Rows that go through the net at once: a panel of weights is loaded once for all of them, and their activations stay
// near.
constexpr int64_t kBlockRows = 64;
// Below so many rows a list pays in every layer, since weights come from afar for each row.
constexpr int64_t kFewRows = 3;
// Share of the first layer's words that are not zero up to which lists pay among many rows.
constexpr double kBreakEven = 0.7;

} // namespace

// Each worker takes its rows through all layers.
void Pass::forward(const Selection& selection, const Worker& worker) {
    const Range own = worker.share_of(selection.rows);
    for (int64_t at = own.begin; at < own.end; at += kBlockRows) {
        const Range rows{at, std::min(at + kBlockRows, own.end)};
        stage(selection, rows);
        for (size_t l = 0; l < outputs_.size(); ++l) {
            multiply(l, rows);
            if (l + 1 < outputs_.size())
                hand_on(l, rows);
        }
    }
    worker.barrier();
}

// output [rows, fan_out] = activation(scale * (input - zero) * weight + bias), where the activation is ReLU.
void Pass::multiply(size_t l, Range rows) {
    const ByteWeight& weight = weights_.layers[l];
    ByteRows& input = inputs_[l];
    Int8Tile tile;
    tile.scales = &input.scales[rows.begin];
    tile.rows = rows.size();
    tile.depth = weight.depth();
    tile.b = weight.at(0);
    tile.b_panel_stride = weight.panel_stride();
    tile.panels = weight.panels();
    tile.column_sums = weight.sums.data();
    tile.column_scales = weight.scales.data();
    tile.bias = parts_.parameters.layers[l].bias.data();
    tile.relu = l + 1 < outputs_.size() && parts_.net.activation(static_cast<int>(l)) == ActivationKind::relu;
    tile.out = outputs_[l].at(0, rows.begin);
    tile.out_panel_stride = outputs_[l].panel_stride();
    if (listed(l, rows)) {
        tile.words = listed_.data() + rows.begin * list_stride_;
        tile.index = index_.data() + rows.begin * list_stride_;
        tile.counts = &counts_[rows.begin];
        tile.word_stride = list_stride_;
        kernels_.gather(tile);
    } else {
        tile.words = input.at(rows.begin);
        tile.word_stride = input.stride;
        kernels_.multiply(tile);
    }
}

bool Pass::listed(size_t l, Range rows) {
    const bool few = rows.size() < kFewRows;
    if (l > 0 && !few)
        return false;
    ByteRows& input = inputs_[l];
    const int64_t words = round_up(weights_.layers[l].depth(), kWordRun);
    int64_t total = 0;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        const int64_t at = row * list_stride_;
        const int64_t count = kernels_.list(input.at(row), words, index_.data() + at, listed_.data() + at);
        counts_[row] = static_cast<int32_t>(count);
        total += count;
    }
    return few || static_cast<double>(total) <= kBreakEven * static_cast<double>(rows.size() * words);
}

// What a hidden layer has computed goes through its activation and becomes bytes.
void Pass::hand_on(size_t l, Range rows) {
    const Activation activation = parts_.net.activation(static_cast<int>(l));
    Activations& output = outputs_[l];
    if (activation != ActivationKind::relu) {
        for (int64_t panel = 0; panel < output.panels(); ++panel)
            kernels_.activate(activation, output.at(panel, rows.begin), rows.size() * kPanel);
    }
    ByteRows& next = inputs_[l + 1];
    for (int64_t row = rows.begin; row < rows.end; ++row)
        next.scales[row] = kernels_.quantise(output.at(0, row), output.panel_stride(), output.columns(), next.at(row));
}

} // namespace mn::cpu::int8
