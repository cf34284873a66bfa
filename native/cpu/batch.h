// Which samples a batch takes, in which order, and their pixels in pairs: what every arithmetic stages its batch from.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "cpu/dropout.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/range.h"
#include "net/data.h"
#include "net/dropout.h"

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
    const StepSeed* draws = nullptr;    // what dropout follows from; null: nothing is dropped
    const int32_t* positions = nullptr; // [rows] where there is dropout: those of the rows in the order of the pass

    int64_t sample(int64_t row) const { return order ? order[row] : first + row; }
    // Some of the rows.
    Selection part(Range range) const {
        Selection some = *this;
        if (order)
            some.order += range.begin;
        else
            some.first += range.begin;
        if (positions)
            some.positions += range.begin;
        some.rows = range.size();
        return some;
    }
    template <class Pixel>
    const Pixel* pixels(int64_t row) const {
        return static_cast<const Pixel*>(samples->pixels) + sample(row) * samples->features;
    }
};

// An order of a batch's samples where neighbours are alike: they have more of their zero pixels in common, so that the
// lists below are shorter. Samples that are equally alike stay in their old order.
class AlikeOrder {
  public:
    int64_t bytes() const { return order_.bytes() + positions_.bytes() + keys_.bytes() + counts_.bytes(); }

  protected:
    AlikeOrder() = default;
    // rows: the most there will be; keys are below `keys`.
    AlikeOrder(int64_t rows, int64_t keys) : keys_(rows), order_(rows), positions_(rows), counts_(keys) {}
    // The same samples in ascending order of their keys; refers to this object.
    Selection by_keys(const Selection& selection);
    // The same samples as they are; refers to this object.
    Selection unsorted(const Selection& selection);

    Buffer<int32_t> keys_; // [rows]

  private:
    Buffer<int32_t> order_;     // [rows]
    Buffer<int32_t> positions_; // [rows]
    Buffer<int32_t> counts_;    // [keys]
};

// Alike are samples of one label (MNIST: 0.268 of the pixels are listed instead of 0.295). Without labels samples stay
// in their order.
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

// Draws which pixels of the given rows the input's dropout keeps.
template <class Pixel>
void draw_rows(const Kernels& kernels, const Selection& selection, const Dropout& dropout, Range rows,
               InputDropout& kept) {
    constexpr int64_t kAtOnce = kMostPixelRows;
    const void* pixels[kAtOnce];
    for (int64_t first = rows.begin; first < rows.end; first += kAtOnce) {
        const int64_t count = std::min(kAtOnce, rows.end - first);
        for (int64_t i = 0; i < count; ++i)
            pixels[i] = selection.pixels<Pixel>(first + i);
        for (int64_t row = first + kAtOnce; row < first + 2 * kAtOnce; row += kGroup)
            prefetch(selection, row / kGroup);
        kept.draw(kernels, dropout, first,
                  {selection.positions + first, pixels, count, selection.samples->features, sizeof(Pixel)});
    }
}

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

// The pixels of a batch's rows, behind the input's dropout where there is one.
template <class Pixel>
struct Pixels {
    const Kernels& kernels;
    const Selection& selection;
    const InputDropout* dropout; // drawn for the rows; null: none
    float scale = 1;             // of floats that are kept

    // Those of some columns of a row: where they lie, or in scratch [columns.size()].
    const Pixel* at(int64_t row, Range columns, Pixel* scratch) const {
        const Pixel* const from = selection.pixels<Pixel>(row) + columns.begin;
        if (!dropout)
            return from;
        dropout->keep(kernels, row, columns, from, scale, scratch);
        return scratch;
    }
};

// Calls visit(group, samples, pairs) for pixel groups [groups.begin, groups.end), for each of them a strip of the
// batch's samples after the other: its pairs [samples.size()], with zeros up to a multiple of kPanel. A last odd pixel
// is paired with zeros.
template <class Pixel, class Visit>
void for_each_pixel_group(const Pixels<Pixel>& pixels, Range groups, Visit visit) {
    constexpr int64_t kAtOnce = 64 / static_cast<int64_t>(sizeof(PixelPair<Pixel>)); // a cache line of each sample
    const Selection& selection = pixels.selection;
    const int64_t features = selection.samples->features, whole_groups = features / kGroup;
    alignas(64) PixelPair<Pixel> columns[kAtOnce][kSampleStrip];
    alignas(64) Pixel scratch[kSampleStrip][kAtOnce * kGroup];
    const Pixel* rows[kSampleStrip];
    for (int64_t q = groups.begin; q < groups.end; q += kAtOnce) {
        const int64_t count = std::min(kAtOnce, groups.end - q), whole = std::min(count, whole_groups - q);
        for (int64_t first = 0; first < selection.rows; first += kSampleStrip) {
            const int64_t samples = std::min(kSampleStrip, selection.rows - first);
            for (int64_t i = 0; i < samples; ++i)
                rows[i] = pixels.at(first + i, {q * kGroup, std::min((q + count) * kGroup, features)}, scratch[i]);
            transpose_pairs(pixels.kernels, rows, samples, whole, columns[0], kSampleStrip);
            for (int64_t i = 0; i < samples && whole < count; ++i)
                columns[whole][i] = with_zero(rows[i][whole * kGroup]);
            for (int64_t i = 0; i < count; ++i) {
                std::fill(columns[i] + samples, columns[i] + round_up(samples, kPanel), PixelPair<Pixel>{});
                visit(q + i, Range{first, first + samples}, columns[i]);
            }
        }
    }
}

} // namespace mn::cpu
