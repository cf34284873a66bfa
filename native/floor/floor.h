// The seam between the C ABI and the floors of the house: reference/, cpu/ and cuda/ each implement these two classes.
// Arguments were checked by api/; a floor throws mn::Error for what only it can know (memory, device, instruction set).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "net/data.h"
#include "net/error.h"
#include "net/loss.h"
#include "net/net.h"
#include "net/optimizer.h"
#include "net/placement.h"

namespace mn {

// What a trainer is made of.
struct TrainerOptions {
    Net net;
    LossOptions loss;
    OptimizerOptions optimizer;
    Placement placement;
};

// One net in training. One thread at a time.
class Trainer {
  public:
    virtual ~Trainer() = default;
    Trainer() = default;
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    // The CUDA stream (a CUstream_st) that all work is queued on from now on, or null for the backend's own. It
    // outlives the backend or the next call. The CPU's backends have none.
    virtual void set_stream(void* stream);

    // Lends the training set; the memory outlives the next bind() or the backend.
    virtual void bind(const Data& training) = 0;
    // results: [chunk.steps()]
    virtual ChunkResult train(const Chunk& chunk, std::span<StepResult> results) = 0;
    // predictions: [count] or null
    virtual Evaluation evaluate(const Data& samples, int64_t first, int64_t count, int32_t* predictions) = 0;

    // Whole flat vectors in state-dict order. double holds every backend's values exactly.
    virtual void read(Slot slot, std::span<double> values) const = 0;
    virtual void write(Slot slot, std::span<const double> values) = 0;

    virtual int64_t step() const = 0;
    virtual void set_step(int64_t step) = 0;

    virtual int64_t bytes() const = 0;        // host and device memory held
    virtual std::string describe() const = 0; // one line: device, ISA or GPU, threads, precision
};

inline void Trainer::set_stream(void*) {
    throw Error(Status::unsupported, "only a trainer on a GPU takes a CUDA stream: create it with device cuda");
}

// Immutable weights, for inference. Any number of threads at once.
class Model {
  public:
    virtual ~Model() = default;
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    // logits: [samples.count, classes]; samples.labels is not read
    virtual void logits(const Data& samples, float* logits) const = 0;
    virtual int64_t bytes() const = 0;
    virtual std::string describe() const = 0;
};

// parameters: the flat vector, float32, [net.parameter_count()]
namespace reference {
std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options);
std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters);
} // namespace reference

namespace cpu {
std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options);
std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters);
// Usable ISA levels of this machine, weakest first, separated by a space; and the best of them.
std::string isa_levels();
std::string best_isa();
bool has_bf16();
} // namespace cpu

namespace cuda {
struct DeviceInfo {
    std::string name;
    int64_t total_memory = 0, free_memory = 0;
    int compute_major = 0, compute_minor = 0, multiprocessors = 0;
    int driver_version = 0, runtime_version = 0;
};
std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options);
std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters);
// 0 and the reason where none can be used; never throws.
int device_count(std::string* reason);
DeviceInfo device_info(int index);
} // namespace cuda

} // namespace mn
