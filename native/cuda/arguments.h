// What the kernels are told. It lies in device memory itself, so that a captured graph serves chunks that differ in it.
// All pointers are to device memory.
#pragma once

#include <cstdint>

#include "cuda/layout.h"
#include "cuda/rules.h"

namespace mn::cuda {

struct NetArguments {
    const LayerLayout* layers = nullptr;
    int layer_count = 0;
    int rows_held = 0; // rows that the two buffers below have room for
    float* activations = nullptr;
    float* gradients = nullptr;
    float *parameters = nullptr, *first = nullptr, *second = nullptr, *max_second = nullptr;
};

struct DataArguments {
    const void* pixels = nullptr;    // [samples, features], rows `stride` elements apart
    const int32_t* labels = nullptr; // [samples]
    const int32_t* order = nullptr;  // [positions] or null
    int bytes = 0;                   // pixels are uint8, else float32
    int features = 0;
    int64_t stride = 0; // a multiple of 4
    PixelScale scale;
};

// Of one step, filled in before the first.
struct Norm {
    double weight_sum = 0;
    int64_t counted = 0; // labels that are not ignore_index
};

struct StepOutcome {
    double loss = 0;
    int32_t correct = 0;
    int32_t diverged = 0; // this step's loss or one before it was not finite
};

struct StepArguments {
    NetArguments net;
    DataArguments data;
    LossRule loss;
    OptimizerRule optimizer;
    int64_t first = 0;   // position 0 is this sample where there is no order
    int64_t samples = 0; // positions in the chunk
    int64_t batch_size = 0;
    int64_t wide_tiles_from = 0;          // products with at least so many tiles of 64 x 64 use them, others 32 x 32
    const StepScalars* scalars = nullptr; // [steps]
    Norm* norms = nullptr;                // [steps]
    StepOutcome* outcomes = nullptr;      // [steps]
    float* row_losses = nullptr;          // [batch_size]; score: [samples]
    int32_t* row_predictions = nullptr;   // likewise
};

// forward: one layer. loss: logits to gradients. head: the last layer's forward, loss and backward in one.
// backward: one layer. step: every layer's weight gradient with its update, and the step's outcome.
// norms: some steps' weight sums. score: loss and prediction of every row, no gradient. ones: the inputs that are
// always 1.
enum class Phase : int { forward, loss, head, backward, update, norms, score, ones };

// How the products are made: plain FMA; tensor cores with three tf32 products for the precision of float32; with one;
// with bf16.
enum class Engine : int { ffma, tf32x3, tf32, bf16 };

// The head phase holds a row's logits in one warp.
constexpr int kHeadClasses = 32;

MN_HOST_DEVICE inline bool has_head(int layers, int classes) {
    return layers > 1 && classes <= kHeadClasses;
}

} // namespace mn::cuda
