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
#include "cpu/step_rule.h"
#include "cpu/update.h"

namespace mn::cpu {

// The rows that a workspace has room for.
struct WorkspaceSize {
    int64_t batch = 0;        // of a step
    int64_t at_once = 0;      // through the net
    const Net* net = nullptr; // where a step's go through in parts
};

struct Workspace {
    std::unique_ptr<Pass> pass;
    Buffer<int32_t> labels;              // [batch rows], where the loss takes them
    Buffer<float> weights;               // [batch rows] of the samples, where they have any
    Buffer<RowResult> row_results;       // [rows at once]
    Buffer<RowResult> sample_results;    // [rows at once]: an evaluation's, in the order of the samples
    std::vector<LabelOrder> orders;      // [threads]
    std::vector<Buffer<double>> scratch; // [threads][2 * outputs]: the loss's
    CarriedGradient carried;             // where batches go through in parts

    Workspace() = default; // for no rows
    // What one takes is asked by making it under a BufferCount.
    Workspace(Arithmetic& arithmetic, const WorkspaceSize& size, int64_t classes, int threads);
    // So that an evaluation fits that takes so many rows at once; it only grows, and stays what it was if memory runs
    // out.
    void reserve(Arithmetic& arithmetic, int64_t rows, int64_t classes, int threads);
    // So that steps on so many rows fit.
    void reserve(Arithmetic& arithmetic, const Net& net, const StepRule& rule, int64_t batch, int threads);
    int64_t capacity() const { return pass ? pass->capacity() : 0; }
    int64_t bytes() const;

    // Called by all workers.
    // Each worker makes the order for itself, which takes less time than to wait for it.
    Selection by_label(const Selection& selection, const Worker& worker) {
        return orders[static_cast<size_t>(worker.index)].of(selection);
    }
    // What the rows are compared with; complete behind the next barrier.
    void take_answers(const Selection& selection, const Worker& worker);
    // Of the rows from row `first` of those taken on.
    Answers answers(const Selection& selection, int64_t first = 0) const {
        const bool weighted = selection.samples->sample_weights;
        return {selection, labels.data() + first, weighted ? weights.data() + first : nullptr};
    }

    double* scratch_of(const Worker& worker) { return scratch[static_cast<size_t>(worker.index)].data(); }

  private:
    void grow(Arithmetic& arithmetic, const WorkspaceSize& size, int64_t classes, int threads);
};

} // namespace mn::cpu
