// The weight gradient and the optimizer in one: a tile of the gradient is summed, applied and forgotten, while it is in
// the innermost cache. A worker always has the same part of the parameters, so that they stay with its core.
#pragma once

#include "cpu/float32/backward.h"
#include "cpu/float32/batch.h"
#include "cpu/float32/forward.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/partition.h"
#include "cpu/pool.h"

namespace mn::cpu {

enum class Transposes { kept, absent };

// The parameters and what the optimizer keeps for each of them.
struct TrainingState {
    PackedNet parameters, first_moment, second_moment, max_second_moment; // without layers where not kept
    std::vector<TransposedWeight> transposed; // [layer - 1], where kept: the first needs none

    TrainingState(const Net& net, const OptimizerOptions& optimizer, Transposes transposes = Transposes::kept);
    PackedNet& of(Slot slot);
    const PackedNet& of(Slot slot) const;
    void refresh_transposed(const Kernels& kernels);
    int64_t bytes() const;

    // visit(buffer, the same buffer of `other`) for each buffer.
    template <class Visit>
    void for_each_buffer(TrainingState& other, Visit visit) const;
};

template <class Visit>
void TrainingState::for_each_buffer(TrainingState& other, Visit visit) const {
    for (PackedNet TrainingState::*net : {&TrainingState::parameters, &TrainingState::first_moment,
                                          &TrainingState::second_moment, &TrainingState::max_second_moment}) {
        for (size_t l = 0; l < (this->*net).layers.size(); ++l) {
            visit((this->*net).layers[l].weight, (other.*net).layers[l].weight);
            visit((this->*net).layers[l].bias, (other.*net).layers[l].bias);
        }
    }
    for (size_t l = 0; l < transposed.size(); ++l)
        visit(transposed[l].values, other.transposed[l].values);
}

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

class Updater {
  public:
    Updater(const Kernels& kernels, const OptimizerOptions& optimizer, TrainingState& state)
        : kernels_(kernels), rule_(rule_of(optimizer)), state_(state) {}

    // One step on layer `l` (weight, bias and transpose): its gradient is input^T [fan_in, rows] * delta [rows,
    // fan_out].
    void dense(size_t l, const StepConstants& constants, const Activations& input, const Activations& delta,
               int64_t rows, const Worker& worker) const;
    // The same for the first layer, from the lists of its non-zero inputs.
    void sparse(const StepConstants& constants, const Batch& input, const Activations& delta, int64_t rows,
                const Worker& worker) const;

    // One step on a block of a weight and its transpose, by their gradient [block.rows][kPanel], and with a panel's
    // first block on its bias, by the delta [rows, fan_out].
    void apply(size_t l, const StepConstants& constants, const WeightBlock& block, const float* gradient,
               const Activations& delta, int64_t rows) const;

  private:
    void update_bias(size_t l, const StepConstants& constants, int64_t panel, const Activations& delta,
                     int64_t rows) const;

    const Kernels& kernels_;
    UpdateRule rule_;
    TrainingState& state_;
};

} // namespace mn::cpu
