// A batch of samples in bf16, made ready for the first layer: dense, or as lists of its non-zero pairs.
#pragma once

#include <cstdint>

#include "cpu/batch.h"
#include "cpu/bf16/layout.h"
#include "cpu/kernels/bf16.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"

namespace mn::cpu::bf16 {

// Lists of non-zero pairs, each of which serves kGroup neighbouring rows: of columns, where rows are samples, or of
// samples, where rows are pixels.
struct NonZeros {
    int64_t capacity = 0; // entries a list may have
    Buffer<int32_t> counts, index;
    Buffer<uint32_t> values; // [group][kGroup][capacity]

    NonZeros() = default;
    // rows, pairs: the most there will be.
    NonZeros(int64_t rows, int64_t pairs);
    int32_t* index_of(int64_t group) { return index.data() + group * capacity; }
    // The group's first row; the second one's values are `capacity` further.
    uint32_t* values_of(int64_t group) { return values.data() + group * kGroup * capacity; }
    Bf16SparseTile tile(Range groups) const;
    int64_t bytes() const { return counts.bytes() + index.bytes() + values.bytes(); }
};

// A batch in bf16, dense or as lists of non-zero pairs of pixels (by sample) and of samples (by pixel).
class Batch {
  public:
    // dropout: the share of the pixels that a step drops
    Batch(int64_t capacity, int64_t features, double dropout, Purpose purpose);

    // Called by all workers; ends with a barrier. If the batch is sparse, then by_sample() and, for training,
    // by_pixel() are filled, else dense(). The choice depends on nothing but the batch.
    void stage(const Kernels& kernels, const Selection& selection, const Worker& worker);

    bool sparse() const { return sparse_; }
    // What the first layer's products are multiplied by: raw bytes are exact in bf16, so their scale comes last, and
    // with it that of pixels that dropout has kept.
    float scale() const { return scale_; }
    const Bf16Activations& dense() const { return dense_; }
    Bf16SparseTile by_sample(Range groups) const { return by_sample_.tile(groups); }
    Bf16SparseTile by_pixel(Range groups) const { return by_pixel_.tile(groups); }
    int64_t bytes() const;

  private:
    template <class Pixel>
    void stage_pixels(const Kernels& kernels, const Selection& selection, const Worker& worker);
    // From bytes; floats are widened first.
    void list_samples(const Pixels<uint8_t>& pixels, Range groups);
    void list_pixels(const Pixels<uint8_t>& pixels, Range groups);
    void list_widened_samples(int64_t rows, Range groups);
    void list_widened_pixels(int64_t rows, int64_t panel);
    bool few_are_listed(int64_t rows) const;

    double p_ = 0;
    InputDropout dropout_;
    Bf16Activations dense_;
    NonZeros by_sample_, by_pixel_;
    bool sparse_ = false;
    float scale_ = 1;
};

} // namespace mn::cpu::bf16
