#include "reference/loss.h"

#include <algorithm>
#include <cmath>

namespace mn::reference {

namespace {

// log(sum(exp(logits))), with the largest taken out so that no exp overflows.
struct LogSumExp {
    double largest;
    double log_of_rest; // log(sum(exp(logits - largest)))

    LogSumExp(const double* logits, int64_t classes) : largest(*std::max_element(logits, logits + classes)) {
        double sum = 0;
        for (int64_t c = 0; c < classes; ++c)
            sum += std::exp(logits[c] - largest);
        log_of_rest = std::log(sum);
    }
    double log_softmax(double logit) const { return logit - largest - log_of_rest; }
};

// Coefficient of -log_softmax(class c) in the loss of a sample: the smoothed target times the class weight.
double target_weight(const LossOptions& options, int64_t classes, int64_t label, int64_t c) {
    const double smooth = options.label_smoothing / static_cast<double>(classes);
    const double target = smooth + (c == label ? 1 - options.label_smoothing : 0);
    return target * options.weight_of(c);
}

double sample_loss(const double* logits, int64_t classes, int64_t label, const LossOptions& options) {
    const LogSumExp denominator(logits, classes);
    double loss = 0;
    for (int64_t c = 0; c < classes; ++c) {
        const double weight = target_weight(options, classes, label, c);
        if (weight != 0)
            loss -= weight * denominator.log_softmax(logits[c]);
    }
    return loss;
}

// d loss / d logit_c = softmax_c * sum(target weights) - target_weight_c
void sample_gradient(const double* logits, int64_t classes, int64_t label, const LossOptions& options, double factor,
                     double* gradient) {
    const LogSumExp denominator(logits, classes);
    double total = 0;
    for (int64_t c = 0; c < classes; ++c)
        total += target_weight(options, classes, label, c);
    for (int64_t c = 0; c < classes; ++c) {
        const double softmax = std::exp(denominator.log_softmax(logits[c]));
        gradient[c] = factor * (softmax * total - target_weight(options, classes, label, c));
    }
}

} // namespace

double weight_sum(const int32_t* labels, int64_t count, const LossOptions& options) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        if (labels[i] != options.ignore_index)
            sum += options.weight_of(labels[i]);
    }
    return sum;
}

void cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                   const LossOptions& options, const double* upstream, double* losses, double* gradient) {
    const bool none = options.reduction == Reduction::none;
    const double divisor = options.reduction == Reduction::mean ? weight_sum(labels, count, options) : 1;
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        const double* row = logits + i * classes;
        const bool ignored = labels[i] == options.ignore_index;
        if (losses) {
            const double loss = ignored ? 0 : sample_loss(row, classes, labels[i], options);
            if (none)
                losses[i] = loss;
            sum += loss;
        }
        if (gradient && ignored)
            std::fill_n(gradient + i * classes, classes, 0.0);
        if (gradient && !ignored) {
            const double mean_factor = options.has_mean(divisor) ? 1 / divisor : 0;
            const double factor = none && upstream ? upstream[i] : mean_factor;
            sample_gradient(row, classes, labels[i], options, factor, gradient + i * classes);
        }
    }
    if (losses && !none)
        *losses = sum / divisor;
}

} // namespace mn::reference
