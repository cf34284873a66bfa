// The seam between the C ABI and the floors of the house: reference/, cpu/ and cuda/ each implement a trainer and a
// model, and tell with a Floor what they are. Arguments were checked by api/; a floor throws mn::Error for what only it
// can know (memory, device, instruction set).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

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

    // Lends the training set; the memory outlives the next bind() or the trainer.
    virtual void bind(const Data& training) = 0;
    // results: [chunk.steps()]
    virtual ChunkResult train(const Chunk& chunk, std::span<StepResult> results) = 0;
    // Of samples [first, first + count). predictions: [count] or null; null where the loss takes targets
    virtual Evaluation evaluate(const Data& data, int64_t first, int64_t count, int32_t* predictions) = 0;

    // Whole flat vectors in state-dict order. The slot is one that the optimizer keeps.
    virtual void read(Slot slot, std::span<float> values) const = 0;
    virtual void write(Slot slot, std::span<const float> values) = 0;

    virtual int64_t step() const = 0;
    virtual void set_step(int64_t step) = 0;

    virtual int64_t bytes() const = 0;        // host and device memory held
    virtual std::string describe() const = 0; // one line: device, ISA or GPU, threads, precision
};

// Immutable weights, for inference. Any number of threads at once.
class Model {
  public:
    virtual ~Model() = default;
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    // logits: [data.count, outputs]; of data the pixels alone are read
    virtual void logits(const Data& data, float* logits) const = 0;
    // Of samples [first, first + count), as Trainer::evaluate.
    virtual Evaluation evaluate(const Data& data, int64_t first, int64_t count, const LossOptions& loss,
                                int32_t* predictions) const = 0;
    virtual int64_t bytes() const = 0; // held now; it only grows, and asking never waits for a call that is under way
    virtual std::string describe() const = 0;
};

// A device of its own that a floor computes on, as mn_gpu_info.
struct DeviceInfo {
    std::string name;
    int64_t total_memory = 0;
    int architecture_major = 0, architecture_minor = 0; // of its instruction set
    int multiprocessors = 0;
    int driver_version = 0, runtime_version = 0;
};

// A floor of the house: what api/ and the tests know of it. native/api/floors.cpp has them all.
struct Floor {
    const char* name;
    DeviceKind device;

    // How many devices a placement's device_index may choose from; 0 and the reason where none can be used.
    int (*device_count)(std::string* reason);
    DeviceInfo (*device_info)(int index); // null: it computes on the host's processor
    int64_t (*free_memory)(int index);    // bytes of a device; null likewise
    // The levels that a placement's isa may name on this machine, weakest first; none where there is no choice.
    std::vector<std::string> (*isa_levels)();
    // "", or the sentence why it cannot compute in this way.
    std::string (*refusal)(const Placement& place);
    // Both refuse what the host's memory has no room for, before it is taken.
    std::unique_ptr<Trainer> (*make_trainer)(const TrainerOptions& options);
    // parameters: the flat vector, [net.parameter_count()]
    std::unique_ptr<Model> (*make_model)(const Net& net, const Placement& place, std::span<const float> parameters);
};

// For floors on the host's processor and for those without a choice of instruction sets.
int one_device(std::string* reason);
std::vector<std::string> no_isa_levels();

} // namespace mn
