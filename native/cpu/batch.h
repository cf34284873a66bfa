// A batch of samples, made ready for the first layer: dense, or as lists of its non-zero pixels.
#pragma once

#include <array>
#include <cstdint>

#include "cpu/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"
#include "model/backend.h"

namespace mn::cpu {

// Which samples a batch takes: row r is sample order[r], or first + r where order is null.
struct Selection {
    const Samples* samples = nullptr;
    const int32_t* order = nullptr;
    int64_t first = 0;
    int64_t rows = 0;

    int64_t sample(int64_t row) const { return order ? order[row] : first + row; }
};

// Lists of non-zero values. Each serves kGroup neighbouring rows of a matrix and has the columns where at least one of
// them is not zero.
class NonZeros {
  public:
    NonZeros() = default;
    // rows, columns: the most there will be.
    NonZeros(int64_t rows, int64_t columns);

    struct List {
        int32_t* index; // ascending
        float* values;  // [count][kGroup]
    };
    List list(int64_t group) {
        return {index_.data() + group * capacity_, values_.data() + group * capacity_ * kGroup};
    }
    int64_t count(int64_t group) const { return counts_[group]; }
    void set_count(int64_t group, int64_t count) { counts_[group] = static_cast<int32_t>(count); }
    // The list as A of a product; b and out are left open.
    SparseTile tile(int64_t group) const;
    int64_t bytes() const { return index_.bytes() + values_.bytes() + counts_.bytes(); }

  private:
    int64_t capacity_ = 0;
    Buffer<int32_t> index_, counts_;
    Buffer<float> values_;
};

enum class Purpose { training, inference };

class Batch {
  public:
    Batch() = default;
    Batch(int64_t capacity, int64_t features, Purpose purpose);

    // Called by all workers; ends with a barrier. True if the batch is sparse: then by_sample() and, for training,
    // by_pixel() are filled, else dense(). The choice depends on nothing but the batch.
    bool stage(const Selection& selection, const Worker& worker);

    const Activations& dense() const { return dense_; }
    const NonZeros& by_sample() const { return by_sample_; } // rows: samples, columns: pixels
    const NonZeros& by_pixel() const { return by_pixel_; }   // rows: pixels, columns: samples
    int64_t bytes() const;

  private:
    template <class Pixel>
    bool stage_pixels(const Selection& selection, const Worker& worker);

    Purpose purpose_ = Purpose::training;
    Activations dense_;
    NonZeros by_sample_, by_pixel_;
    Buffer<int32_t> union_counts_; // [groups of samples]
};

} // namespace mn::cpu
