// How many blocks have something to do in a step.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cuda/arguments.h"
#include "cuda/layout.h"
#include "cuda/tile/shape.h"

namespace mn::cuda {

// Tiles of the smallest kind, of which a product has most: of 32 x 32, or of 32 x `across`.
constexpr int64_t tiles_of(int64_t rows, int64_t columns, int64_t across = 32) {
    return ceil_div<int64_t>(rows, 32) * ceil_div(columns, across);
}

// The most that any phase of a step on `rows` samples can use; more would only meet at the barriers.
inline int64_t useful_blocks(const Layout& layout, int64_t rows) {
    const auto layers = static_cast<int>(layout.layers.size());
    const int row_warps = has_head(layers, layout.layers.back().fan_out) ? kRowWarps : 1;
    int64_t most = ceil_div<int64_t>(rows, kWarps / row_warps); // the head, or the loss
    int64_t update = 0;
    for (size_t l = 0; l < layout.layers.size(); ++l) {
        const LayerLayout& layer = layout.layers[l];
        update += tiles_of(layer.fan_out, layer.fan_in + 1);
        most = std::max(most, tiles_of(rows, layer.fan_out, 16)); // forward
        if (l > 0)
            most = std::max(most, tiles_of(rows, layer.fan_in, 16)); // backward
    }
    return std::max(most, update);
}

} // namespace mn::cuda
