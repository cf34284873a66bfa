#include "reference/evaluate.h"

#include <algorithm>

#include "reference/batch.h"
#include "reference/loss.h"

namespace mn::reference {

Evaluation evaluate(const Net& net, std::span<const double> parameters, const LossOptions& loss, const Data& data,
                    int64_t first, int64_t count, int32_t* predictions, Activations& activations) {
    LossOptions objective = loss, plain;
    objective.reduction = plain.reduction = Reduction::sum;
    plain.ignore_index = loss.ignore_index;
    Evaluation sums;
    for (int64_t done = 0; done < count; done += kBlock) {
        const int64_t rows = std::min(kBlock, count - done);
        const int32_t* labels = data.labels + first + done;
        activations.resize(net, rows);
        load_samples(data, first + done, rows, activations.input());
        forward(net, parameters, rows, nullptr, activations);
        const double* logits = activations.logits().data();
        double with_options = 0, without = 0;
        cross_entropy(logits, labels, rows, net.classes(), objective, nullptr, &with_options, nullptr);
        cross_entropy(logits, labels, rows, net.classes(), plain, nullptr, &without, nullptr);
        sums.objective_sum += with_options;
        sums.loss_sum += without;
        sums.weight_sum += weight_sum(labels, rows, loss);
        sums.counted += count_labels(labels, rows, loss.ignore_index);
        sums.correct += count_correct(logits, labels, rows, net.classes(), loss.ignore_index,
                                      predictions ? predictions + done : nullptr);
    }
    return sums;
}

int64_t count_labels(const int32_t* labels, int64_t rows, int64_t ignore_index) {
    return rows - std::count_if(labels, labels + rows, [&](int32_t label) { return label == ignore_index; });
}

int64_t count_correct(const double* logits, const int32_t* labels, int64_t rows, int64_t classes, int64_t ignore_index,
                      int32_t* predictions) {
    int64_t correct = 0;
    for (int64_t r = 0; r < rows; ++r) {
        const int32_t predicted = first_largest(logits + r * classes, classes);
        if (predictions)
            predictions[r] = predicted;
        correct += labels[r] != ignore_index && labels[r] == predicted;
    }
    return correct;
}

} // namespace mn::reference
