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
    const int32_t* labels = nullptr; // [count]: 0..classes-1 or ignore_index; null for a loss that takes targets
    int64_t count = 0;
    int64_t features = 0;
    const float* targets = nullptr;        // [count, outputs] for a loss that takes them, else null
    int64_t outputs = 0;                   // 0 without targets
    const float* sample_weights = nullptr; // [count] or null: 1 each

    float value_of_byte(int byte) const { return static_cast<float>(byte * scale); }
    const float* targets_of(int64_t sample) const { return targets + sample * outputs; }
    double weight_of(int64_t sample) const {
        return sample_weights ? static_cast<double>(sample_weights[sample]) : 1.0;
    }
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

// Of a batch under the parameters before its update. Both losses are NaN if no sample counts (the objective is 0 under
// a sum).
struct StepResult {
    double loss = 0;           // mean of the plain losses of the samples that count, as in an Evaluation
    double objective = 0;      // what the step minimises: with all weights and smoothing, reduced
    double absolute_error = 0; // mean over samples and outputs, as in an Evaluation
    int32_t correct = 0;       // as in an Evaluation
};

struct ChunkResult {
    int64_t steps_done = 0; // on divergence: the steps before the one whose loss was not finite
    bool diverged = false;  // then the state is that of the chunk's start
};

// Sums over the samples that count: those whose label is not ignore_index, or all where the loss takes targets. A
// sample's loss and errors are then the means over its outputs.
struct Evaluation {
    double loss_sum = 0;      // plain losses: no weights, no smoothing; / counted is the loss
    double objective_sum = 0; // what training minimises: with both; / weight_sum is the mean reduction's objective
    double weight_sum = 0;    // the sample weights, times the class weights of the labels
    double absolute_error_sum = 0, squared_error_sum = 0; // 0 for cross-entropy
    int64_t correct = 0; // samples whose first largest logit is their label; for bce right outputs, else 0
    int64_t counted = 0;

    // Both NaN if no sample counts.
    double loss() const { return loss_sum / static_cast<double>(counted); }
    double absolute_error() const { return absolute_error_sum / static_cast<double>(counted); }
};

} // namespace mn
