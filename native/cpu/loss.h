// Softmax cross-entropy and its gradient, row by row, in double precision.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "cpu/layout.h"
#include "cpu/range.h"
#include "net/data.h"
#include "net/loss.h"

namespace mn::cpu {

struct RowResult {
    double loss = 0;      // without class weights and smoothing; both are 0 if the label is ignored
    double objective = 0; // with them
    int32_t predicted = 0;
};

class Loss {
  public:
    Loss(const LossOptions& options, int64_t classes);

    bool ignores(int32_t label) const { return label == options_.ignore_index; }
    // What the label's loss counts in the mean; 0 if it is ignored.
    double weight_of(int32_t label) const { return ignores(label) ? 0 : options_.weight_of(label); }
    // The sum over the labels of rows.
    double weights(int64_t rows, const int32_t* labels) const;
    // What the sum of the rows' losses is divided by: NaN where there is nothing to divide by.
    double divisor(double weight_sum) const {
        if (!options_.has_mean(weight_sum))
            return std::numeric_limits<double>::quiet_NaN();
        return options_.reduction == Reduction::mean ? weight_sum : 1;
    }

    // results [row] for the given rows, from logits and labels [row].
    // gradient: of the sum of losses / divisor by the logits, zero where the divisor is NaN; null if it is not wanted.
    // scratch [2 * classes]: the worker's own.
    void rows(const Activations& logits, const int32_t* labels, Range rows, double divisor, Activations* gradient,
              RowResult* results, double* scratch) const;

    // Adds results and labels [rows] to the sums so far, always from the first row to the last: the same bits for any
    // number of threads, and any block size.
    void add(int64_t rows, const int32_t* labels, const RowResult* results, Evaluation& sums) const;

  private:
    double row_objective(const double* logits, int32_t label, double log_sum) const;
    void row_gradient(const double* powers, double sum, int32_t label, double factor, Activations& gradient,
                      int64_t row) const;

    LossOptions options_;
    int64_t classes_;
    std::vector<double> smooth_; // [classes] the share of label smoothing in the target, times the class weight
    double smooth_sum_ = 0;
};

} // namespace mn::cpu
