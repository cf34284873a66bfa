#include "reference/loss.h"

#include <algorithm>
#include <cmath>

#include "net/error.h"
#include "reference/forward.h"

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

// What the mean reduction divides by: the sum of the labels' class weights, ignored labels left out.
double weight_sum(const int32_t* labels, int64_t count, const LossOptions& options) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        if (labels[i] != options.ignore_index)
            sum += options.weight_of(labels[i]);
    }
    return sum;
}

// softplus(z) = log(1 + exp(z))
double softplus(double z) {
    return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
}

double logistic(double z) {
    return z > 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

double sign(double x) {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

// Of one output and its target; weight: pos_weight.
double output_loss(LossKind kind, double output, double target, double parameter, double weight) {
    const double distance = std::abs(output - target);
    switch (kind) {
    case LossKind::bce:
        return weight * target * softplus(-output) + (1 - target) * softplus(output);
    case LossKind::mse:
        return distance * distance;
    case LossKind::l1:
        return distance;
    case LossKind::smooth_l1:
        return distance < parameter ? distance * distance / (2 * parameter) : distance - parameter / 2;
    case LossKind::huber:
        return distance < parameter ? distance * distance / 2 : parameter * (distance - parameter / 2);
    case LossKind::cross_entropy:
        break;
    }
    throw Error(Status::internal, "a loss that the reference does not know");
}

// d output_loss / d output
double output_slope(LossKind kind, double output, double target, double parameter, double weight) {
    const double error = output - target;
    switch (kind) {
    case LossKind::bce:
        return (1 - target) * logistic(output) - weight * target * logistic(-output);
    case LossKind::mse:
        return 2 * error;
    case LossKind::l1:
        return sign(error);
    case LossKind::smooth_l1:
        return std::abs(error) < parameter ? error / parameter : sign(error);
    case LossKind::huber:
        return std::abs(error) < parameter ? error : parameter * sign(error);
    case LossKind::cross_entropy:
        break;
    }
    throw Error(Status::internal, "a loss that the reference does not know");
}

double pos_weight_of(const LossOptions& options, int64_t output) {
    return options.pos_weight.empty() ? 1 : static_cast<double>(options.pos_weight[static_cast<size_t>(output)]);
}

void add_target_losses(const double* outputs, const double* targets, double sample_weight, int64_t width,
                       const LossOptions& o, Evaluation& sums) {
    double plain = 0, objective = 0, absolute = 0, squared = 0;
    for (int64_t k = 0; k < width; ++k) {
        const bool bce = o.kind == LossKind::bce;
        const double error = (bce ? logistic(outputs[k]) : outputs[k]) - targets[k];
        plain += output_loss(o.kind, outputs[k], targets[k], o.parameter, 1);
        objective += output_loss(o.kind, outputs[k], targets[k], o.parameter, pos_weight_of(o, k));
        absolute += std::abs(error);
        squared += error * error;
        sums.correct += bce && (outputs[k] > 0) == (targets[k] > 0.5);
    }
    const double outputs_count = static_cast<double>(width);
    sums.loss_sum += plain / outputs_count;
    if (sample_weight != 0)
        sums.objective_sum += sample_weight * objective / outputs_count;
    sums.weight_sum += sample_weight;
    sums.absolute_error_sum += absolute / outputs_count;
    sums.squared_error_sum += squared / outputs_count;
    ++sums.counted;
}

void add_label_losses(const double* logits, const Answers& answers, int64_t classes, LossOptions options,
                      int32_t* predictions, Evaluation& sums) {
    std::vector<double> objectives(answers.weights.size()), plain(answers.weights.size());
    options.reduction = Reduction::none;
    LossOptions without = options.plain();
    without.reduction = Reduction::none;
    const int32_t* labels = answers.labels.data();
    cross_entropy(logits, labels, answers.rows(), classes, options, nullptr, objectives.data(), nullptr);
    cross_entropy(logits, labels, answers.rows(), classes, without, nullptr, plain.data(), nullptr);
    for (int64_t row = 0; row < answers.rows(); ++row) {
        const int32_t predicted = first_largest(logits + row * classes, classes);
        if (predictions)
            predictions[row] = predicted;
        if (labels[row] == options.ignore_index)
            continue;
        const double weight = answers.weights[static_cast<size_t>(row)];
        sums.loss_sum += plain[static_cast<size_t>(row)];
        if (weight != 0)
            sums.objective_sum += weight * objectives[static_cast<size_t>(row)];
        sums.weight_sum += weight * options.weight_of(labels[row]);
        sums.correct += labels[row] == predicted;
        ++sums.counted;
    }
}

} // namespace

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

Evaluation evaluate_loss(const double* outputs, const Answers& answers, int64_t width, const LossOptions& options,
                         int32_t* predictions) {
    Evaluation sums;
    if (!takes_targets(options.kind)) {
        add_label_losses(outputs, answers, width, options, predictions, sums);
        return sums;
    }
    for (int64_t row = 0; row < answers.rows(); ++row) {
        add_target_losses(outputs + row * width, answers.targets.data() + row * width,
                          answers.weights[static_cast<size_t>(row)], width, options, sums);
    }
    return sums;
}

void loss_gradient(const double* outputs, const Answers& answers, int64_t width, const LossOptions& options,
                   double factor, double* gradient) {
    std::vector<double> factors = answers.weights;
    for (double& f : factors)
        f *= factor;
    if (!takes_targets(options.kind)) {
        LossOptions each = options;
        each.reduction = Reduction::none;
        cross_entropy(outputs, answers.labels.data(), answers.rows(), width, each, factors.data(), nullptr, gradient);
        return;
    }
    for (int64_t row = 0; row < answers.rows(); ++row) {
        const double share = factors[static_cast<size_t>(row)] / static_cast<double>(width);
        for (int64_t k = 0; k < width; ++k) {
            const int64_t i = row * width + k;
            gradient[i] = share * output_slope(options.kind, outputs[i], answers.targets[static_cast<size_t>(i)],
                                               options.parameter, pos_weight_of(options, k));
        }
    }
}

} // namespace mn::reference
