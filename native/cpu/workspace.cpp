#include "cpu/workspace.h"

#include <string>

#include "machine/memory.h"

namespace mn::cpu {

Workspace::Workspace(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads)
    : pass(arithmetic.make_pass(rows)), labels(pass->capacity()), weights(pass->capacity()),
      row_results(pass->capacity()), sample_results(pass->capacity()) {
    for (int i = 0; i < threads; ++i) {
        orders.emplace_back(pass->capacity(), classes);
        scratch.emplace_back(2 * classes);
    }
}

void Workspace::reserve(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads) {
    if (rows <= capacity())
        return;
    require_memory(bytes_for(arithmetic, rows, classes, threads),
                   "a batch of " + std::to_string(rows) + " samples (batch_size, or an evaluation's)");
    *this = Workspace(arithmetic, rows, classes, threads);
}

double Workspace::bytes_for(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads) {
    const BufferCount count;
    const Workspace counted(arithmetic, rows, classes, threads);
    return count.bytes();
}

int64_t Workspace::bytes() const {
    int64_t sum = pass ? pass->bytes() : 0;
    sum += labels.bytes() + weights.bytes() + row_results.bytes() + sample_results.bytes();
    for (const LabelOrder& order : orders)
        sum += order.bytes();
    for (const Buffer<double>& part : scratch)
        sum += part.bytes();
    return sum;
}

void Workspace::forward(const Selection& selection, const Worker& worker) {
    const Range own = worker.share_of(selection.rows);
    const Data& samples = *selection.samples;
    for (int64_t row = own.begin; samples.labels && row < own.end; ++row)
        labels[row] = samples.labels[selection.sample(row)];
    for (int64_t row = own.begin; samples.sample_weights && row < own.end; ++row)
        weights[row] = samples.sample_weights[selection.sample(row)];
    pass->forward(selection, worker);
}

} // namespace mn::cpu
