// Products of bfloat16 numbers, summed in float32: the instruction vdpbf16ps, which Highway lacks.
// It multiplies pairs: the two 16-bit numbers of each 32-bit lane, one after the other in the inner index. Hence two
// forms of a matrix:
//   rows   [panel][row][kPanel]             pairs lie along the columns
//   pairs  [panel][row / 2][kPanel][2]      pairs lie along the rows; a last odd row is paired with zeros
#pragma once

#include <cstdint>

#include "cpu/layout.h"

namespace mn::cpu {

using Bf16 = uint16_t; // the upper half of a float

constexpr int64_t kPairRow = 2 * kPanel; // numbers in a row of the pairs form

// out [rows, kPanel] = scale * A [rows, 2 * depth] * B [2 * depth, kPanel]; B has the pairs form.
struct Bf16Tile {
    const Bf16* a = nullptr;
    int64_t a_panel_stride = 0;
    const Bf16* b = nullptr;
    int64_t depth = 0; // pairs
    float scale = 1;
    float* out = nullptr;
    int64_t rows = 0; // at most kBf16TileRows
};

// As SparseTile. Entry i, row r of A is the pair a[i * entry_stride + r * row_stride].
struct Bf16SparseTile {
    const int32_t* index = nullptr;
    const uint32_t* a = nullptr;
    int64_t entry_stride = 0, row_stride = 0;
    int64_t count = 0;
    const Bf16* b = nullptr;
    int64_t b_panel_stride = 0;
    float scale = 1;
    float* out = nullptr;
    int64_t out_panel_stride = 0;
    int64_t panels = 1; // at most kMostGatherPanels
};

constexpr int64_t kBf16TileRows = 12;

// Whether this machine has the instructions. Nothing below may be called where it has not.
bool bf16_usable();

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
// Lists the column pairs (numbered from first_pair) of one panel where one of kGroup rows is not zero: index [count],
// values [row * row_stride + count]. Both need room for 16 entries beyond what is written. Returns their number.
int64_t bf16_list(const Bf16* const* rows, int32_t first_pair, int32_t* index, uint32_t* values, int64_t row_stride);
// Adds the pair row called `number` [kPanel][2] to the lists of those of its groups of kGroup neighbouring pairs that
// are not all zero. List q, of counts[q] entries, begins at index[q * stride] and values[q * stride * kGroup]; the
// entry after its last is written in any case.
void bf16_list_groups(const Bf16* pair_row, int32_t number, int64_t stride, int32_t* counts, int32_t* index,
                      uint32_t* values);

} // namespace mn::cpu
