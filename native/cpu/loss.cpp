#include "cpu/loss.h"

namespace mn::cpu {

double Loss::weights(int64_t rows, const Answers& answers) const {
    double sum = 0;
    for (int64_t row = 0; row < rows; ++row)
        sum += counts(row, answers) ? share(row, answers) : 0;
    return sum;
}

void Loss::add(int64_t rows, const Answers& answers, const RowResult* results, Evaluation& sums) const {
    for (int64_t row = 0; row < rows; ++row) {
        if (!counts(row, answers))
            continue;
        const RowResult& result = results[row];
        sums.loss_sum += result.loss;
        sums.objective_sum += result.objective;
        sums.weight_sum += share(row, answers);
        sums.absolute_error_sum += result.absolute_error;
        sums.squared_error_sum += result.squared_error;
        sums.correct += result.correct;
        ++sums.counted;
    }
}

std::unique_ptr<Loss> make_loss(const LossOptions& options, int64_t outputs) {
    return takes_targets(options.kind) ? make_target_loss(options, outputs) : make_cross_entropy(options, outputs);
}

} // namespace mn::cpu
