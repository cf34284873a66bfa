// Softmax cross-entropy.
#include "cpu/loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mn::cpu {

namespace {

class CrossEntropy final : public Loss {
  public:
    CrossEntropy(const LossOptions& options, int64_t classes);

    void rows(const Activations& logits, const Answers& answers, Range rows, double divisor, Activations* gradient,
              RowResult* results, double* scratch) const override;

  private:
    double row_objective(const double* logits, int32_t label, double log_sum) const;
    void row_gradient(const double* powers, double sum, int32_t label, double factor, Activations& gradient,
                      int64_t row) const;

    int64_t classes_;
    std::vector<double> smooth_; // [classes] the share of label smoothing in the target, times the class weight
    double smooth_sum_ = 0;
};

CrossEntropy::CrossEntropy(const LossOptions& options, int64_t classes)
    : Loss(options), classes_(classes), smooth_(static_cast<size_t>(classes)) {
    for (int64_t c = 0; c < classes; ++c) {
        smooth_[static_cast<size_t>(c)] = options.label_smoothing / static_cast<double>(classes) * options.weight_of(c);
        smooth_sum_ += smooth_[static_cast<size_t>(c)];
    }
}

// -log_softmax(c) = log_sum - logits[c], where the largest logit was taken off both.
double CrossEntropy::row_objective(const double* logits, int32_t label, double log_sum) const {
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
void CrossEntropy::row_gradient(const double* powers, double sum, int32_t label, double factor, Activations& gradient,
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

void CrossEntropy::rows(const Activations& logits, const Answers& answers, Range rows, double divisor,
                        Activations* gradient, RowResult* results, double* scratch) const {
    double* powers = scratch + classes_;
    const double factor = factor_of(divisor);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        const int32_t label = answers.labels[row];
        logits.copy_row(row, scratch);
        const double* largest = std::max_element(scratch, scratch + classes_);
        results[row] = {};
        results[row].predicted = static_cast<int32_t>(largest - scratch);
        if (!counts(row, answers)) {
            for (int64_t panel = 0; gradient && panel < gradient->panels(); ++panel)
                std::fill_n(gradient->at(panel, row), kPanel, 0.0f);
            continue;
        }
        std::transform(scratch, scratch + classes_, scratch, [top = *largest](double x) { return x - top; });
        double sum = 0;
        for (int64_t c = 0; c < classes_; ++c)
            sum += powers[c] = std::exp(scratch[c]);
        const double log_sum = std::log(sum), weight = answers.weight(row);
        results[row].loss = log_sum - scratch[label];
        if (weight != 0) // else what it multiplies may be infinite
            results[row].objective = weight * row_objective(scratch, label, log_sum);
        results[row].correct = results[row].predicted == label;
        if (gradient)
            row_gradient(powers, sum, label, factor * weight, *gradient, row);
    }
}

} // namespace

std::unique_ptr<Loss> make_cross_entropy(const LossOptions& options, int64_t classes) {
    return std::make_unique<CrossEntropy>(options, classes);
}

} // namespace mn::cpu
