// The net's forward pass in double precision.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/dropout.h"
#include "net/net.h"

namespace mn::reference {

// What a forward pass leaves behind for the backward pass. values[0] is the input [rows, features]; values[l + 1] is
// what layer l hands on [rows, fan_out(l)]: behind its activation, or the logits for the last layer. sums[l] is what a
// hidden layer's activation was given. All row-major.
struct Activations {
    std::vector<std::vector<double>> values, sums;
    // What dropout multiplied the hidden layers' outputs by; none where nothing was dropped.
    std::vector<std::vector<double>> factors;

    std::vector<double>& input() { return values.front(); }
    std::vector<double>& logits() { return values.back(); }
    void resize(const Net& net, int64_t rows);
    int64_t bytes() const;

  private:
    int64_t rows_ = 0; // the most there were
};

// input() holds `rows` samples; fills the other values. parameters: the flat vector in state-dict order.
// draws: of a training step, whose dropout applies, to the input, too; null for inference.
void forward(const Net& net, std::span<const double> parameters, int64_t rows, const StepSeed* draws,
             Activations& activations);

// The first index of the largest of the logits [classes].
int32_t first_largest(const double* logits, int64_t classes);

} // namespace mn::reference
