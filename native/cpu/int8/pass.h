// The way through a net with products of bytes, for inference alone. Raw bytes are multiplied as they are; floats, and
// what a hidden layer hands on, become bytes row by row, each by its own range: no sample depends on another, and none
// has to be seen beforehand.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/arithmetic.h"
#include "cpu/int8/weights.h"
#include "cpu/kernels/int8.h"
#include "cpu/range.h"

namespace mn::cpu::int8 {

// Throws unsupported for training, and where a layer is too wide.
std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts);
// The same with other kernels than the level's.
std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts, const Int8Kernels& kernels);

// A layer's input in words, by rows.
struct ByteRows {
    int64_t stride = 0;
    Buffer<uint32_t> words;   // [capacity][stride]
    Buffer<ByteScale> scales; // [capacity]

    ByteRows(int64_t capacity, int64_t columns, int64_t inputs);
    uint32_t* at(int64_t row) { return words.data() + row * stride; }
    int64_t bytes() const { return words.bytes() + scales.bytes(); }
};

class Pass final : public cpu::Pass {
  public:
    // weights and kernels outlive the pass.
    Pass(const ArithmeticParts& parts, const Int8Kernels& kernels, const Weights& weights, int64_t rows);

    void forward(const Selection& selection, const Worker& worker) override;
    void take_gradient(Range) override {} // there is no training in bytes: make_arithmetic refuses it
    void backward(size_t, int64_t, const Worker&) override {}
    void update(size_t, int64_t, const Updater&, const Worker&) override {}
    int64_t bytes() const override;

  private:
    // Rows go through a layer together, so many at a time: their words stay near.
    void stage(const Selection& selection, Range rows);
    void multiply(size_t l, Range rows);
    void hand_on(size_t l, Range rows);
    // Whether the lists of the rows' words are worth it; then they are made.
    bool listed(size_t l, Range rows);

    ArithmeticParts parts_;
    const Int8Kernels& kernels_;
    const Weights& weights_;
    std::vector<ByteRows> inputs_; // of each layer
    int64_t list_stride_ = 0;
    Buffer<int32_t> index_;   // [capacity][list_stride_]
    Buffer<uint32_t> listed_; // [capacity][list_stride_]
    Buffer<int32_t> counts_;  // [capacity]
};

} // namespace mn::cpu::int8
