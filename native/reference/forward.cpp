#include "reference/forward.h"

#include <algorithm>
#include <string>

#include "machine/memory.h"
#include "reference/activation.h"
#include "reference/dropout.h"

namespace mn::reference {

namespace {

// Eight running sums in a fixed order: as exact as one, and free to be vectorised.
double dot(const double* a, const double* b, int64_t count) {
    double sums[8] = {};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int k = 0; k < 8; ++k)
            sums[k] += a[i + k] * b[i + k];
    }
    double total = 0;
    for (double sum : sums)
        total += sum;
    for (; i < count; ++i)
        total += a[i] * b[i];
    return total;
}

// outputs = inputs * weight^T + bias
void linear(const double* inputs, const double* weight, const double* bias, int64_t rows, int64_t fan_in,
            int64_t fan_out, double* outputs) {
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t o = 0; o < fan_out; ++o) {
            outputs[r * fan_out + o] = dot(inputs + r * fan_in, weight + o * fan_in, fan_in) + bias[o];
        }
    }
}

// values times factors, which are drawn
void drop(double p, const StepSeed& draws, int layer, int64_t rows, int64_t columns, std::vector<double>& values,
          std::vector<double>& factors) {
    draw_factors(p, draws, layer, rows, columns, factors);
    for (size_t i = 0; i < values.size(); ++i)
        values[i] *= factors[i];
}

} // namespace

void Activations::resize(const Net& net, int64_t rows) {
    if (rows > rows_) {
        double columns = static_cast<double>(net.features());
        for (int l = 0; l < net.layers(); ++l)
            columns += static_cast<double>(net.fan_out(l)) * (net.is_hidden(l) ? (net.drops() ? 3 : 2) : 1);
        require_memory(columns * static_cast<double>(rows) * sizeof(double),
                       "a batch of " + std::to_string(rows) + " samples (batch_size, or an evaluation's)");
        rows_ = rows;
    }
    values.resize(net.sizes.size());
    sums.resize(static_cast<size_t>(net.layers()));
    for (size_t l = 0; l < values.size(); ++l)
        values[l].resize(static_cast<size_t>(rows * net.sizes[l]));
}

int64_t Activations::bytes() const {
    size_t total = 0;
    for (const auto* kept : {&values, &sums, &factors}) {
        for (const std::vector<double>& v : *kept)
            total += v.capacity() * sizeof(double);
    }
    return static_cast<int64_t>(total);
}

void forward(const Net& net, std::span<const double> parameters, int64_t rows, const StepSeed* draws,
             Activations& activations) {
    const bool drops_hidden = draws && net.hidden_dropout > 0;
    activations.factors.resize(drops_hidden ? activations.sums.size() : 0);
    if (draws && net.input_dropout > 0) {
        std::vector<double> factors;
        drop(net.input_dropout, *draws, 0, rows, net.features(), activations.input(), factors);
    }
    for (int l = 0; l < net.layers(); ++l) {
        const std::vector<double>& inputs = activations.values[static_cast<size_t>(l)];
        std::vector<double>& outputs = activations.values[static_cast<size_t>(l) + 1];
        linear(inputs.data(), parameters.data() + net.weight_offset(l), parameters.data() + net.bias_offset(l), rows,
               net.fan_in(l), net.fan_out(l), outputs.data());
        if (!net.is_hidden(l))
            continue;
        activations.sums[static_cast<size_t>(l)] = outputs;
        for (double& value : outputs)
            value = activate(net.activation(l), value);
        if (drops_hidden) {
            drop(net.hidden_dropout, *draws, l + 1, rows, net.fan_out(l), outputs,
                 activations.factors[static_cast<size_t>(l)]);
        }
    }
}

int32_t first_largest(const double* logits, int64_t classes) {
    return static_cast<int32_t>(std::max_element(logits, logits + classes) - logits);
}

} // namespace mn::reference
