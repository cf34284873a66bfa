#include "reference/evaluate.h"

#include <algorithm>

#include "reference/batch.h"
#include "reference/loss.h"

namespace mn::reference {

namespace {

void add(const Evaluation& block, Evaluation& sums) {
    sums.loss_sum += block.loss_sum;
    sums.objective_sum += block.objective_sum;
    sums.weight_sum += block.weight_sum;
    sums.absolute_error_sum += block.absolute_error_sum;
    sums.squared_error_sum += block.squared_error_sum;
    sums.correct += block.correct;
    sums.counted += block.counted;
}

} // namespace

Evaluation evaluate(const Net& net, std::span<const double> parameters, const LossOptions& loss, const Data& data,
                    int64_t first, int64_t count, int32_t* predictions, Activations& activations) {
    Evaluation sums;
    Answers answers;
    for (int64_t done = 0; done < count; done += kBlock) {
        const int64_t rows = std::min(kBlock, count - done);
        activations.resize(net, rows);
        load_samples(data, first + done, rows, activations.input());
        load_answers(data, first + done, rows, answers);
        forward(net, parameters, rows, nullptr, activations);
        add(evaluate_loss(activations.logits().data(), answers, net.classes(), loss,
                          predictions ? predictions + done : nullptr),
            sums);
    }
    return sums;
}

} // namespace mn::reference
