// Dropout's bits, one for each value of a batch: drawn where the values come in or are made, and read again where they
// or their gradients are needed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/range.h"
#include "net/dropout.h"

namespace mn::cpu {

// Of the input, which is staged twice: once by sample, once by pixel.
class InputDropout {
  public:
    InputDropout() = default; // there is none
    InputDropout(int64_t rows, int64_t columns)
        : stride_(panels_of(columns) + 1), kept_(rows * stride_) {} // keep() reads one word further

    // Rows from `first` on, whose positions in the batch and pixels are given.
    void draw(const Kernels& kernels, const Dropout& dropout, int64_t first, const PixelRows& pixels) {
        kernels.draw_kept_pixels(dropout, pixels, kept_.data() + first * stride_, stride_);
    }

    // out [columns.size()]: those columns' pixels that are kept, floats times scale, and zeros.
    void keep(const Kernels& kernels, int64_t row, Range columns, const uint8_t* pixels, float, uint8_t* out) const {
        keep(row, columns, [&](const uint32_t* kept, int64_t at, int64_t count) {
            kernels.keep_bytes(pixels + at, kept, count, out + at);
        });
    }
    void keep(const Kernels& kernels, int64_t row, Range columns, const float* pixels, float scale, float* out) const {
        keep(row, columns, [&](const uint32_t* kept, int64_t at, int64_t count) {
            kernels.keep_floats(pixels + at, kept, count, scale, out + at);
        });
    }

    int64_t bytes() const { return kept_.bytes(); }

  private:
    // Calls take(bits, first of columns, count), once where the columns begin with a word.
    template <class Take>
    void keep(int64_t row, Range columns, Take take) const {
        const uint32_t* kept = kept_.data() + row * stride_ + columns.begin / kPanel;
        const int64_t shift = columns.begin % kPanel;
        if (shift == 0)
            return take(kept, 0, columns.size());
        for (int64_t at = 0; at < columns.size(); at += kPanel, ++kept) {
            const uint32_t word = kept[0] >> shift | kept[1] << (kPanel - shift);
            take(&word, at, std::min(kPanel, columns.size() - at));
        }
    }

    int64_t stride_ = 0;
    Buffer<uint32_t> kept_; // [row][stride_]
};

// Of the hidden layers' outputs.
class HiddenDropout {
  public:
    HiddenDropout() = default; // there is none
    HiddenDropout(const Net& net, int64_t rows) : rows_(rows) {
        for (int l = 0; net.is_hidden(l); ++l)
            kept_.emplace_back(panels_of(net.fan_out(l)) * rows);
    }

    bool any() const { return !kept_.empty(); }
    // The bits of layer l's outputs, a word for each row of a panel.
    uint32_t* at(size_t l, int64_t panel, int64_t row) { return kept_[l].data() + panel * rows_ + row; }
    const uint32_t* at(size_t l, int64_t panel, int64_t row) const { return kept_[l].data() + panel * rows_ + row; }
    int64_t panel_stride() const { return rows_; }
    int64_t bytes() const {
        int64_t sum = 0;
        for (const Buffer<uint32_t>& layer : kept_)
            sum += layer.bytes();
        return sum;
    }

  private:
    int64_t rows_ = 0;
    std::vector<Buffer<uint32_t>> kept_;
};

} // namespace mn::cpu
