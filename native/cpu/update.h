// One step of the optimizer, as every arithmetic takes it: a block of a weight's gradient is summed, applied and
// forgotten, while it is in the innermost cache. A worker always has the same part of the parameters, so that they stay
// with its core.
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

class Updater {
  public:
    Updater(const Kernels& kernels, UpdateRule rule, const StepConstants& constants, TrainingState& state)
        : kernels_(kernels), rule_(rule), constants_(constants), state_(state) {}

    // On a block of a weight, by its gradient [block.rows][kPanel], and with a panel's first block on its bias, by the
    // delta [rows, fan_out].
    void apply(size_t l, const WeightBlock& block, const float* gradient, const Activations& delta, int64_t rows) const;

  private:
    // On `rows` rows of a panel, weights or a bias, `index` numbers into it.
    void apply(Buffer<float> PackedLayer::*part, size_t l, int64_t panel, int64_t index, int64_t rows,
               const float* gradient) const;

    const Kernels& kernels_;
    UpdateRule rule_;
    StepConstants constants_;
    TrainingState& state_;
};

// What a product does not write, since it is padding, becomes zero.
template <size_t kSize>
void clear_padding(int64_t columns, float (&gradient)[kSize]) {
    if (columns < kPanel)
        std::fill_n(gradient, kSize, 0.0f);
}

// A worker's share of the first layer's gradient, summed from lists of non-zero inputs: apply(block, gradient
// [block.rows][kPanel]) for each of its blocks. gather(panels, groups of inputs, out, panel stride of out) sums up.
template <class Gather, class Apply>
void for_each_sparse_gradient(const Worker& worker, const PanelGroups& panels, int64_t fan_in, Gather gather,
                              Apply apply) {
    constexpr int64_t kRows = 104; // MNIST's 784 in eight blocks
    alignas(64) float gradient[kMostGatherPanels][kRows * kPanel];
    // Enough blocks for all workers to have as many, give or take a fourth.
    const bool few = panels.count() * divide_up(fan_in, kRows) < 4 * worker.count;
    for_each_block(worker, {panels.count(), fan_in, few ? kPanel : kRows, kGroup}, [&](const WeightBlock& block) {
        const Range range = panels[block.panel];
        gather(range, Range{block.rows.begin / kGroup, divide_up(block.rows.end, kGroup)}, gradient[0], kRows * kPanel);
        for (int64_t panel = range.begin; panel < range.end; ++panel)
            apply(WeightBlock{panel, block.rows}, gradient[panel - range.begin]);
    });
}

} // namespace mn::cpu
