// The forward pass: samples in, logits out.
#pragma once

#include <algorithm>
#include <vector>

#include "cpu/batch.h"
#include "cpu/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"
#include "model/options.h"

namespace mn::cpu {

// `count` rows cut into tiles of at most `most` rows, as even as can be; all but the last a multiple of `unit`.
struct Tiles {
    int64_t count, unit, tiles;

    Tiles(int64_t rows, int64_t most, int64_t multiple = 1)
        : count(rows), unit(multiple), tiles(divide_up(divide_up(rows, unit), most / unit)) {}
    Range operator[](int64_t i) const {
        const Range units = share(divide_up(count, unit), i, tiles);
        return {units.begin * unit, std::min(units.end * unit, count)};
    }
};

// `panels` panels, taken `at_once` at a time.
struct PanelGroups {
    int64_t panels, at_once;

    PanelGroups(int64_t all, int64_t most) : panels(all), at_once(most) {}
    int64_t count() const { return divide_up(panels, at_once); }
    Range operator[](int64_t i) const { return {i * at_once, std::min((i + 1) * at_once, panels)}; }
};

// What a forward pass writes, for batches of up to `capacity` rows.
struct ForwardBuffers {
    int64_t capacity = 0;
    Batch batch;
    std::vector<Activations> outputs; // of each layer, after its ReLU; the last are the logits

    ForwardBuffers() = default;
    // bf16 stages its batches elsewhere (bf16.h).
    ForwardBuffers(const NetShape& net, int64_t rows, Purpose purpose, Precision precision = Precision::float32);
    const Activations& logits() const { return outputs.back(); }
    int64_t bytes() const;
};

// Called by all workers; ends with a barrier. Returns whether the batch was sparse.
bool forward(const Kernels& kernels, const PackedNet& parameters, const Selection& selection, ForwardBuffers& buffers,
             const Worker& worker);

} // namespace mn::cpu
