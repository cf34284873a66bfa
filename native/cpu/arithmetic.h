// What a net is computed with. One arithmetic multiplies float32 numbers (float32/), another bf16 numbers (bf16/), and
// one for inference alone bytes (int8/); biases, parameters and the optimizer are float32 in each, and so are sums but
// those of bytes. Trainer and model ask these objects once per layer
// and step, some 20 calls a step, and know no precision themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/batch.h"
#include "cpu/dropout.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"
#include "cpu/update.h"
#include "cpu/weights.h"
#include "net/net.h"
#include "net/placement.h"

namespace mn::cpu {

// One way through the net, there and back: its buffers, and the products that fill them. All functions but bytes() are
// called by all workers.
//
// No activation's input is kept: slopes follow from what a layer hands on (slope_follows_from_value). Where that is not
// so, the forward pass leaves the slopes in deltas_, where the backward pass puts the gradient that it multiplies by
// them.
class Pass {
  public:
    virtual ~Pass() = default;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    int64_t capacity() const { return capacity_; } // rows of the largest batch
    const Activations& logits() const { return outputs_.back(); }

    // From samples to logits; ends with a barrier.
    virtual void forward(const Selection& selection, const Worker& worker) = 0;

    // What follows is for training.
    // Where the loss's gradient by the logits goes; take_gradient() tells that the given rows of it are there.
    // rows.begin is even, and so is rows.end unless it is the last.
    Activations& gradient() { return deltas_.back(); }
    virtual void take_gradient(Range rows) = 0;
    // From the gradient by layer l's sums to that by layer l - 1's.
    virtual void backward(size_t l, int64_t rows, const Worker& worker) = 0;
    // From the gradient by layer l's sums to the next weight and bias, or what the updater carries of their gradients.
    virtual void update(size_t l, int64_t rows, const Updater& updater, const Worker& worker) = 0;

    virtual int64_t bytes() const;

  protected:
    Pass(const Net& net, int64_t rows, Purpose purpose);

    // Where the way there leaves a hidden layer's slopes, from row `row` of a panel on: null where they follow from
    // what it hands on, or nobody will ask.
    float* slopes_at(Activation activation, Purpose purpose, size_t l, int64_t panel, int64_t row) {
        const bool kept = purpose == Purpose::training && !slope_follows_from_value(activation);
        return kept ? deltas_[l].at(panel, row) : nullptr;
    }
    // And what the way back takes them from.
    const Activations& slopes_from(Activation activation, size_t l) const {
        return slope_follows_from_value(activation) ? outputs_[l] : deltas_[l];
    }

    int64_t capacity_;
    std::vector<Activations> outputs_; // of each layer, behind its activation; the last are the logits
    std::vector<Activations> deltas_;  // of each layer, for training: the loss's gradient by its sums
    HiddenDropout dropout_;            // for training, where the net has it
};

// A net's weights as an arithmetic needs them, beside the float32 parameters that it was made for.
class Arithmetic {
  public:
    virtual ~Arithmetic() = default;
    Arithmetic() = default;
    Arithmetic(const Arithmetic&) = delete;
    Arithmetic& operator=(const Arithmetic&) = delete;

    // Takes over the parameters, once they were written from outside.
    virtual void refresh() = 0;
    // For batches of up to so many rows.
    virtual std::unique_ptr<Pass> make_pass(int64_t rows) = 0;
    // Whether its passes add to what an Updater carries from part to part of a batch.
    virtual bool carries() const { return false; }
    // Whether a batch takes less time where neighbours are alike.
    virtual bool shares_lists() const { return true; }
    virtual int64_t bytes() const = 0;
};

// What an arithmetic is made of; all of it outlives the arithmetic and its passes.
struct ArithmeticParts {
    const Kernels& kernels;
    const Net& net;
    const PackedNet& parameters;
    Purpose purpose;
};

struct ArithmeticEntry {
    Precision precision;
    const char* description;
    std::unique_ptr<Arithmetic> (*make)(const ArithmeticParts& parts);
};

// Those that this build has. Whether the machine can run one is the floor's to know.
std::span<const ArithmeticEntry> arithmetics();
// Null if there is none.
const ArithmeticEntry* find_arithmetic(Precision precision);

} // namespace mn::cpu
