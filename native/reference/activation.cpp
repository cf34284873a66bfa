#include "reference/activation.h"

#include <cmath>
#include <numbers>

#include "net/error.h"

namespace mn::reference {

namespace {

// torch.nn.SELU's.
constexpr double kSeluAlpha = 1.6732632423543772848170429916717, kSeluScale = 1.0507009873554804934193349852946;

double sigmoid(double z) {
    return 1 / (1 + std::exp(-z));
}

// The share of the normal distribution below z, and its density.
double normal(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}
double normal_density(double z) {
    return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
}

// What the approximation of GELU takes the tanh of.
struct GeluTanh {
    static constexpr double kCubic = 0.044715;
    double tanh, slope; // the latter of tanh's argument

    explicit GeluTanh(double z) {
        const double factor = std::sqrt(2 / std::numbers::pi);
        tanh = std::tanh(factor * (z + kCubic * z * z * z));
        slope = factor * (1 + 3 * kCubic * z * z);
    }
};

double elu(double z, double alpha) {
    return z > 0 ? z : alpha * std::expm1(z);
}
double elu_slope(double z, double alpha) {
    return z > 0 ? 1 : alpha * std::exp(z);
}

} // namespace

// A NaN stays a NaN, as in torch.relu.
double activate(Activation activation, double z) {
    switch (activation.kind) {
    case ActivationKind::relu:
        return z < 0 ? 0 : z;
    case ActivationKind::identity:
        return z;
    case ActivationKind::leaky_relu:
        return z > 0 ? z : z * activation.parameter;
    case ActivationKind::elu:
        return elu(z, activation.parameter);
    case ActivationKind::selu:
        return kSeluScale * elu(z, kSeluAlpha);
    case ActivationKind::sigmoid:
        return sigmoid(z);
    case ActivationKind::tanh:
        return std::tanh(z);
    case ActivationKind::gelu:
        return z * normal(z);
    case ActivationKind::gelu_tanh:
        return 0.5 * z * (1 + GeluTanh(z).tanh);
    case ActivationKind::silu:
        return z * sigmoid(z);
    }
    throw Error(Status::internal, "an activation that the reference does not know");
}

double slope(Activation activation, double z) {
    switch (activation.kind) {
    case ActivationKind::relu:
        return z <= 0 ? 0 : 1;
    case ActivationKind::identity:
        return 1;
    case ActivationKind::leaky_relu:
        return z > 0 ? 1 : activation.parameter;
    case ActivationKind::elu:
        return elu_slope(z, activation.parameter);
    case ActivationKind::selu:
        return kSeluScale * elu_slope(z, kSeluAlpha);
    case ActivationKind::sigmoid:
        return sigmoid(z) * (1 - sigmoid(z));
    case ActivationKind::tanh:
        return 1 - std::tanh(z) * std::tanh(z);
    case ActivationKind::gelu:
        return normal(z) + z * normal_density(z);
    case ActivationKind::gelu_tanh: {
        const GeluTanh inner(z);
        return 0.5 * (1 + inner.tanh) + 0.5 * z * (1 - inner.tanh * inner.tanh) * inner.slope;
    }
    case ActivationKind::silu:
        return sigmoid(z) * (1 + z * (1 - sigmoid(z)));
    }
    throw Error(Status::internal, "an activation that the reference does not know");
}

} // namespace mn::reference
