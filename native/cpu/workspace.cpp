#include "cpu/workspace.h"

#include <algorithm>
#include <string>

#include "machine/memory.h"

namespace mn::cpu {

Workspace::Workspace(Arithmetic& arithmetic, const WorkspaceSize& size, int64_t classes, int threads)
    : pass(arithmetic.make_pass(size.at_once)), labels(std::max(size.batch, pass->capacity())), weights(labels.size()),
      row_results(pass->capacity()), sample_results(pass->capacity()) {
    for (int i = 0; i < threads; ++i) {
        orders.emplace_back(labels.size(), classes);
        scratch.emplace_back(2 * classes);
    }
    if (size.net)
        carried = CarriedGradient(*size.net);
}

void Workspace::reserve(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads) {
    if (rows > capacity())
        grow(arithmetic, {labels.size(), rows, nullptr}, classes, threads);
}

void Workspace::reserve(Arithmetic& arithmetic, const Net& net, const StepRule& rule, int64_t batch, int threads) {
    const int64_t at_once = arithmetic.carries() ? rule.at_once(batch) : batch;
    const bool in_parts = at_once < batch;
    if (batch > labels.size() || at_once > capacity() || (in_parts && !carried.is_there()))
        grow(arithmetic, {batch, std::max(at_once, capacity()), in_parts ? &net : nullptr}, net.classes(), threads);
}

void Workspace::grow(Arithmetic& arithmetic, const WorkspaceSize& size, int64_t classes, int threads) {
    const auto needed = [&] {
        const BufferCount count;
        const Workspace counted(arithmetic, size, classes, threads);
        return count.bytes();
    }();
    require_memory(needed, "a batch of " + std::to_string(std::max(size.batch, size.at_once)) +
                               " samples (batch_size, or an evaluation's)");
    *this = Workspace(arithmetic, size, classes, threads);
}

int64_t Workspace::bytes() const {
    int64_t sum = (pass ? pass->bytes() : 0) + carried.bytes();
    sum += labels.bytes() + weights.bytes() + row_results.bytes() + sample_results.bytes();
    for (const LabelOrder& order : orders)
        sum += order.bytes();
    for (const Buffer<double>& part : scratch)
        sum += part.bytes();
    return sum;
}

void Workspace::take_answers(const Selection& selection, const Worker& worker) {
    const Range own = worker.share_of(selection.rows);
    const Data& samples = *selection.samples;
    for (int64_t row = own.begin; samples.labels && row < own.end; ++row)
        labels[row] = samples.labels[selection.sample(row)];
    for (int64_t row = own.begin; samples.sample_weights && row < own.end; ++row)
        weights[row] = samples.sample_weights[selection.sample(row)];
}

} // namespace mn::cpu
