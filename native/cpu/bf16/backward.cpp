#include "cpu/bf16/pass.h"

#include "cpu/partition.h"

namespace mn::cpu::bf16 {

void Pass::take_gradient(Range rows) {
    const Activations& gradient = deltas_.back();
    for (int64_t panel = 0; panel < gradient.panels(); ++panel)
        rounded_deltas_.back().take(gradient, panel, rows);
}

// input_delta [rows, fan_in] = (output_delta [rows, fan_out] * weight^T) times the slope of the activation before it;
// in float32, too, for the bias.
void Pass::backward(size_t l, int64_t rows, const Worker& worker) {
    const PairedWeight& weight = weights_.transposed[l - 1];
    const Bf16Activations& output_delta = rounded_deltas_[l];
    const Activations& input = outputs_[l - 1];
    const Dropout dropout(parts_.net.hidden_dropout, {}, 0); // what it drops was drawn on the way there
    const Tiles tiles(rows, kBf16TileRows, 2);
    for_each_tile(worker, input.panels(), tiles, [&](int64_t panel, Range range) {
        Bf16Finish finish;
        finish.epilogue = Epilogue::slope;
        finish.activation = parts_.net.activation(static_cast<int>(l) - 1);
        finish.beside = slopes_from(finish.activation, l - 1).at(panel, range.begin);
        if (dropout_.any()) {
            finish.kept = dropout_.at(l - 1, panel, range.begin);
            finish.kept_scale = dropout.scale;
            if (slope_follows_from_value(finish.activation))
                finish.beside_scale = dropout.unscale; // the slope belongs to the value before it was dropped
        }
        finish.out = deltas_[l - 1].at(panel, range.begin);
        rounded_deltas_[l - 1].receive(panel, range.begin, finish);
        bf16_multiply({output_delta.row(0, range.begin), output_delta.panel_stride(), weight.at(panel, 0),
                       weight.pairs(), range.size(), input.columns_of(panel), finish});
    });
}

} // namespace mn::cpu::bf16
