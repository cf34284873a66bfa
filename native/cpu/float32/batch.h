// A batch of samples, made ready for the first layer: dense, or as lists of its non-zero pixels.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"
#include "floor/floor.h"

namespace mn::cpu {

enum class Purpose { training, inference };

// Which samples a batch takes: row r is sample order[r], or first + r where order is null. What only a backward pass
// needs is left out for inference.
struct Selection {
    const Data* samples = nullptr;
    const int32_t* order = nullptr;
    int64_t first = 0;
    int64_t rows = 0;
    Purpose purpose = Purpose::training;

    int64_t sample(int64_t row) const { return order ? order[row] : first + row; }
    template <class Pixel>
    const Pixel* pixels(int64_t row) const {
        return static_cast<const Pixel*>(samples->pixels) + sample(row) * samples->features;
    }
};

// An order of a batch's samples where neighbours are alike: they have more of their zero pixels in common, so that the
// lists below are shorter. Samples that are equally alike stay in their old order.
class AlikeOrder {
  public:
    int64_t bytes() const { return order_.bytes() + keys_.bytes() + counts_.bytes(); }

  protected:
    AlikeOrder() = default;
    // rows: the most there will be; keys are below `keys`.
    AlikeOrder(int64_t rows, int64_t keys) : keys_(rows), order_(rows), counts_(keys) {}
    // The same samples in ascending order of their keys; refers to this object.
    Selection by_keys(const Selection& selection);

    Buffer<int32_t> keys_; // [rows]

  private:
    Buffer<int32_t> order_;  // [rows]
    Buffer<int32_t> counts_; // [keys]
};

// Alike are samples of one label (MNIST: 0.268 of the pixels are listed instead of 0.295).
class LabelOrder : public AlikeOrder {
  public:
    LabelOrder(int64_t rows, int64_t classes) : AlikeOrder(rows, classes + 1), classes_(classes) {}
    Selection of(const Selection& selection);

  private:
    int64_t classes_;
};

// Alike, where labels are unknown, are samples of about one outline: those with more or less ink than the batch has on
// average in each of eight parts (0.267).
class OutlineOrder : public AlikeOrder {
  public:
    explicit OutlineOrder(int64_t rows) : AlikeOrder(rows, kOutlines), ink_(rows * kParts) {}
    Selection of(const Kernels& kernels, const Selection& selection);
    int64_t bytes() const { return AlikeOrder::bytes() + ink_.bytes(); }

  private:
    static constexpr int64_t kParts = 8, kOutlines = 1 << kParts; // a bit for each part
    Buffer<int32_t> ink_;                                         // [rows][kParts]
};

// Has the pixels of a group of samples on their way from memory, where they lie anywhere, while others before it are
// listed. Nothing happens beyond the last group.
void prefetch(const Selection& selection, int64_t group);
constexpr int64_t kGroupsAhead = 3; // less than a microsecond

static_assert(kGroup == 2);
struct FloatPair {
    float first, second;
};
// The kGroup pixels of an entry of a list. Of bytes, the first is the lower half of the number.
template <class Pixel>
using PixelPair = std::conditional_t<std::is_same_v<Pixel, uint8_t>, uint16_t, FloatPair>;

inline uint16_t with_zero(uint8_t pixel) {
    return pixel;
}
inline FloatPair with_zero(float pixel) {
    return {pixel, 0};
}

inline void transpose_pairs(const Kernels& kernels, const uint8_t* const* rows, int64_t count, int64_t pairs,
                            uint16_t* out, int64_t out_stride) {
    kernels.transpose_pairs(rows, count, pairs, out, out_stride);
}
inline void transpose_pairs(const Kernels&, const float* const* rows, int64_t count, int64_t pairs, FloatPair* out,
                            int64_t out_stride) {
    for (int64_t r = 0; r < count; ++r)
        for (int64_t p = 0; p < pairs; ++p)
            out[p * out_stride + r] = {rows[r][2 * p], rows[r][2 * p + 1]};
}

// Samples, a multiple of kPanel, that for_each_pixel_group has at a time.
constexpr int64_t kSampleStrip = 320;

// Calls visit(group, samples, pairs) for pixel groups [groups.begin, groups.end), for each of them a strip of the
// batch's samples after the other: its pairs [samples.size()], with zeros up to a multiple of kPanel. A last odd pixel
// is paired with zeros.
template <class Pixel, class Visit>
void for_each_pixel_group(const Kernels& kernels, const Selection& selection, Range groups, Visit visit) {
    constexpr int64_t kAtOnce = 64 / static_cast<int64_t>(sizeof(PixelPair<Pixel>)); // a cache line of each sample
    const int64_t whole_groups = selection.samples->features / kGroup;
    alignas(64) PixelPair<Pixel> columns[kAtOnce][kSampleStrip];
    const Pixel* rows[kSampleStrip];
    for (int64_t q = groups.begin; q < groups.end; q += kAtOnce) {
        const int64_t count = std::min(kAtOnce, groups.end - q), whole = std::min(count, whole_groups - q);
        for (int64_t first = 0; first < selection.rows; first += kSampleStrip) {
            const int64_t samples = std::min(kSampleStrip, selection.rows - first);
            for (int64_t i = 0; i < samples; ++i)
                rows[i] = selection.pixels<Pixel>(first + i) + q * kGroup;
            transpose_pairs(kernels, rows, samples, whole, columns[0], kSampleStrip);
            for (int64_t i = 0; i < samples && whole < count; ++i)
                columns[whole][i] = with_zero(rows[i][whole * kGroup]);
            for (int64_t i = 0; i < count; ++i) {
                std::fill(columns[i] + samples, columns[i] + round_up(samples, kPanel), PixelPair<Pixel>{});
                visit(q + i, Range{first, first + samples}, columns[i]);
            }
        }
    }
}

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

    Batch() = default;
    Batch(int64_t capacity, int64_t features, Purpose purpose);

    // Called by all workers; ends with a barrier. True if the batch is sparse: then by_sample() and, for training,
    // by_pixel() are filled, else dense(). The choice depends on nothing but the batch.
    bool stage(const Kernels& kernels, const Selection& selection, const Worker& worker);

    const Activations& dense() const { return dense_; }
    // Rows: samples, columns: pixels.
    SparseTile by_sample(Range groups, int64_t strip) const { return by_sample_.tile(groups, strip, table()); }
    // Rows: pixels, columns: samples.
    SparseTile by_pixel(Range groups, int64_t strip) const { return by_pixel_.tile(groups, strip, table()); }
    int64_t bytes() const;

  private:
    template <class Pixel>
    bool stage_pixels(const Kernels& kernels, const Selection& selection, const Worker& worker);
    void set_table(const Data& samples);
    const float* table() const { return bytes_ ? table_.data() : nullptr; }

    Activations dense_;
    NonZeros by_sample_, by_pixel_;
    bool bytes_ = false;                // the lists hold bytes
    std::array<float, 256> table_ = {}; // what they stand for
    double table_scale_ = 0;
};

} // namespace mn::cpu
