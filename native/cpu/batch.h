// A batch of samples, made ready for the first layer: dense, or as lists of its non-zero pixels.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "cpu/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"
#include "model/backend.h"

namespace mn::cpu {

enum class Purpose { training, inference };

// Which samples a batch takes: row r is sample order[r], or first + r where order is null. What only a backward pass
// needs is left out for inference.
struct Selection {
    const Samples* samples = nullptr;
    const int32_t* order = nullptr;
    int64_t first = 0;
    int64_t rows = 0;
    Purpose purpose = Purpose::training;

    int64_t sample(int64_t row) const { return order ? order[row] : first + row; }
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

// Alike are samples of one label (MNIST, groups of four: 0.335 of the pixels instead of 0.388).
class LabelOrder : public AlikeOrder {
  public:
    LabelOrder(int64_t rows, int64_t classes) : AlikeOrder(rows, classes + 1), classes_(classes) {}
    Selection of(const Selection& selection);

  private:
    int64_t classes_;
};

// Alike, where labels are unknown, are samples of about one outline: those with more or less ink than the batch has on
// average in each of eight parts (0.332).
class OutlineOrder : public AlikeOrder {
  public:
    explicit OutlineOrder(int64_t rows) : AlikeOrder(rows, kOutlines), ink_(rows * kParts) {}
    Selection of(const Kernels& kernels, const Selection& selection);
    int64_t bytes() const { return AlikeOrder::bytes() + ink_.bytes(); }

  private:
    static constexpr int64_t kParts = 8, kOutlines = 1 << kParts; // a bit for each part
    Buffer<int32_t> ink_;                                         // [rows][kParts]
};

// Has a worker's share of the rows on its way from memory, where its rows lie anywhere; a batch costs 1 % of a step
// less.
void prefetch(const Selection& selection, const Worker& worker);

// Lists of non-zero pixels. Each serves kGroup neighbouring rows of a matrix and has the columns where at least one of
// them is not zero, with the pixels of all of them as they came: bytes or floats.
class NonZeros {
  public:
    NonZeros() = default;
    // rows, columns: the most there will be.
    NonZeros(int64_t rows, int64_t columns);

    int32_t* index(int64_t group) { return index_.data() + group * capacity_; }
    // [count][kGroup]
    template <class Pixel>
    Pixel* pixels(int64_t group) {
        return reinterpret_cast<Pixel*>(pixels_.data()) + group * capacity_ * kGroup;
    }
    int32_t& count(int64_t group) { return counts_[group]; }
    int64_t count(int64_t group) const { return counts_[group]; }
    int64_t bytes() const { return index_.bytes() + pixels_.bytes() + counts_.bytes(); }

    // Adds entries without a detour: bytes are written through a pointer that may alias any other.
    template <class Pixel>
    struct Writer {
        int32_t* __restrict counts;
        int32_t* __restrict index;
        Pixel* __restrict pixels;
        int64_t capacity;

        void append(int64_t group, int64_t column, const Pixel* entry) const {
            const int64_t at = group * capacity + counts[group]++;
            index[at] = static_cast<int32_t>(column);
            std::memcpy(pixels + at * kGroup, entry, kGroup * sizeof(Pixel));
        }
    };
    template <class Pixel>
    Writer<Pixel> writer() {
        return {counts_.data(), index_.data(), pixels<Pixel>(0), capacity_};
    }

    // The list as A of a product; b and out are left open. table: what a byte stands for, null if pixels are floats.
    SparseTile tile(int64_t group, const float* table) const;

  private:
    int64_t capacity_ = 0;
    Buffer<int32_t> index_, counts_;
    Buffer<float> pixels_; // room enough for either type
};

class Batch {
  public:
    Batch() = default;
    Batch(int64_t capacity, int64_t features, Purpose purpose);

    // Called by all workers; ends with a barrier. True if the batch is sparse: then by_sample() and, for training,
    // by_pixel() are filled, else dense(). The choice depends on nothing but the batch.
    bool stage(const Kernels& kernels, const Selection& selection, const Worker& worker);

    const Activations& dense() const { return dense_; }
    // Rows: samples, columns: pixels.
    SparseTile by_sample(int64_t group) const { return by_sample_.tile(group, table()); }
    // Rows: pixels, columns: samples.
    SparseTile by_pixel(int64_t group) const { return by_pixel_.tile(group, table()); }
    int64_t bytes() const;

  private:
    template <class Pixel>
    bool stage_pixels(const Kernels& kernels, const Selection& selection, const Worker& worker);
    void set_table(const Samples& samples);
    const float* table() const { return bytes_ ? table_.data() : nullptr; }

    Activations dense_;
    NonZeros by_sample_, by_pixel_;
    Buffer<int32_t> row_groups_;        // [capacity][groups of pixels]: scratch
    bool bytes_ = false;                // the lists hold bytes
    std::array<float, 256> table_ = {}; // what they stand for
    double table_scale_ = 0;
};

} // namespace mn::cpu
