// Short cuts of the tests: train a backend, read its state, compare vectors.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/data.h"
#include "support/variants.h"

namespace mn::test {

// What to train on: positions of `order` in batches, or the samples in file order where it is empty.
struct Plan {
    std::vector<int32_t> order = {};
    int64_t samples = 0; // read where order is empty
    int64_t batch_size = 1;
    double learning_rate = 0;
    int64_t first = 0; // where order is empty
    uint64_t seed = 0; // of dropout
};

struct Trained {
    std::vector<StepResult> results; // one per step
    ChunkResult chunk;

    std::vector<double> losses() const;
};

// One chunk.
Trained train(Trainer& trainer, const Plan& plan);

// The slot's values: float32's widened, the reference's as they are.
std::vector<double> read(const Trainer& trainer, Slot slot, const Net& net);
void write(Trainer& trainer, Slot slot, const std::vector<double>& values);

// PyTorch's initial values of the net, widened.
std::vector<double> initial(const Net& net, uint64_t seed);

// The loss and its gradient over a batch, read without a door of their own: SGD with momentum and a learning rate of 0
// leaves the first gradient in the momentum buffer and the parameters as they are.
struct Gradient {
    double loss = 0;
    std::vector<double> values;
};
Gradient first_gradient(const Variant& variant, const Net& net, const LossOptions& loss, const Data& samples,
                        const Plan& plan, const std::vector<double>& parameters);

// Every |a - b| <= bound(b); the message has the worst offender.
testing::AssertionResult all_within(const std::vector<double>& a, const std::vector<double>& b,
                                    const std::function<double(double)>& bound);

// A short name and options of every optimizer that PyTorch's golden runs have, with their learning rates.
struct OptimizerCase {
    std::string name;
    OptimizerOptions options;
    double learning_rate;
};
std::vector<OptimizerCase> optimizer_cases();

} // namespace mn::test
