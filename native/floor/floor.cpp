#include "floor/floor.h"

#include <algorithm>
#include <cmath>

namespace mn {

namespace {

// Rows between two forward passes: their logits are few.
constexpr int64_t kBlock = 4096;

// The same formula and order as on the CPU's floor: a trainer and a model of its weights give the same bits.
double row_loss(const float* logits, int64_t classes, int32_t label, int32_t predicted) {
    const double largest = static_cast<double>(logits[predicted]);
    double sum = 0;
    for (int64_t c = 0; c < classes; ++c)
        sum += std::exp(static_cast<double>(logits[c]) - largest);
    return std::log(sum) - (static_cast<double>(logits[label]) - largest);
}

} // namespace

Evaluation Model::evaluate(const Data& data, int64_t first, int64_t count, int64_t ignore_index,
                           int32_t* predictions) const {
    Evaluation sums;
    std::vector<float> logits(static_cast<size_t>(std::min(count, kBlock) * classes()));
    for (int64_t done = 0; done < count; done += kBlock) {
        const Data block = data.part(first + done, std::min(kBlock, count - done));
        this->logits(block, logits.data());
        for (int64_t i = 0; i < block.count; ++i) {
            const float* row = logits.data() + i * classes();
            const auto predicted = static_cast<int32_t>(std::max_element(row, row + classes()) - row);
            if (predictions)
                predictions[done + i] = predicted;
            if (const int32_t label = block.labels[i]; label != ignore_index)
                sums.add(row_loss(row, classes(), label, predicted), label == predicted);
        }
    }
    return sums;
}

double training_vectors(const OptimizerOptions& optimizer) {
    return 2 * static_cast<double>(slots_of(optimizer).size()) + 1;
}

int one_device(std::string* reason) {
    if (reason)
        reason->clear();
    return 1;
}

std::vector<std::string> no_isa_levels() {
    return {};
}

} // namespace mn
