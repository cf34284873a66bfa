// What training minimises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mn {

enum class Reduction { none, mean, sum };

constexpr int64_t kIgnoreIndex = -100; // PyTorch's default

// torch.nn.CrossEntropyLoss
struct LossOptions {
    std::vector<float> class_weights; // [classes] or empty
    int64_t ignore_index = kIgnoreIndex;
    double label_smoothing = 0;
    Reduction reduction = Reduction::mean;

    double weight_of(int64_t label) const {
        return class_weights.empty() ? 1.0 : static_cast<double>(class_weights[static_cast<size_t>(label)]);
    }
    // Whether labels whose class weights have this sum leave something to minimise. The mean of those without is NaN,
    // its gradient zero; PyTorch's is NaN, too, and would end the training.
    bool has_mean(double weight_sum) const { return reduction != Reduction::mean || weight_sum > 0; }
};

} // namespace mn
