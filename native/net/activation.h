// Activations of hidden layers. What one computes is written once, in activation-inl.h, for the arithmetic of every
// floor but the reference; here is what a floor decides by.
#pragma once

#include <cstdint>
#include <type_traits>

namespace mn {

// Same values as mn_activation in mnist_native.h.
enum class Activation : int32_t { relu };

constexpr Activation kLastActivation = Activation::relu;

// Whether its slope at z follows from its value alone, so that no floor has to keep z for the backward pass.
constexpr bool slope_follows_from_value(Activation activation) {
    switch (activation) {
    case Activation::relu:
        return true;
    }
    return false;
}

// visit(std::integral_constant<Activation, activation>): one instance of a kernel for each activation. Asked once a
// layer or tile, never in an inner loop.
template <class Visit>
constexpr decltype(auto) with_activation(Activation activation, Visit&& visit) {
    switch (activation) {
    case Activation::relu:
        break; // also the way out for the compiler
    }
    return visit(std::integral_constant<Activation, Activation::relu>());
}

} // namespace mn
