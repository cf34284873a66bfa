// A batch of samples, made ready for the first layer: dense, or as lists of its non-zero pixels.
#pragma once

#include <array>
#include <cstdint>

#include "cpu/batch.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"

namespace mn::cpu::float32 {

// Lists of non-zero pixels. Each serves kGroup neighbouring rows of a matrix and has the columns where at least one of
// them is not zero, with the pixels of all of them as they came: bytes or floats. A list is cut into strips of columns,
// so that an index is a short number, and what the pixels are multiplied by stays near while many lists have their
// turn.
class NonZeros {
  public:
    NonZeros() = default;
    // rows, columns: the most there will be.
    NonZeros(int64_t rows, int64_t columns, int64_t strip);

    int64_t strips(int64_t columns) const { return divide_up(columns, strip_); }
    // Columns of strip i of `columns`.
    Range strip(int64_t i, int64_t columns) const { return {i * strip_, std::min((i + 1) * strip_, columns)}; }

    // Lists a strip's columns of a group, once the strips before it are listed. pairs: [columns] with zeros up to a
    // multiple of kPanel.
    template <class Pair>
    void list(const Kernels& kernels, int64_t group, int64_t strip, const Pair* pairs, int64_t columns);
    // Entries of a group up to strip `strips`.
    int64_t count(int64_t group, int64_t strips) const { return starts_[group * starts_stride_ + strips]; }
    int64_t bytes() const { return starts_.bytes() + entries_.bytes() + values_.bytes(); }

    // A strip of some groups' lists as A of a product, whose row 0 of B is the strip's first column; b and out are left
    // open. table: what a byte stands for, null if pixels are floats.
    SparseTile tile(Range groups, int64_t strip, const float* table) const;

  private:
    int64_t capacity_ = 0, strip_ = 1, starts_stride_ = 1;
    Buffer<int32_t> starts_;   // [group][strips + 1]
    Buffer<uint32_t> entries_; // [group][capacity_], see SparseTile
    Buffer<FloatPair> values_; // [group][capacity_], if pixels are floats
};

class Batch {
  public:
    // Columns in a strip of the lists. Shorter strips, whose part of B would fit the innermost cache, bring nothing: a
    // list's beginning and end cost as much.
    static constexpr int64_t kPixelStrip = 416;
    static_assert(kPixelStrip % kPanel == 0 && kSampleStrip % kPanel == 0);
    static_assert(kPixelStrip <= 65536 && kSampleStrip <= 65536, "an entry's index has 16 bits");

    // dropout: the share of the pixels that a step drops
    Batch(int64_t capacity, int64_t features, double dropout, Purpose purpose);

    // Called by all workers; ends with a barrier. If the batch is sparse, then by_sample() and, for training,
    // by_pixel() are filled, else dense(). The choice depends on nothing but the batch.
    void stage(const Kernels& kernels, const Selection& selection, const Worker& worker);

    bool sparse() const { return sparse_; }
    const Activations& dense() const { return dense_; }
    // Rows: samples, columns: pixels.
    SparseTile by_sample(Range groups, int64_t strip) const { return by_sample_.tile(groups, strip, table()); }
    // Rows: pixels, columns: samples.
    SparseTile by_pixel(Range groups, int64_t strip) const { return by_pixel_.tile(groups, strip, table()); }
    int64_t bytes() const;

  private:
    template <class Pixel>
    void stage_pixels(const Kernels& kernels, const Selection& selection, const Worker& worker);
    // kept_scale: 1 / (1 - the share that is dropped), which costs nothing in the table
    void set_table(const Data& samples, double kept_scale);
    const float* table() const { return bytes_ ? table_.data() : nullptr; }

    double p_ = 0;
    InputDropout dropout_;
    Activations dense_;
    NonZeros by_sample_, by_pixel_;
    Buffer<int32_t> counts_; // [group of samples], while they are not listed
    bool sparse_ = false;
    bool bytes_ = false;                // the lists hold bytes
    std::array<float, 256> table_ = {}; // what they stand for
    double table_scale_ = 0, table_kept_scale_ = 1;
};

} // namespace mn::cpu::float32
