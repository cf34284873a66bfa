// The inner loops, compiled once for each instruction set (ISA level) and reached through a table of functions.
// Every output element is summed in ascending order of the inner index by one chain of multiply-adds, whatever the
// tile: the same bits for every partition of the work.
#pragma once

#include <cstdint>

#include "cpu/layout.h"

namespace mn::cpu {

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
};

// Rows that share a list of non-zero values.
constexpr int64_t kGroup = 4;
// Most panels that a SparseTile may have.
constexpr int64_t kMostGatherPanels = 2;

// Tiles whose A is sparse, in neighbouring panels of B and out: out[r] = sum over i of a[i][r] * b[index[i]], r <
// kGroup.
struct SparseTile {
    const int32_t* index = nullptr; // ascending
    const void* a = nullptr;        // [count][kGroup], float or bytes
    const float* table = nullptr;   // [256] what a byte stands for; null: a is float
    int64_t count = 0;
    const float* b = nullptr; // [panel][..][kPanel]
    int64_t b_panel_stride = 0;
    float* out = nullptr; // [panel][kGroup][kPanel]
    int64_t out_panel_stride = 0;
    int64_t panels = 1;
};

// An optimizer step's constants, worked out in double precision.
struct UpdateConstants {
    float weight_decay = 0; // added to the gradient, times the parameter
    // Adam: first = first * beta1 + gradient * (1 - beta1), second likewise with the gradient's square;
    // parameter = parameter * keep - step_size * first / (sqrt(second) * inverse_correction + eps)
    float beta1 = 0, one_minus_beta1 = 0, beta2 = 0, one_minus_beta2 = 0;
    float keep = 1, step_size = 0, inverse_correction = 0, eps = 0;
    // SGD: first = momentum * first + undamped * gradient;
    // parameter -= learning_rate * (from_gradient * gradient + from_momentum * first)
    float momentum = 0, undamped = 0, from_gradient = 1, from_momentum = 0, learning_rate = 0;
};

// Parameters and the optimizer's values for them, [count] each; null where the optimizer has none.
struct UpdateSlice {
    const float* gradient = nullptr;
    float* parameter = nullptr;
    float* first = nullptr;
    float* second = nullptr;
    float* max_second = nullptr;
    int64_t count = 0; // a multiple of kPanel
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
    // Lists the columns where one of kGroup rows [columns] is not zero; index: [columns]. Returns their number.
    int64_t (*list_bytes)(const uint8_t* const* rows, int64_t columns, int32_t* index);
    int64_t (*list_floats)(const float* const* rows, int64_t columns, int32_t* index);
    // Lists the groups of kGroup neighbouring values of a row that are not all zero; index: [groups].
    int64_t (*list_byte_groups)(const uint8_t* row, int64_t groups, int32_t* index);
    int64_t (*list_float_groups)(const float* row, int64_t groups, int32_t* index);

    // Number of values that are not zero; count is a multiple of kPanel.
    int64_t (*count_bytes)(const uint8_t* values, int64_t count);
    int64_t (*count_floats)(const float* values, int64_t count);

    // values [rows][kPanel] += bias [kPanel]; then the ReLU, where wanted.
    void (*add_bias)(float* values, int64_t rows, const float* bias, bool relu);
    // values [count] = 0 where activation [count] is not positive: the ReLU's backward pass.
    void (*mask)(float* values, const float* activation, int64_t count);
    // sum [kPanel] = sum of values [rows][kPanel] over the rows.
    void (*column_sum)(const float* values, int64_t rows, float* sum);
    // out [columns of 0..kPanel][out_stride]: the transpose of values [rows][kPanel]; rows <= kPanel.
    void (*transpose)(const float* values, int64_t rows, int64_t columns, float* out, int64_t out_stride);

    void (*adam)(const UpdateConstants& constants, const UpdateSlice& slice);
    void (*sgd)(const UpdateConstants& constants, const UpdateSlice& slice);
};

} // namespace mn::cpu
