// The step with float32 products. What it does is in the rooms beside: batch, forward, backward, update.
#pragma once

#include <cstdint>
#include <memory>

#include "cpu/arithmetic.h"
#include "cpu/float32/batch.h"
#include "cpu/float32/weights.h"

namespace mn::cpu::float32 {

std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts);

class Pass final : public cpu::Pass {
  public:
    // weights: for training, kept in step by update(); they outlive the pass.
    Pass(const ArithmeticParts& parts, Weights& weights, int64_t rows)
        : cpu::Pass(parts.net, rows, parts.purpose), parts_(parts), weights_(weights),
          batch_(capacity_, parts.net.features(), parts.net.input_dropout, parts.purpose) {}

    void forward(const Selection& selection, const Worker& worker) override;
    void take_gradient(Range) override {} // is used as it is
    void backward(size_t l, int64_t rows, const Worker& worker) override;
    void update(size_t l, int64_t rows, const Updater& updater, const Worker& worker) override;
    int64_t bytes() const override { return cpu::Pass::bytes() + batch_.bytes(); }

    Batch& batch() { return batch_; }

  private:
    // Tiles of rows of A whose `depth` columns stay near while all panels of B meet them.
    int64_t tiles_at_once(int64_t depth) const;
    const Activations& input_of(size_t l) const { return l == 0 ? batch_.dense() : outputs_[l - 1]; }
    // A layer from its dense input, or the first from lists of non-zero pixels.
    void forward_dense(size_t l, const Selection& selection, const Worker& worker);
    void forward_sparse(const Selection& selection, const Worker& worker);
    void drop(size_t l, int64_t panel, Range rows, const Selection& selection);
    void update_dense(size_t l, int64_t rows, const Updater& updater, const Worker& worker);
    void update_sparse(int64_t rows, const Updater& updater, const Worker& worker);

    ArithmeticParts parts_;
    Weights& weights_;
    Batch batch_;
};

} // namespace mn::cpu::float32
