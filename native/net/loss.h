// What training minimises. The formulas of the losses that take targets stand in loss-inl.h, once for every arithmetic;
// the reference has plain loops of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace mn {

// Same values as mn_loss in mnist_native.h.
enum class LossKind { cross_entropy, bce, mse, l1, smooth_l1, huber };

constexpr LossKind kLastLoss = LossKind::huber;

enum class Reduction { none, mean, sum };

constexpr int64_t kIgnoreIndex = -100; // PyTorch's default

// Cross-entropy has a label for each sample; all others have targets [outputs].
constexpr bool takes_targets(LossKind kind) {
    return kind != LossKind::cross_entropy;
}

// Smooth L1's beta and Huber's delta: whether a loss has one.
constexpr bool has_parameter(LossKind kind) {
    return kind == LossKind::smooth_l1 || kind == LossKind::huber;
}

// PyTorch's losses of these names. What belongs to another kind is left as it is here.
struct LossOptions {
    LossKind kind = LossKind::cross_entropy;
    std::vector<float> class_weights = {}; // cross-entropy: [classes] or empty
    int64_t ignore_index = kIgnoreIndex;
    double label_smoothing = 0;
    double parameter = 1;               // beta, delta
    std::vector<float> pos_weight = {}; // bce: [outputs] or empty
    Reduction reduction = Reduction::mean;

    double weight_of(int64_t label) const {
        return class_weights.empty() ? 1.0 : static_cast<double>(class_weights[static_cast<size_t>(label)]);
    }
    // Whether samples whose weights have this sum leave something to minimise. The mean of those without is NaN, its
    // gradient zero; PyTorch's is NaN, too, and would end the training.
    bool has_mean(double weight_sum) const { return reduction != Reduction::mean || weight_sum > 0; }
    // The loss of the data by itself: no weights, no smoothing.
    LossOptions plain() const {
        LossOptions options;
        options.kind = kind;
        options.ignore_index = ignore_index;
        options.parameter = parameter;
        return options;
    }
};

// visit(std::integral_constant<LossKind, kind>) for a loss that takes targets. Asked once a row or batch.
template <class Visit>
constexpr decltype(auto) with_target_loss(LossKind kind, Visit&& visit) {
    switch (kind) {
    case LossKind::bce:
        return visit(std::integral_constant<LossKind, LossKind::bce>());
    case LossKind::l1:
        return visit(std::integral_constant<LossKind, LossKind::l1>());
    case LossKind::smooth_l1:
        return visit(std::integral_constant<LossKind, LossKind::smooth_l1>());
    case LossKind::huber:
        return visit(std::integral_constant<LossKind, LossKind::huber>());
    case LossKind::mse:
    case LossKind::cross_entropy: // has no targets
        break;                    // also the way out for the compiler
    }
    return visit(std::integral_constant<LossKind, LossKind::mse>());
}

} // namespace mn
