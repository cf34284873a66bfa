// Nets and made-up data for the CUDA backend's check and benchmark.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cuda/host/tuning.h"
#include "floor/floor.h"

namespace mn::bench {

struct Problem {
    std::string name;
    Net net;
    int64_t batch = 320;
    int64_t samples = 60000;

    // Floating-point operations of a step, as dense products.
    double step_flop() const;
};

// Bytes with about a fifth of them not zero, labels of all classes.
struct Images {
    std::vector<uint8_t> pixels;
    std::vector<int32_t> labels;
    int64_t features;

    Images(const Net& net, int64_t count);
    Data samples() const;
};

// A trainer with PyTorch's initial parameters of seed 0.
std::unique_ptr<Trainer> started(std::unique_ptr<Trainer> trainer, const Net& net, const Data& samples);

// One chunk, in the order given or, where that is empty, in file order; the steps' losses.
std::vector<double> train(Trainer& trainer, int64_t samples, int64_t batch, double learning_rate,
                          const std::vector<int32_t>& order = {});

// All of 0 .. count - 1, as a shuffled epoch visits them.
std::vector<int32_t> shuffled(int64_t count);

} // namespace mn::bench
