// One step of the optimizer, as every arithmetic takes it: a block of a weight's gradient is summed, applied and
// forgotten, while it is in the innermost cache. A worker always has the same part of the parameters, so that they stay
// with its core. Of a batch that goes through the net in parts, gradients are carried from part to part, and applied
// with the last one: each of their sums goes on where it was left, so that it has the bits of the whole batch's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/partition.h"
#include "cpu/pool.h"
#include "cpu/weights.h"
#include "net/optimizer.h"

namespace mn::cpu {

// The parameters and what the optimizer keeps for each of them.
struct TrainingState {
    PackedNet parameters;
    std::vector<PackedNet> moments; // [moments_of(the rule)]

    TrainingState(const Net& net, UpdateRule rule);
    // A slot that the optimizer keeps.
    PackedNet& of(Slot slot) { return slot == Slot::parameters ? parameters : moments[moment_of(slot)]; }
    const PackedNet& of(Slot slot) const { return slot == Slot::parameters ? parameters : moments[moment_of(slot)]; }
    // A worker's share of what is in `from`.
    void copy(const TrainingState& from, const Worker& worker);
    int64_t bytes() const;

  private:
    static size_t moment_of(Slot slot) { return static_cast<size_t>(slot) - 1; } // parameters are the first slot
};

// The gradient of the parts of a batch that went through so far.
class CarriedGradient {
  public:
    static constexpr int64_t kColumnSums = 4; // partial sums of a column, see Kernels::column_sum

    CarriedGradient() = default; // of no net
    explicit CarriedGradient(const Net& net);
    bool is_there() const { return !layers_.empty(); }
    // Rows of a weight's panel from `row` on [row][kPanel]. There is room for whole groups of kGroup.
    float* weight(size_t l, int64_t panel, int64_t row) {
        return layers_[l].weight.data() + panel * panel_stride(l) + row * kPanel;
    }
    int64_t panel_stride(size_t l) const { return layers_[l].rows * kPanel; }
    // Of a panel's bias [kColumnSums][kPanel].
    float* bias(size_t l, int64_t panel) { return layers_[l].bias.data() + panel * kColumnSums * kPanel; }
    int64_t bytes() const;

  private:
    struct Layer {
        int64_t rows;
        Buffer<float> weight, bias;
    };
    std::vector<Layer> layers_;
};

// Which part of its batch goes through the net. All but the last have a multiple of kColumnSums rows.
struct BatchPart {
    bool first = true, last = true;
    CarriedGradient* carried = nullptr; // where there is more than one
};

class Updater {
  public:
    Updater(const Kernels& kernels, UpdateRule rule, const StepConstants& constants, TrainingState& state,
            const BatchPart& part = {})
        : kernels_(kernels), rule_(rule), constants_(constants), state_(state), part_(part) {}

    const BatchPart& part() const { return part_; }
    // On a block of a weight, by its gradient [block.rows][kPanel], and with a panel's first block on its bias, by the
    // delta [rows, fan_out] of this part. False where the batch has more parts: nothing was changed yet.
    bool apply(size_t l, const WeightBlock& block, const float* gradient, const Activations& delta, int64_t rows) const;

  private:
    // On `rows` rows of a panel, weights or a bias, `index` numbers into it.
    void apply(Buffer<float> PackedLayer::*part, size_t l, int64_t panel, int64_t index, int64_t rows,
               const float* gradient) const;

    const Kernels& kernels_;
    UpdateRule rule_;
    StepConstants constants_;
    TrainingState& state_;
    BatchPart part_;
};

// What a product does not write, since it is padding, becomes zero.
template <size_t kSize>
void clear_padding(int64_t columns, float (&gradient)[kSize]) {
    if (columns < kPanel)
        std::fill_n(gradient, kSize, 0.0f);
}

// A worker's share of the first layer's gradient, summed from lists of non-zero inputs: apply(block, gradient
// [block.rows][kPanel]) for each of its blocks. gather(panels, groups of inputs, out, panel stride of out) sums up.
// carried: where the sums lie, or null.
template <class Gather, class Apply>
void for_each_sparse_gradient(const Worker& worker, const PanelGroups& panels, int64_t fan_in, CarriedGradient* carried,
                              Gather gather, Apply apply) {
    constexpr int64_t kRows = 104; // MNIST's 784 in eight blocks
    alignas(64) float gradient[kMostGatherPanels][kRows * kPanel];
    // Enough blocks for all workers to have as many, give or take a fourth.
    const bool few = panels.count() * divide_up(fan_in, kRows) < 4 * worker.count;
    for_each_block(worker, {panels.count(), fan_in, few ? kPanel : kRows, kGroup}, [&](const WeightBlock& block) {
        const Range range = panels[block.panel];
        float* const out = carried ? carried->weight(0, range.begin, block.rows.begin) : gradient[0];
        const int64_t stride = carried ? carried->panel_stride(0) : kRows * kPanel;
        gather(range, Range{block.rows.begin / kGroup, divide_up(block.rows.end, kGroup)}, out, stride);
        for (int64_t panel = range.begin; panel < range.end; ++panel)
            apply(WeightBlock{panel, block.rows}, out + (panel - range.begin) * stride);
    });
}

} // namespace mn::cpu
