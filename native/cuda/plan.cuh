// Room "plan": how each layer's products are cut into tiles, which is found once for all steps of a launch.
#pragma once

#include "cuda/batch.cuh"
#include "cuda/tile/team.h"

namespace mn::cuda {

struct LayerPlan {
    Cut forward = Cut::square, backward = Cut::square, update = Cut::square;
    int turn = 0;  // the block that the first tile of the update is dealt to
    int after = 0; // and the one behind its last
};

static __shared__ LayerPlan plan_memory[kLayersHeld];
static __shared__ bool input_streams; // what the first layer reads can be copied as it lies: see SampleRows

__device__ inline int tiles_of(Cut cut, int rows, int columns) {
    return ceil_div(rows, down_of(cut)) * ceil_div(columns, across_of(cut));
}

// 64 x 64 by the rule of wide(); else, where that is offered, 32 x 16 if all blocks have done with those in one round.
__device__ inline Cut cut_of(int64_t blocks, int rows, int columns, bool halves) {
    if (wide(blocks, rows, columns))
        return Cut::large;
    return halves && tiles_of(Cut::half, rows, columns) <= blocks ? Cut::half : Cut::square;
}

// turn: the block that the update's first tile is dealt to.
template <typename E>
__device__ LayerPlan plan_of(const StepArguments& s, int l, int turn) {
    const LayerLayout layer = layer_at(s.net, l);
    const int rows = static_cast<int>(s.batch_size);
    const bool streams = E::kTensorCores && (l > 0 || input_streams);
    LayerPlan plan;
    plan.forward = cut_of(s.wide_tiles_by, rows, layer.fan_out, streams);
    plan.backward = cut_of(s.wide_tiles_by, rows, layer.fan_in, E::kTensorCores);
    plan.update = cut_of(s.wide_tiles_by, layer.fan_out, layer.fan_in + 1, false);
    // a line of bytes is short: of 32 outputs by 64 inputs each line is twice as long
    if (streams && l == 0 && s.data.bytes && plan.update == Cut::square)
        plan.update = Cut::wide;
    plan.turn = turn;
    plan.after = (turn + tiles_of(plan.update, layer.fan_out, layer.fan_in + 1)) % static_cast<int>(gridDim.x);
    return plan;
}

template <typename E>
__device__ LayerPlan plan_at(const StepArguments& s, int l) {
    if (l < kLayersHeld)
        return plan_memory[l];
    LayerPlan plan = plan_memory[kLayersHeld - 1];
    for (int next = kLayersHeld; next <= l; ++next)
        plan = plan_of<E>(s, next, plan.after);
    return plan;
}

// By the whole block, behind take_arguments().
template <typename E>
__device__ void make_plans() {
    const StepArguments& s = arguments();
    if (threadIdx.x == 0) {
        input_streams = E::kTensorCores && !s.data.kept && s.data.features % (s.data.bytes ? 16 : 4) == 0;
        int turn = 0;
        for (int l = 0; l < min(s.net.layer_count, kLayersHeld); ++l) {
            plan_memory[l] = plan_of<E>(s, l, turn);
            turn = plan_memory[l].after;
        }
    }
    __syncthreads();
}

} // namespace mn::cuda
