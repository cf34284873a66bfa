#include "cpu/int8/pass.h"

#include <algorithm>

#include "net/error.h"

namespace mn::cpu::int8 {

namespace {

class Int8Products final : public Arithmetic {
  public:
    Int8Products(const ArithmeticParts& parts, const Int8Kernels& kernels)
        : parts_(parts), kernels_(kernels), weights_(parts.net, kernels.inputs) {}

    void refresh() override { weights_.refresh(parts_.parameters); }
    std::unique_ptr<cpu::Pass> make_pass(int64_t rows) override {
        return std::make_unique<Pass>(parts_, kernels_, weights_, rows);
    }
    bool shares_lists() const override { return false; } // each row has its own
    int64_t bytes() const override { return weights_.bytes(); }

  private:
    ArithmeticParts parts_;
    const Int8Kernels& kernels_;
    Weights weights_;
};

} // namespace

std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts) {
    return make_arithmetic(parts, int8_kernels_of(parts.kernels.name));
}

std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts, const Int8Kernels& kernels) {
    if (parts.purpose == Purpose::training)
        throw Error(Status::unsupported, "precision: int8 is for models alone, training needs float32 or bf16: train "
                                         "in one of these, then make a model of the parameters in int8");
    return std::make_unique<Int8Products>(parts, kernels);
}

ByteRows::ByteRows(int64_t capacity, int64_t columns, int64_t inputs)
    : stride(round_up(divide_up(round_up(columns, kPanel), inputs), kWordRun)), words(capacity * stride),
      scales(capacity) {}

Pass::Pass(const ArithmeticParts& parts, const Int8Kernels& kernels, const Weights& weights, int64_t rows)
    : cpu::Pass(parts.net, rows, parts.purpose), parts_(parts), kernels_(kernels), weights_(weights) {
    for (const ByteWeight& layer : weights.layers) {
        inputs_.emplace_back(capacity_, layer.fan_in, kernels.inputs);
        list_stride_ = std::max(list_stride_, inputs_.back().stride + kWordRun);
    }
    index_ = Buffer<int32_t>(capacity_ * list_stride_);
    listed_ = Buffer<uint32_t>(capacity_ * list_stride_);
    counts_ = Buffer<int32_t>(capacity_);
}

int64_t Pass::bytes() const {
    int64_t sum = cpu::Pass::bytes() + index_.bytes() + listed_.bytes() + counts_.bytes();
    for (const ByteRows& input : inputs_)
        sum += input.bytes();
    return sum;
}

} // namespace mn::cpu::int8
