// Samples, the steps that go over them, and what comes of it.
#pragma once

#include <cstdint>

namespace mn {

enum class PixelType { uint8, float32 };

// Samples in the caller's memory. Byte b stands for the float32 nearest to b * scale.
struct Data {
    const void* pixels = nullptr; // [count, features]
    PixelType type = PixelType::uint8;
    double scale = 1;
    const int32_t* labels = nullptr; // [count]: 0..classes-1 or ignore_index
    int64_t count = 0;
    int64_t features = 0;

    float value_of_byte(int byte) const { return static_cast<float>(byte * scale); }
};

// A run of consecutive steps on the bound training set.
struct Chunk {
    const int32_t* order = nullptr; // [samples] indices, or null: first, first + 1, ...
    int64_t first = 0;
    int64_t samples = 0;
    int64_t batch_size = 1;                 // the last step takes what is left
    const double* learning_rates = nullptr; // [steps]
    uint64_t seed = 0;                      // of what the steps draw at random: net/dropout.h

    int64_t steps() const { return (samples + batch_size - 1) / batch_size; }
    int64_t rows(int64_t step) const {
        const int64_t left = samples - step * batch_size;
        return left < batch_size ? left : batch_size;
    }
    int64_t sample(int64_t position) const { return order ? order[position] : first + position; }
};

// Of a batch under the parameters before its update. Both losses are NaN if every label is ignored (the objective is 0
// under a sum).
struct StepResult {
    double loss = 0;      // mean of the plain cross-entropies of the labels that count, as in an Evaluation
    double objective = 0; // what the step minimises: with class weights and smoothing, reduced
    int32_t correct = 0;  // samples whose first largest logit is their label
};

struct ChunkResult {
    int64_t steps_done = 0; // on divergence: the steps before the one whose loss was not finite
    bool diverged = false;  // then the state is that of the chunk's start
};

// Sums over samples whose label is not ignore_index.
struct Evaluation {
    double loss_sum = 0;      // plain cross-entropies: no class weights, no smoothing; / counted is the loss
    double objective_sum = 0; // what training minimises: with both; / weight_sum is the mean reduction's objective
    double weight_sum = 0;    // the class weights of the labels
    int64_t correct = 0;
    int64_t counted = 0;

    // NaN if no label counts.
    double loss() const { return loss_sum / static_cast<double>(counted); }
};

} // namespace mn
