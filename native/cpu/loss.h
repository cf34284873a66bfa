// The losses and their gradients, row by row, in double precision. One class for each family of losses; the trainer
// asks it once a batch.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "cpu/batch.h"
#include "cpu/layout.h"
#include "cpu/range.h"
#include "net/data.h"
#include "net/loss.h"

namespace mn::cpu {

// What the rows of a batch are compared with.
struct Answers {
    const Selection& selection; // says where the targets lie
    const int32_t* labels;      // [rows]; not read where the loss takes targets
    const float* weights;       // [rows] of the samples; null: 1 each

    double weight(int64_t row) const { return weights ? static_cast<double>(weights[row]) : 1.0; }
    const float* targets(int64_t row) const { return selection.samples->targets_of(selection.sample(row)); }
};

// Of a sample; all are 0 if it does not count. Means over the outputs where the loss takes targets.
struct RowResult {
    double loss = 0;      // without weights and smoothing
    double objective = 0; // with them
    double absolute_error = 0, squared_error = 0;
    int32_t predicted = 0; // the first largest logit; of no meaning where the loss takes targets
    int32_t correct = 0;   // as in an Evaluation
};

class Loss {
  public:
    explicit Loss(const LossOptions& options) : options_(options) {}
    virtual ~Loss() = default;
    Loss(const Loss&) = delete;
    Loss& operator=(const Loss&) = delete;

    // The sum of what the rows count in the mean.
    double weights(int64_t rows, const Answers& answers) const;
    // What the sum of the rows' losses is divided by: NaN where there is nothing to divide by.
    double divisor(double weight_sum) const {
        if (!options_.has_mean(weight_sum))
            return std::numeric_limits<double>::quiet_NaN();
        return options_.reduction == Reduction::mean ? weight_sum : 1;
    }

    // results [row] for the given rows, from the net's outputs.
    // gradient: of the sum of losses / divisor by the outputs, zero where the divisor is NaN; null if it is not wanted.
    // scratch [2 * outputs]: the worker's own.
    virtual void rows(const Activations& outputs, const Answers& answers, Range rows, double divisor,
                      Activations* gradient, RowResult* results, double* scratch) const = 0;

    // Adds results [rows] to the sums so far, always from the first row to the last: the same bits for any number of
    // threads, and any block size.
    void add(int64_t rows, const Answers& answers, const RowResult* results, Evaluation& sums) const;

  protected:
    static double factor_of(double divisor) { return divisor == divisor ? 1 / divisor : 0; }
    // Whether a row has a label that counts; true where the loss takes targets.
    bool counts(int64_t row, const Answers& answers) const {
        return takes_targets(options_.kind) || answers.labels[row] != options_.ignore_index;
    }
    // What a row that counts does so in the mean.
    double share(int64_t row, const Answers& answers) const {
        const double weight = answers.weight(row);
        return takes_targets(options_.kind) ? weight : weight * options_.weight_of(answers.labels[row]);
    }

    LossOptions options_;
};

std::unique_ptr<Loss> make_loss(const LossOptions& options, int64_t outputs);
// What make_loss() chooses from.
std::unique_ptr<Loss> make_cross_entropy(const LossOptions& options, int64_t classes);
std::unique_ptr<Loss> make_target_loss(const LossOptions& options, int64_t outputs);

} // namespace mn::cpu
