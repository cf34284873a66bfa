// The kernels: one phase of a step (a node of a graph), or all steps of a chunk with barriers across the grid.
#pragma once

#include <cooperative_groups.h>

#include "cuda/kernels.h"
#include "cuda/update.cuh"

namespace mn::cuda {

__device__ inline bool diverged_before(const StepArguments& s, int step) {
    return s.outcomes && step > 0 && s.outcomes[step - 1].diverged;
}

// The arguments in shared memory, where every function of the block reads them. By the whole block.
__device__ inline const StepArguments& shared_arguments(const StepArguments* given, float* place) {
    constexpr int kWords = sizeof(StepArguments) / sizeof(float);
    static_assert(kWords <= kArgumentFloats && sizeof(StepArguments) % sizeof(float) == 0);
    for (int i = threadIdx.x; i < kWords; i += kThreads)
        place[i] = reinterpret_cast<const float*>(given)[i];
    __syncthreads();
    return *reinterpret_cast<const StepArguments*>(place);
}

// Engines that need tensor cores are never launched on a device without; their code is left out there.
template <typename E>
__device__ constexpr bool compiled_here() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
    return !E::kTensorCores;
#else
    return true;
#endif
}

// Phase::norms: `index` is the first step, `layer` the number of steps.
template <typename E>
__global__ void __launch_bounds__(kThreads, kBlocksPerMultiprocessor)
    phase_kernel(const StepArguments* given, Phase phase, int index, int layer) {
    __shared__ alignas(16) float shared[kSharedFloats], arguments[kArgumentFloats];
    if constexpr (compiled_here<E>()) {
        const StepArguments& s = shared_arguments(given, arguments);
        if (phase == Phase::ones)
            return fill_ones(s.net);
        if (phase == Phase::norms)
            return sum_norms(s, index, layer, shared);
        const StepView step(s, index);
        if (diverged_before(s, index))
            return;
        switch (phase) {
        case Phase::forward:
            return forward<E>(s, step, layer, shared);
        case Phase::loss:
            return loss(s, step);
        case Phase::head:
            return head(s, step, shared);
        case Phase::backward:
            return backward<E>(s, step, layer, shared);
        case Phase::update:
            return update_all<E>(s, step, shared);
        case Phase::score:
            return score(s, step);
        default:
            return;
        }
    }
}

// Steps first .. first + count - 1 by a grid that is wholly resident.
template <typename E>
__global__ void __launch_bounds__(kThreads, kBlocksPerMultiprocessor)
    chunk_kernel(const StepArguments* given, int first, int count) {
    __shared__ alignas(16) float shared[kSharedFloats], arguments[kArgumentFloats];
    if constexpr (compiled_here<E>()) {
        const StepArguments& s = shared_arguments(given, arguments);
        const cooperative_groups::grid_group grid = cooperative_groups::this_grid();
        const int last = s.net.layer_count - 1;
        const bool fused = has_head(s.net.layer_count, s.net.layers[last].fan_out);
        sum_norms(s, first, count, shared);
        grid.sync();
        for (int index = first; index < first + count; ++index) {
            if (diverged_before(s, index))
                return;
            const StepView step(s, index);
            for (int l = 0; l <= last - fused; ++l) {
                forward<E>(s, step, l, shared);
                grid.sync();
            }
            if (fused) {
                head(s, step, shared);
            } else {
                loss(s, step);
            }
            grid.sync();
            for (int l = last - fused; l > 0; --l) {
                backward<E>(s, step, l, shared);
                grid.sync();
            }
            update_all<E>(s, step, shared);
            grid.sync();
        }
    }
}

template <typename E>
KernelSet kernel_set() {
    return {reinterpret_cast<const void*>(&phase_kernel<E>), reinterpret_cast<const void*>(&chunk_kernel<E>)};
}

} // namespace mn::cuda
