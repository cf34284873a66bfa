#include "support/cross_entropy_cases.h"

namespace mn::test {

namespace {

std::vector<LossOptions> option_grid(const std::vector<double>& weight) {
    std::vector<LossOptions> grid;
    for (bool weighted : {false, true}) {
        for (int64_t ignore_index : {-100, 2}) {
            for (Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean}) {
                for (double smoothing : {0.0, 0.1}) {
                    LossOptions& options = grid.emplace_back();
                    if (weighted)
                        options.class_weights.assign(weight.begin(), weight.end());
                    options.ignore_index = ignore_index;
                    options.reduction = reduction;
                    options.label_smoothing = smoothing;
                }
            }
        }
    }
    return grid;
}

} // namespace

std::vector<CrossEntropyCase> cross_entropy_cases(const Archive& golden) {
    const std::vector<double>& target = member(golden, "target").values;
    std::vector<CrossEntropyCase> cases;
    for (const char* logits : {"logits_normal", "logits_extreme"}) {
        for (const LossOptions& options : option_grid(member(golden, "weight").values)) {
            const size_t number = cases.size();
            CrossEntropyCase& next = cases.emplace_back();
            next.name = (number < 10 ? "c0" : "c") + std::to_string(number);
            next.options = options;
            next.logits = member(golden, logits).values;
            next.labels.assign(target.begin(), target.end());
        }
    }
    return cases;
}

} // namespace mn::test
