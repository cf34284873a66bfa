// The forward pass: samples in, logits out.
#pragma once

#include <algorithm>
#include <vector>

#include "cpu/float32/batch.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/partition.h"
#include "cpu/pool.h"
#include "net/net.h"

namespace mn::cpu {

// What a forward pass writes, for batches of up to `capacity` rows.
struct ForwardBuffers {
    int64_t capacity = 0;
    Batch batch;
    std::vector<Activations> outputs; // of each layer, after its ReLU; the last are the logits

    ForwardBuffers() = default;
    // bf16 stages its batches elsewhere (bf16.h).
    ForwardBuffers(const Net& net, int64_t rows, Purpose purpose, Precision precision = Precision::float32);
    const Activations& logits() const { return outputs.back(); }
    int64_t bytes() const;
};

// Called by all workers; ends with a barrier. Returns whether the batch was sparse.
bool forward(const Kernels& kernels, const PackedNet& parameters, const Selection& selection, ForwardBuffers& buffers,
             const Worker& worker);

} // namespace mn::cpu
