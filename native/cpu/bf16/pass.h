// The step with bf16 products, on bf16 copies of weights, activations and deltas. Only for machines with
// machine_has_bf16(). What it does is in the rooms beside: batch, forward, backward, update.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/arithmetic.h"
#include "cpu/bf16/batch.h"
#include "cpu/bf16/layout.h"
#include "cpu/bf16/weights.h"

namespace mn::cpu::bf16 {

std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts);

class Pass final : public cpu::Pass {
  public:
    // weights: in step with the parameters; they outlive the pass.
    Pass(const ArithmeticParts& parts, Weights& weights, int64_t rows);

    void forward(const Selection& selection, const Worker& worker) override;
    void take_gradient(Range rows) override;
    void backward(size_t l, int64_t rows, const Worker& worker) override;
    void update(size_t l, int64_t rows, const Updater& updater, const Worker& worker) override;
    int64_t bytes() const override;

  private:
    const Bf16Activations& input_of(size_t l) const { return l == 0 ? batch_.dense() : rounded_outputs_[l - 1]; }
    float scale_of(size_t l) const { return l == 0 ? batch_.scale() : 1.0f; }
    // Where a tile of a layer's outputs goes: float32 and, but for the last layer, bf16; what its dropout keeps.
    Bf16Finish finish_of(size_t l, Range panels, Range rows, const Selection& selection);
    void drop(size_t l, Range panels, Range rows, const StepSeed& draws, const int32_t* positions, Bf16Finish& finish);
    // A layer from its dense input, or the first from lists of non-zero pairs.
    void forward_dense(size_t l, const Selection& selection, const Worker& worker);
    void forward_sparse(const Selection& selection, const Worker& worker);
    template <class Apply>
    void update_dense(size_t l, int64_t rows, const Worker& worker, Apply apply);
    template <class Apply>
    void update_sparse(const Worker& worker, Apply apply);

    ArithmeticParts parts_;
    Weights& weights_;
    Batch batch_;
    std::vector<Bf16Activations> rounded_outputs_; // of each layer but the last
    std::vector<Bf16Activations> rounded_deltas_;  // of each layer, for training
};

} // namespace mn::cpu::bf16
