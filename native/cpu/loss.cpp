#include "cpu/loss.h"

#include <algorithm>
#include <cmath>

namespace mn::cpu {

Loss::Loss(const LossOptions& options, int64_t classes)
    : options_(options), classes_(classes), smooth_(static_cast<size_t>(classes)) {
    for (int64_t c = 0; c < classes; ++c) {
        smooth_[static_cast<size_t>(c)] = options.label_smoothing / static_cast<double>(classes) * options.weight_of(c);
        smooth_sum_ += smooth_[static_cast<size_t>(c)];
    }
}

// -log_softmax(c) = log_sum - logits[c], where the largest logit was taken off both.
double Loss::row_objective(const double* logits, int32_t label, double log_sum) const {
    double loss = 0;
    if (const double weight = (1 - options_.label_smoothing) * options_.weight_of(label); weight != 0)
        loss = weight * (log_sum - logits[label]);
    if (options_.label_smoothing != 0) {
        for (int64_t c = 0; c < classes_; ++c) {
            if (const double weight = smooth_[static_cast<size_t>(c)]; weight != 0)
                loss += weight * (log_sum - logits[c]);
        }
    }
    return loss;
}

// d loss / d logit_c = softmax_c * sum of targets - target_c, where softmax_c = powers[c] / sum
void Loss::row_gradient(const double* powers, double sum, int32_t label, double factor, Activations& gradient,
                        int64_t row) const {
    const double on_label = (1 - options_.label_smoothing) * options_.weight_of(label);
    const double total = (on_label + smooth_sum_) / sum;
    for (int64_t panel = 0; panel < gradient.panels(); ++panel) {
        float* to = gradient.at(panel, row);
        for (int64_t i = 0; i < gradient.columns_of(panel); ++i) {
            const int64_t c = panel * kPanel + i;
            const double target = smooth_[static_cast<size_t>(c)] + (c == label ? on_label : 0);
            to[i] = static_cast<float>(factor * (powers[c] * total - target));
        }
    }
}

double Loss::weights(int64_t rows, const int32_t* labels) const {
    double sum = 0;
    for (int64_t row = 0; row < rows; ++row)
        sum += weight_of(labels[row]);
    return sum;
}

void Loss::rows(const Activations& logits, const int32_t* labels, Range rows, double divisor, Activations* gradient,
                RowResult* results, double* scratch) const {
    double* powers = scratch + classes_;
    const double factor = std::isnan(divisor) ? 0 : 1 / divisor;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        const int32_t label = labels[row];
        logits.copy_row(row, scratch);
        const double* largest = std::max_element(scratch, scratch + classes_);
        results[row] = {0, 0, static_cast<int32_t>(largest - scratch)};
        if (ignores(label)) {
            for (int64_t panel = 0; gradient && panel < gradient->panels(); ++panel)
                std::fill_n(gradient->at(panel, row), kPanel, 0.0f);
            continue;
        }
        std::transform(scratch, scratch + classes_, scratch, [top = *largest](double x) { return x - top; });
        double sum = 0;
        for (int64_t c = 0; c < classes_; ++c)
            sum += powers[c] = std::exp(scratch[c]);
        const double log_sum = std::log(sum);
        results[row].loss = log_sum - scratch[label];
        results[row].objective = row_objective(scratch, label, log_sum);
        if (gradient)
            row_gradient(powers, sum, label, factor, *gradient, row);
    }
}

void Loss::add(int64_t rows, const int32_t* labels, const RowResult* results, Evaluation& sums) const {
    for (int64_t row = 0; row < rows; ++row) {
        if (ignores(labels[row]))
            continue;
        sums.loss_sum += results[row].loss;
        sums.objective_sum += results[row].objective;
        sums.weight_sum += weight_of(labels[row]);
        sums.correct += results[row].predicted == labels[row];
        ++sums.counted;
    }
}

} // namespace mn::cpu
