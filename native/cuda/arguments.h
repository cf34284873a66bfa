// What the kernels are told. It lies in device memory itself, so that a captured graph serves chunks that differ in it.
// All pointers are to device memory.
#pragma once

#include <cmath>
#include <cstdint>

#include "cuda/dropout_rule.h"
#include "cuda/host_device.h"
#include "cuda/layout.h"
#include "cuda/loss_rule.h"
#include "net/optimizer.h"

namespace mn::cuda {

struct NetArguments {
    const LayerLayout* layers = nullptr;
    int layer_count = 0;
    int rows_held = 0; // rows that the two buffers below have room for
    float* activations = nullptr;
    float* gradients = nullptr;
    float* parameters = nullptr; // the optimizer's moments follow, each slot_stride floats behind the one before
    int64_t slot_stride = 0;
};

// The scale in two floats, so that value() gives the float32 nearest to byte * scale.
struct PixelScale {
    float high = 1, low = 0;

    static PixelScale of(double scale) {
        const float high = static_cast<float>(scale);
        return {high, static_cast<float>(scale - static_cast<double>(high))};
    }
    MN_HOST_DEVICE float value(int byte) const {
        const float b = static_cast<float>(byte);
        return fmaf(b, high, b * low);
    }
    MN_HOST_DEVICE float times(float sum) const { return fmaf(sum, high, sum * low); }
};

struct DataArguments {
    const void* pixels = nullptr;    // [samples, features], rows `stride` elements apart
    const int32_t* labels = nullptr; // [samples], or null: the loss takes targets
    const int32_t* order = nullptr;  // [positions] or null
    int bytes = 0;                   // pixels are uint8, else float32
    int features = 0;
    int64_t stride = 0; // a multiple of 4
    PixelScale scale;
    // Where a training step drops some: a bit for each pixel of the step's rows, kept_words words for a row, twice, for
    // steps of even and of odd numbers; and what floats that are kept are multiplied by (bytes' scale has it already).
    uint32_t* kept = nullptr;
    float kept_scale = 1;
    int kept_words = 0;
    const float* targets = nullptr;        // [samples, outputs] or null
    const float* sample_weights = nullptr; // [samples] or null: ones
};

// Of one step, filled in before the first.
struct Norm {
    double weight_sum = 0;
    int64_t counted = 0; // samples whose label is not ignore_index
    float share = 0;     // LossRule::share of the sum
    int32_t padding = 0;
};

struct StepOutcome {
    double loss = 0, objective = 0, absolute_error = 0; // as StepResult
    int32_t correct = 0;
    int32_t diverged = 0; // this step's objective was not finite: of a chunk one step's at most, the last that ran
};

constexpr int32_t kNoneDiverged = INT32_MAX;

// Of one sample, where the loss takes targets: means over its outputs.
struct RowErrors {
    float absolute = 0, squared = 0;
};

struct StepArguments {
    NetArguments net;
    DataArguments data;
    LossRule loss;
    UpdateRule rule = UpdateRule::sgd;
    DropoutRule input_dropout, hidden_dropout;
    int base = 0;        // of the chunk: step 0 of the kernels queued now, so that a graph serves any part of a chunk
    int64_t first = 0;   // position 0 is this sample where there is no order
    int64_t samples = 0; // positions in the chunk
    int64_t batch_size = 0;
    int64_t wide_tiles_by = 0;                // blocks by which wide() chooses between tiles of 64 x 64 and 32 x 32
    const StepConstants* constants = nullptr; // [steps]
    Norm* norms = nullptr;                    // [steps]
    StepOutcome* outcomes = nullptr;          // [steps]; null where nothing is trained
    int32_t* first_diverged = nullptr;        // step of the chunk, or kNoneDiverged: later ones do nothing; or null
    float* row_losses = nullptr;              // what training minimises: [batch_size]; score: [samples]
    float* row_plain_losses = nullptr;        // likewise, without weights and smoothing
    int32_t* row_predictions = nullptr;       // as row_losses; where the loss takes targets, how many outputs are right
    RowErrors* row_errors = nullptr;          // as row_losses; null for cross-entropy
};

// forward: one layer. loss: logits to gradients. head: the last layer's forward, loss and backward in one.
// backward: one layer. update: every layer's weight gradient with its update, and the step's outcome.
// score: losses and prediction of every row, no gradient. ones: the inputs that are always 1.
enum class Phase : int { forward, loss, head, backward, update, score, ones };

// How the products are made: plain FMA; tensor cores with three tf32 products for the precision of float32; with one;
// with bf16.
enum class Engine : int { ffma, tf32x3, tf32, bf16 };

// The head phase holds a row's logits in one warp.
constexpr int kHeadClasses = 32;
constexpr int kRowWarps = 4; // that share a row of it

MN_HOST_DEVICE inline bool has_head(int layers, int classes) {
    return layers > 1 && classes <= kHeadClasses;
}

} // namespace mn::cuda
