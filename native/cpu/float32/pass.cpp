#include "cpu/float32/pass.h"

namespace mn::cpu::float32 {

namespace {

class Float32 final : public Arithmetic {
  public:
    explicit Float32(const ArithmeticParts& parts) : parts_(parts), weights_(parts.net, parts.purpose) {}

    void refresh() override { weights_.refresh(parts_.kernels, parts_.parameters); }
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
    return std::make_unique<Float32>(parts);
}

} // namespace mn::cpu::float32
