#include "cpu/evaluation.h"

#include <algorithm>

namespace mn::cpu {

namespace {

// In the order of the samples again, of which `first` is the first: the sums must not depend on how many go through the
// net at once.
void add_block(const Loss& loss, const Selection& selection, int64_t first, Workspace& workspace, Evaluation& sums,
               int32_t* predictions) {
    RowResult* const results = workspace.sample_results.data();
    for (int64_t row = 0; row < selection.rows; ++row)
        results[selection.sample(row) - first] = workspace.row_results[row];
    const Data& samples = *selection.samples;
    const float* weights = samples.sample_weights ? samples.sample_weights + first : nullptr;
    loss.add(selection.rows, {selection, samples.labels ? samples.labels + first : nullptr, weights}, results, sums);
    for (int64_t i = 0; predictions && i < selection.rows; ++i)
        predictions[i] = results[i].predicted;
}

} // namespace

Evaluation evaluate(const Loss& loss, const Data& samples, int64_t first, int64_t count, int32_t* predictions,
                    Workspace& workspace, Pool& pool) {
    Evaluation sums;
    pool.run([&](const Worker& worker) {
        for (int64_t at = 0; at < count; at += workspace.capacity()) {
            const int64_t rows = std::min(workspace.capacity(), count - at);
            const Selection block{&samples, nullptr, first + at, rows, Purpose::inference};
            const Selection selection = workspace.by_label(block, worker);
            workspace.take_answers(selection, worker);
            workspace.pass->forward(selection, worker);
            loss.rows(workspace.pass->logits(), workspace.answers(selection), worker.share_of(rows), 1, nullptr,
                      workspace.row_results.data(), workspace.scratch_of(worker));
            worker.barrier();
            if (worker.leads())
                add_block(loss, selection, first + at, workspace, sums, predictions ? predictions + at : nullptr);
            worker.barrier();
        }
    });
    return sums;
}

} // namespace mn::cpu
