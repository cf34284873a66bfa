#include "cpu/bf16/pass.h"

namespace mn::cpu::bf16 {

namespace {

class Bf16Products final : public Arithmetic {
  public:
    explicit Bf16Products(const ArithmeticParts& parts) : parts_(parts), weights_(parts.net, parts.purpose) {}

    void refresh() override { weights_.refresh(parts_.parameters); }
    std::unique_ptr<cpu::Pass> make_pass(int64_t rows) override {
        return std::make_unique<Pass>(parts_, weights_, rows);
    }
    int64_t bytes() const override { return weights_.bytes(); }

  private:
    ArithmeticParts parts_;
    Weights weights_;
};

} // namespace

std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts) {
    return std::make_unique<Bf16Products>(parts);
}

Pass::Pass(const ArithmeticParts& parts, Weights& weights, int64_t rows)
    : cpu::Pass(parts.net, rows, parts.purpose), parts_(parts), weights_(weights),
      batch_(capacity_, parts.net.features(), parts.net.input_dropout, parts.purpose) {
    for (int l = 0; l < parts.net.layers(); ++l) {
        if (parts.net.is_hidden(l))
            rounded_outputs_.emplace_back(capacity_, parts.net.fan_out(l), parts.purpose);
        if (parts.purpose == Purpose::training)
            rounded_deltas_.emplace_back(capacity_, parts.net.fan_out(l), parts.purpose);
    }
}

int64_t Pass::bytes() const {
    int64_t sum = cpu::Pass::bytes() + batch_.bytes();
    for (const Bf16Activations& output : rounded_outputs_)
        sum += output.bytes();
    for (const Bf16Activations& delta : rounded_deltas_)
        sum += delta.bytes();
    return sum;
}

} // namespace mn::cpu::bf16
