// What the rows of a batch need from the samples to the loss.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/arithmetic.h"
#include "cpu/batch.h"
#include "cpu/layout.h"
#include "cpu/loss.h"
#include "cpu/pool.h"

namespace mn::cpu {

struct Workspace {
    std::unique_ptr<Pass> pass;
    Buffer<int32_t> labels;              // [rows], where the loss takes them
    Buffer<float> weights;               // [rows] of the samples, where they have any
    Buffer<RowResult> row_results;       // [rows]
    Buffer<RowResult> sample_results;    // [rows]: an evaluation's, in the order of the samples
    std::vector<LabelOrder> orders;      // [threads]
    std::vector<Buffer<double>> scratch; // [threads][2 * outputs]: the loss's

    Workspace() = default; // for no rows
    Workspace(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads);
    // What one takes.
    static double bytes_for(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads);
    // So that batches of so many rows fit; it only grows, and stays what it was if memory runs out.
    void reserve(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads);
    int64_t capacity() const { return pass ? pass->capacity() : 0; }
    int64_t bytes() const;

    // Called by all workers.
    // Each worker makes the order for itself, which takes less time than to wait for it.
    Selection by_label(const Selection& selection, const Worker& worker) {
        return orders[static_cast<size_t>(worker.index)].of(selection);
    }
    // The pass's forward(), and what the rows are compared with.
    void forward(const Selection& selection, const Worker& worker);
    Answers answers(const Selection& selection) const {
        return {selection, labels.data(), selection.samples->sample_weights ? weights.data() : nullptr};
    }
    double* scratch_of(const Worker& worker) { return scratch[static_cast<size_t>(worker.index)].data(); }
};

} // namespace mn::cpu
