// The inner loops, compiled once for each instruction set (ISA level) and reached through a table of functions.
// Every output element is summed in ascending order of the inner index by one chain of multiply-adds, whatever the
// tile: the same bits for every partition of the work.
#pragma once

#include <cstdint>

#include "cpu/layout.h"
#include "net/activation.h"
#include "net/dropout.h"
#include "net/optimizer.h"

namespace mn::cpu {

// What happens to a product's sums before they are stored.
enum class Epilogue {
    none,
    bias,     // the bias is added
    activate, // and then the activation applied
    slope,    // they are multiplied by the activation's slope that `beside` tells: the backward pass
};

// One tile of a matrix product: out [rows, kPanel] = A [rows, depth] * B [depth, kPanel].
// Only the first `columns` columns are wanted; what is computed beyond them comes from B's padding.
struct Tile {
    const float* a = nullptr; // see multiply and outer below
    int64_t a_panel_stride = 0;
    const float* b = nullptr; // [depth][kPanel]
    int64_t depth = 0;
    float* out = nullptr; // [rows][kPanel]
    int64_t rows = 0;
    int64_t columns = kPanel;
    bool accumulate = false; // begin with what is in out
    Epilogue epilogue = Epilogue::none;
    Activation activation; // the epilogue's
    // The epilogue's bias [kPanel] or, of `slope`, what the slope follows from [rows][kPanel]: values behind the
    // activation, or else its slopes.
    const float* beside = nullptr;
    float* slopes = nullptr; // [rows][kPanel]: where `activate` leaves slopes that do not follow from values; or null
};

// Most rows that a Tile has at any level.
constexpr int64_t kMostTileRows = 12;

// Rows that share a list of non-zero values: the more, the fewer zeros they have in common; the fewer, the more often B
// is loaded (docs/performance.md).
constexpr int64_t kGroup = 2;
// Most panels that a SparseTile may have.
constexpr int64_t kMostGatherPanels = 2;

// Products whose A is sparse, kGroup rows of A at a time, in neighbouring panels of B and out: out[kGroup * g + r] =
// sum over i of a[g][i][r] * b[index[g][i]] for the entries i in [starts[g * starts_stride], starts[g * starts_stride +
// 1]).
struct SparseTile {
    const uint32_t* entries =
        nullptr;                   // [group][capacity]: index << 16 and, where pixels are bytes, their pair; ascending
    const float* table = nullptr;  // [256] what a byte stands for; null: pixels are floats
    const float* values = nullptr; // [group][capacity][kGroup]: pixels that are floats
    const int32_t* starts = nullptr;
    int64_t capacity = 0, starts_stride = 0;
    int64_t groups = 0;
    const float* b = nullptr; // [panel][..][kPanel]
    int64_t b_panel_stride = 0;
    float* out = nullptr; // [panel][groups * kGroup][kPanel]
    int64_t out_panel_stride = 0;
    int64_t panels = 1;
    bool accumulate = false; // add to what is in out
    Epilogue epilogue = Epilogue::none;
    Activation activation;       // the epilogue's
    const float* bias = nullptr; // the epilogue's: [panel][kPanel]
    float* slopes = nullptr;     // as those of a Tile, like `out`
};

// Some rows of pixels, bytes or floats.
constexpr int64_t kMostPixelRows = 16;
struct PixelRows {
    const int32_t* rows = nullptr;       // [count] their positions in the batch
    const void* const* pixels = nullptr; // [count]
    int64_t count = 0, columns = 0;      // count: at most kMostPixelRows
    int64_t pixel_bytes = 1;
};

// Parameters and the optimizer's values for them, [count] each.
struct UpdateSlice {
    const float* gradient = nullptr;
    float* parameter = nullptr;
    float* moments[kSlots - 1] = {}; // those that the rule keeps, in their order
    int64_t count = 0;               // a multiple of kPanel
};

struct Kernels {
    const char* name;
    int64_t tile_rows; // most rows a Tile may have

    // A is a matrix of samples, tile.a its first row: A[r, k] = a[k / kPanel * a_panel_stride + r * kPanel + k %
    // kPanel].
    void (*multiply)(const Tile& tile);
    // A is the transpose of a panel of samples: A[r, k] = a[k * kPanel + r].
    void (*outer)(const Tile& tile);
    int64_t gather_panels; // panels that gather takes in one go
    void (*gather)(const SparseTile& tile);

    // Pixels to floats; count of them.
    void (*widen)(const uint8_t* bytes, int64_t count, double scale, float* values);
    // Two neighbouring bytes of a row, or of a column, are a pair: the first is the lower half of the number.
    // pairs [count]: those of two rows.
    void (*interleave)(const uint8_t* first, const uint8_t* second, int64_t count, uint16_t* pairs);
    // out [pairs][out_stride]: the pairs of rows [count], by column.
    void (*transpose_pairs)(const uint8_t* const* rows, int64_t count, int64_t pairs, uint16_t* out,
                            int64_t out_stride);
    // Lists the pairs that are not zero: number << 16 | pair. Returns how many. count, at most 65536, is a multiple of
    // kPanel, and there is room for as many entries; what is written beyond the list is of no meaning.
    int64_t (*list_pairs)(const uint16_t* pairs, int64_t count, uint32_t* entries);
    // The same of pairs of floats [count][2]: number << 16, and the pairs that are listed.
    int64_t (*list_float_pairs)(const float* pairs, int64_t count, uint32_t* entries, float* values);

    // Dropout. kept [count]: of rows [count], by their positions in the batch, the bits of panel `panel`: bit c is set
    // where column kPanel * panel + c is kept.
    void (*draw_kept)(const Dropout& dropout, const int32_t* rows, int64_t count, int64_t panel, uint32_t* kept);
    // kept [pixels.count][kept_stride]: those of all panels; where all pixels of a panel are zero, they stay as they
    // were.
    void (*draw_kept_pixels)(const Dropout& dropout, const PixelRows& pixels, uint32_t* kept, int64_t kept_stride);
    // out[i] = values[i] where bit i is set, else 0; floats are multiplied by scale, and out may be `values`.
    void (*keep_bytes)(const uint8_t* values, const uint32_t* kept, int64_t count, uint8_t* out);
    void (*keep_floats)(const float* values, const uint32_t* kept, int64_t count, float scale, float* out);

    // Number of values that are not zero; count is a multiple of kPanel.
    int64_t (*count_bytes)(const uint8_t* values, int64_t count);
    int64_t (*count_floats)(const float* values, int64_t count);
    // Of the pairs of two rows, those that list_pairs would list; any count.
    int64_t (*count_byte_pairs)(const uint8_t* first, const uint8_t* second, int64_t count);
    int64_t (*count_float_pairs)(const float* first, const float* second, int64_t count);

    // Adds values [rows][kPanel] to four partial sums of each column [4][kPanel], row r to the one of r % 4, and those
    // beyond the last four to the first; sum [kPanel] is what they come to.
    void (*column_sum)(const float* values, int64_t rows, float* partial, float* sum);
    // out [columns of 0..kPanel][out_stride]: the transpose of values [rows][kPanel]; rows <= kPanel.
    void (*transpose)(const float* values, int64_t rows, int64_t columns, float* out, int64_t out_stride);

    void (*update)(UpdateRule rule, const StepConstants& constants, const UpdateSlice& slice);
};

} // namespace mn::cpu
