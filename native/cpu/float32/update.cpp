#include "cpu/float32/update.h"

#include <algorithm>
#include <cmath>

#include "cpu/float32/forward.h"

namespace mn::cpu {

namespace {

float* data_or_null(PackedNet& net, size_t l, int64_t index) {
    return net.layers.empty() ? nullptr : net.layers[l].weight.data() + index;
}

float* bias_or_null(PackedNet& net, size_t l, int64_t index) {
    return net.layers.empty() ? nullptr : net.layers[l].bias.data() + index;
}

// Adam divides the padding's 0 by its 0 where eps is 0; the bf16 products take in a column of padding.
void keep_padding(const StepConstants& constants, const PackedLayer& layer, int64_t panel, float* values,
                  int64_t rows) {
    const int64_t columns = std::min(kPanel, layer.fan_out - panel * kPanel);
    if (constants.eps != 0)
        return;
    for (int64_t row = 0; row < rows; ++row)
        std::fill(values + row * kPanel + columns, values + (row + 1) * kPanel, 0.0f);
}

// State: TrainingState, const or not.
template <class State>
auto& slot_of(State& state, Slot slot) {
    switch (slot) {
    case Slot::first_moment:
        return state.first_moment;
    case Slot::second_moment:
        return state.second_moment;
    case Slot::max_second_moment:
        return state.max_second_moment;
    case Slot::parameters:
        break; // also the way out for the compiler
    }
    return state.parameters;
}

} // namespace

TrainingState::TrainingState(const Net& net, const OptimizerOptions& optimizer, Transposes transposes)
    : parameters(net) {
    if (keeps(optimizer, Slot::first_moment))
        first_moment = PackedNet(net);
    if (keeps(optimizer, Slot::second_moment))
        second_moment = PackedNet(net);
    if (keeps(optimizer, Slot::max_second_moment))
        max_second_moment = PackedNet(net);
    for (int l = 1; l < net.layers() && transposes == Transposes::kept; ++l)
        transposed.emplace_back(net.fan_in(l), net.fan_out(l));
}

PackedNet& TrainingState::of(Slot slot) {
    return slot_of(*this, slot);
}

const PackedNet& TrainingState::of(Slot slot) const {
    return slot_of(*this, slot);
}

void TrainingState::refresh_transposed(const Kernels& kernels) {
    for (size_t l = 0; l < transposed.size(); ++l)
        transposed[l].refresh(kernels, parameters.layers[l + 1]);
}

int64_t TrainingState::bytes() const {
    int64_t sum = parameters.bytes() + first_moment.bytes() + second_moment.bytes() + max_second_moment.bytes();
    for (const TransposedWeight& weight : transposed)
        sum += weight.values.bytes();
    return sum;
}

void Updater::apply(size_t l, const StepConstants& constants, const WeightBlock& block, const float* gradient,
                    const Activations& delta, int64_t rows) const {
    PackedLayer& layer = state_.parameters.layers[l];
    const int64_t index = layer.weight_index(block.panel, block.rows.begin), count = block.rows.size();
    kernels_.update(rule_, constants,
                    {gradient, layer.weight.data() + index, data_or_null(state_.first_moment, l, index),
                     data_or_null(state_.second_moment, l, index), data_or_null(state_.max_second_moment, l, index),
                     count * kPanel});
    keep_padding(constants, layer, block.panel, layer.weight.data() + index, count);
    if (l > 0 && !state_.transposed.empty())
        state_.transposed[l - 1].refresh(kernels_, layer, block.panel, block.rows);
    if (block.rows.begin == 0)
        update_bias(l, constants, block.panel, delta, rows);
}

void Updater::update_bias(size_t l, const StepConstants& constants, int64_t panel, const Activations& delta,
                          int64_t rows) const {
    alignas(64) float gradient[kPanel];
    kernels_.column_sum(delta.at(panel, 0), rows, gradient);
    PackedLayer& layer = state_.parameters.layers[l];
    const int64_t index = panel * kPanel;
    kernels_.update(rule_, constants,
                    {gradient, layer.bias.data() + index, bias_or_null(state_.first_moment, l, index),
                     bias_or_null(state_.second_moment, l, index), bias_or_null(state_.max_second_moment, l, index),
                     kPanel});
    keep_padding(constants, layer, panel, layer.bias.data() + index, 1);
}

void Updater::dense(size_t l, const StepConstants& constants, const Activations& input, const Activations& delta,
                    int64_t rows, const Worker& worker) const {
    alignas(64) float gradient[kPanel * kPanel];
    for_each_block(worker, {delta.panels(), input.columns()}, [&](const WeightBlock& block) {
        Tile tile;
        tile.b = delta.at(block.panel, 0);
        tile.depth = rows;
        tile.columns = delta.columns_of(block.panel);
        clear_padding(tile.columns, gradient);
        const Tiles tiles(block.rows.size(), kernels_.tile_rows);
        for (int64_t t = 0; t < tiles.tiles; ++t) {
            const Range range = tiles[t];
            tile.a = input.at(block.rows.begin / kPanel, 0) + range.begin;
            tile.out = gradient + range.begin * kPanel;
            tile.rows = range.size();
            kernels_.outer(tile);
        }
        apply(l, constants, block, gradient, delta, rows);
    });
}

void Updater::sparse(const StepConstants& constants, const Batch& input, const Activations& delta, int64_t rows,
                     const Worker& worker) const {
    const auto gather = [&](Range panels, Range groups, float* out, int64_t out_panel_stride) {
        for (int64_t strip = 0; strip < divide_up(rows, kSampleStrip); ++strip) {
            SparseTile tile = input.by_pixel(groups, strip);
            tile.b = delta.at(panels.begin, strip * kSampleStrip);
            tile.b_panel_stride = delta.panel_stride();
            tile.out = out;
            tile.out_panel_stride = out_panel_stride;
            tile.panels = panels.size();
            kernels_.gather(tile);
        }
    };
    for_each_sparse_gradient(
        worker, {delta.panels(), kernels_.gather_panels}, state_.parameters.layers[0].fan_in, gather,
        [&](const WeightBlock& block, const float* gradient) { apply(0, constants, block, gradient, delta, rows); });
}

} // namespace mn::cpu
