// Activations of hidden layers. What one computes is written once, in activation-inl.h, for the arithmetic of every
// floor but the reference; here is what a floor decides by.
#pragma once

#include <cstdint>
#include <type_traits>

namespace mn {

// Same values as mn_activation in mnist_native.h.
enum class ActivationKind : int32_t { relu, identity, leaky_relu, elu, selu, sigmoid, tanh, gelu, gelu_tanh, silu };

constexpr ActivationKind kLastActivation = ActivationKind::silu;

// PyTorch's: the slope of leaky_relu, the alpha of elu. 0 where there is none.
constexpr double default_parameter(ActivationKind kind) {
    switch (kind) {
    case ActivationKind::leaky_relu:
        return 0.01;
    case ActivationKind::elu:
        return 1;
    default:
        return 0;
    }
}

struct Activation {
    ActivationKind kind = ActivationKind::relu;
    double parameter = 0;

    constexpr Activation() = default;
    // With PyTorch's default parameter. Not explicit: a kind without parameter is an activation.
    constexpr Activation(ActivationKind of) : Activation(of, default_parameter(of)) {}
    constexpr Activation(ActivationKind of, double with) : kind(of), parameter(with) {}
    constexpr bool operator==(const Activation&) const = default;
};

// Whether its slope at z follows from its value alone. Where it does not (the value is not monotonous), a training
// floor has the forward pass store the slope where the layer's gradient will be, whose place nobody needs till then.
constexpr bool slope_follows_from_value(Activation activation) {
    switch (activation.kind) {
    case ActivationKind::gelu:
    case ActivationKind::gelu_tanh:
    case ActivationKind::silu:
        return false;
    case ActivationKind::leaky_relu:
    case ActivationKind::elu:
        return activation.parameter >= 0;
    default:
        return true;
    }
}

// Whether there is a parameter under which it does not.
constexpr bool may_keep_slope(ActivationKind kind) {
    return !slope_follows_from_value({kind, -1});
}

// visit(std::integral_constant<ActivationKind, kind>): one instance of a kernel for each activation. Asked once a
// layer or tile, never in an inner loop.
template <int kCode = 0, class Visit>
constexpr decltype(auto) with_activation(ActivationKind kind, Visit&& visit) {
    if constexpr (kCode < static_cast<int>(kLastActivation)) {
        if (kind != static_cast<ActivationKind>(kCode))
            return with_activation<kCode + 1>(kind, visit);
    }
    return visit(std::integral_constant<ActivationKind, static_cast<ActivationKind>(kCode)>());
}

} // namespace mn
