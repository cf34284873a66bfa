// Products of bfloat16 numbers, summed in float32: the instruction vdpbf16ps, which Highway lacks.
// It multiplies pairs: the two 16-bit numbers of each 32-bit lane, one after the other in the inner index. Hence two
// forms of a matrix:
//   rows   [panel][row][kPanel]             pairs lie along the columns
//   pairs  [panel][row / 2][kPanel][2]      pairs lie along the rows; a last odd row is paired with zeros
#pragma once

#include <cstdint>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"

namespace mn::cpu {

using Bf16 = uint16_t; // the upper half of a float

constexpr int64_t kPairRow = 2 * kPanel; // numbers in a row of the pairs form

// What happens to a product's sums: they are scaled, go through the epilogue, and are stored as float32 and, where
// wanted, in bf16 as well.
struct Bf16Finish {
    float scale = 1;
    Epilogue epilogue = Epilogue::none;
    Activation activation; // the epilogue's
    // The epilogue's bias [panel][kPanel] or, with a single panel, what its slope follows from, as a Tile's.
    const float* beside = nullptr;
    // Dropout, behind the epilogue: the bits of the columns that are kept, [panel][rows], or null; what these are
    // multiplied by, and what values beside are.
    const uint32_t* kept = nullptr;
    int64_t kept_panel_stride = 0;
    float kept_scale = 1, beside_scale = 1;
    float* slopes = nullptr; // as those of a Tile, like `out`
    float* out = nullptr;    // [panel][rows][kPanel]
    int64_t out_panel_stride = 0;
    Bf16* rows = nullptr;  // the rows form, or null
    Bf16* pairs = nullptr; // the pairs form, or null; the rows begin at an even one
    int64_t bf16_panel_stride = 0;
};

// A [rows, 2 * depth] * B [2 * depth, kPanel]; B has the pairs form. Only the first `columns` columns are wanted.
struct Bf16Tile {
    const Bf16* a = nullptr;
    int64_t a_panel_stride = 0;
    const Bf16* b = nullptr;
    int64_t depth = 0; // pairs
    int64_t rows = 0;  // at most kBf16TileRows
    int64_t columns = kPanel;
    Bf16Finish finish;
};

// As SparseTile. Entry i of group g is index[g * capacity + i]; its pair for row r of the group is values[(g * kGroup +
// r) * capacity + i].
struct Bf16SparseTile {
    const int32_t* index = nullptr;
    const uint32_t* values = nullptr;
    const int32_t* counts = nullptr; // [groups]
    int64_t capacity = 0;
    int64_t groups = 0;
    const Bf16* b = nullptr;
    int64_t b_panel_stride = 0;
    int64_t panels = 1; // at most kMostGatherPanels
    Bf16Finish finish;
};

constexpr int64_t kBf16TileRows = 12;

// Nothing below may be called where machine_has_bf16() says no.

void bf16_multiply(const Bf16Tile& tile); // a: rows form, the tile's first row
void bf16_outer(const Bf16Tile& tile);    // a: pairs form of the transpose, the tile's first column
void bf16_gather(const Bf16SparseTile& tile);

// values [rows][kPanel] to the rows form.
void bf16_rows(const float* values, int64_t rows, Bf16* out);
// The same to the pairs form.
void bf16_pairs(const float* values, int64_t rows, Bf16* out);
// The transpose of values [rows][kPanel] to columns of the pairs form: out [pairs][kPairRow], its first `rows` columns.
void bf16_transposed_pairs(const float* values, int64_t rows, int64_t pairs, Bf16* out);
// One row of a panel, `count` of kPanel numbers; the rest becomes zero. Bytes are exact.
void bf16_widen(const uint8_t* bytes, int64_t count, Bf16* out);
void bf16_widen(const float* values, int64_t count, Bf16* out);
// Two rows of a panel (second: null for zeros) to a row of the pairs form.
void bf16_interleave(const Bf16* first, const Bf16* second, Bf16* out);

// Lists of non-zero entries: their numbers in index, their values for one row of the group in `first` and for the other
// in `second`. Each of these has room for 16 entries beyond what is listed. They return the number of entries.
//
// Of the column pairs, numbered from first_pair, of one panel of two rows.
int64_t bf16_list(const Bf16* row, const Bf16* other, int32_t first_pair, int32_t* index, uint32_t* first,
                  uint32_t* second);
// Of words [count] of four bytes, numbered from first_word: the words as they are in `first`. count is a multiple
// of 16.
int64_t bf16_list_words(const uint32_t* words, int64_t count, int32_t first_word, int32_t* index, uint32_t* first);
// From words of two bytes of each of two rows, as bf16_list_words leaves them in `first`, to pairs.
void bf16_widen_words(int64_t count, uint32_t* first, uint32_t* second);
// The same where the words hold a byte of each row, and then another one.
void bf16_widen_crossed(int64_t count, uint32_t* first, uint32_t* second);
// words [count]: two bytes of one row, and the two beside them of another.
void bf16_words(const uint8_t* row, const uint8_t* other, int64_t count, uint32_t* words);

} // namespace mn::cpu
