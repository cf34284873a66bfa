// The losses in double precision: softmax cross-entropy as torch.nn.functional.cross_entropy computes it, and those
// that take targets.
#pragma once

#include <cstdint>
#include <vector>

#include "net/data.h"
#include "net/loss.h"

namespace mn::reference {

// What the samples of a batch are compared with.
struct Answers {
    std::vector<int32_t> labels; // [rows], or empty: the loss takes targets
    std::vector<double> targets; // [rows, outputs] or empty
    std::vector<double> weights; // [rows]: sample weights

    int64_t rows() const { return static_cast<int64_t>(weights.size()); }
    void clear() {
        labels.clear();
        targets.clear();
        weights.clear();
    }
};

// logits [count, classes], labels [count].
// upstream [count] or null (ones), read for reduction none only.
// losses [count] for reduction none, else [1]; null allowed. gradient [count, classes]; null allowed.
// Mean over labels that are all ignored, or whose class weights are all 0: the loss is that of 0 / 0 or of the
// smoothing / 0, the gradient zero.
void cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                   const LossOptions& options, const double* upstream, double* losses, double* gradient);

// Sums over the answers, from outputs [rows, width]. predictions: [rows] or null; null where the loss takes targets.
Evaluation evaluate_loss(const double* outputs, const Answers& answers, int64_t width, const LossOptions& options,
                         int32_t* predictions);

// The gradient [rows, width] by the outputs of the sum of the objectives times `factor`.
void loss_gradient(const double* outputs, const Answers& answers, int64_t width, const LossOptions& options,
                   double factor, double* gradient);

} // namespace mn::reference
