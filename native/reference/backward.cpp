#include "reference/backward.h"

#include <algorithm>

#include "reference/activation.h"

namespace mn::reference {

namespace {

// A zero factor is passed over: half of them are after a ReLU. What it would multiply is finite, else the loss would
// not have been and the step would have ended there.
void add_scaled(double factor, const double* values, int64_t count, double* sums) {
    if (factor == 0)
        return;
    for (int64_t i = 0; i < count; ++i)
        sums[i] += factor * values[i];
}

// weight gradient = delta^T * inputs, bias gradient = column sums of delta
void parameter_gradient(const double* delta, const double* inputs, int64_t rows, int64_t fan_in, int64_t fan_out,
                        double* weight, double* bias) {
    std::fill_n(weight, fan_in * fan_out, 0.0);
    std::fill_n(bias, fan_out, 0.0);
    for (int64_t o = 0; o < fan_out; ++o) {
        for (int64_t r = 0; r < rows; ++r) {
            add_scaled(delta[r * fan_out + o], inputs + r * fan_in, fan_in, weight + o * fan_in);
            bias[o] += delta[r * fan_out + o];
        }
    }
}

// delta of the layer below = delta * weight, times its activation's slope at `sums`
std::vector<double> input_gradient(const std::vector<double>& delta, const double* weight,
                                   const std::vector<double>& sums, Activation activation, int64_t rows, int64_t fan_in,
                                   int64_t fan_out) {
    std::vector<double> below(sums.size(), 0.0);
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t o = 0; o < fan_out; ++o) {
            add_scaled(delta[static_cast<size_t>(r * fan_out + o)], weight + o * fan_in, fan_in,
                       below.data() + r * fan_in);
        }
    }
    for (size_t i = 0; i < below.size(); ++i)
        below[i] *= slope(activation, sums[i]);
    return below;
}

void multiply(std::vector<double>& values, const std::vector<double>& factors) {
    for (size_t i = 0; i < values.size(); ++i)
        values[i] *= factors[i];
}

} // namespace

void backward(const Net& net, std::span<const double> parameters, int64_t rows, const Activations& activations,
              std::vector<double> delta, std::span<double> gradient) {
    for (int l = net.layers() - 1; l >= 0; --l) {
        const std::vector<double>& inputs = activations.values[static_cast<size_t>(l)];
        parameter_gradient(delta.data(), inputs.data(), rows, net.fan_in(l), net.fan_out(l),
                           gradient.data() + net.weight_offset(l), gradient.data() + net.bias_offset(l));
        if (l > 0) {
            delta = input_gradient(delta, parameters.data() + net.weight_offset(l),
                                   activations.sums[static_cast<size_t>(l - 1)], net.activation(l - 1), rows,
                                   net.fan_in(l), net.fan_out(l));
            if (!activations.factors.empty())
                multiply(delta, activations.factors[static_cast<size_t>(l - 1)]);
        }
    }
}

} // namespace mn::reference
