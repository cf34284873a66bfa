// The seam between the C ABI and the floors of the house: reference/, cpu/ and cuda/ each implement these two classes.
// Arguments were checked by api/; a backend throws mn::Error for what only it can know (memory, device, instruction
// set).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "model/error.h"
#include "model/options.h"

namespace mn {

enum class PixelType { uint8, float32 };

// Samples in the caller's memory. Byte b stands for the float32 nearest to b * scale.
struct Samples {
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

    int64_t steps() const { return (samples + batch_size - 1) / batch_size; }
    int64_t rows(int64_t step) const {
        const int64_t left = samples - step * batch_size;
        return left < batch_size ? left : batch_size;
    }
    int64_t sample(int64_t position) const { return order ? order[position] : first + position; }
};

struct StepResult {
    double loss = 0;     // NaN if every label is ignored
    int32_t correct = 0; // samples whose first largest logit is their label
};

struct ChunkResult {
    int64_t steps_done = 0; // on divergence: the steps before the one whose loss was not finite
    bool diverged = false;  // then the state is that of the chunk's start
};

struct Evaluation {
    double loss_sum = 0;   // sum of weighted losses
    double weight_sum = 0; // loss_sum / weight_sum is the mean reduction
    int64_t correct = 0;
    int64_t counted = 0; // labels that are not ignore_index
};

enum class Slot { parameters, first_moment, second_moment, max_second_moment };

// One net in training. One thread at a time.
class Backend {
  public:
    virtual ~Backend() = default;
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    // The CUDA stream (a CUstream_st) that all work is queued on from now on, or null for the backend's own. It
    // outlives the backend or the next call. The CPU's backends have none.
    virtual void set_stream(void* stream);

    // Lends the training set; the memory outlives the next bind() or the backend.
    virtual void bind(const Samples& training) = 0;
    // results: [chunk.steps()]
    virtual ChunkResult train(const Chunk& chunk, std::span<StepResult> results) = 0;
    // predictions: [count] or null
    virtual Evaluation evaluate(const Samples& samples, int64_t first, int64_t count, int32_t* predictions) = 0;

    // Whole flat vectors in state-dict order. double holds every backend's values exactly.
    virtual void read(Slot slot, std::span<double> values) const = 0;
    virtual void write(Slot slot, std::span<const double> values) = 0;

    virtual int64_t step() const = 0;
    virtual void set_step(int64_t step) = 0;

    virtual int64_t bytes() const = 0;        // host and device memory held
    virtual std::string describe() const = 0; // one line: device, ISA or GPU, threads, precision
};

inline void Backend::set_stream(void*) {
    throw Error(Status::unsupported, "only a trainer on a GPU takes a CUDA stream: create it with device cuda");
}

// Immutable weights, for inference. Any number of threads at once.
class Predictor {
  public:
    virtual ~Predictor() = default;
    Predictor() = default;
    Predictor(const Predictor&) = delete;
    Predictor& operator=(const Predictor&) = delete;

    // logits: [samples.count, classes]; samples.labels is not read
    virtual void logits(const Samples& samples, float* logits) const = 0;
    virtual int64_t bytes() const = 0;
    virtual std::string describe() const = 0;
};

// parameters: the flat vector, float32, [net.parameter_count()]
namespace reference {
std::unique_ptr<Backend> make_backend(const TrainerOptions& options);
std::unique_ptr<Predictor> make_predictor(const NetShape& net, const Placement& place,
                                          std::span<const float> parameters);
} // namespace reference

namespace cpu {
std::unique_ptr<Backend> make_backend(const TrainerOptions& options);
std::unique_ptr<Predictor> make_predictor(const NetShape& net, const Placement& place,
                                          std::span<const float> parameters);
// Usable ISA levels of this machine, weakest first, separated by a space; and the best of them.
std::string isa_levels();
std::string best_isa();
int usable_cores();
bool has_bf16();
} // namespace cpu

namespace cuda {
struct DeviceInfo {
    std::string name;
    int64_t total_memory = 0, free_memory = 0;
    int compute_major = 0, compute_minor = 0, multiprocessors = 0;
    int driver_version = 0, runtime_version = 0;
};
std::unique_ptr<Backend> make_backend(const TrainerOptions& options);
std::unique_ptr<Predictor> make_predictor(const NetShape& net, const Placement& place,
                                          std::span<const float> parameters);
// 0 and the reason where none can be used; never throws.
int device_count(std::string* reason);
DeviceInfo device_info(int index);
} // namespace cuda

} // namespace mn
