// The kernels: one phase of a step (a node of a graph), or all steps of a chunk with barriers across the grid.
#pragma once

#include "cuda/backward.cuh"
#include "cuda/batch.cuh"
#include "cuda/dropout.cuh"
#include "cuda/entry_points.h"
#include "cuda/forward.cuh"
#include "cuda/head.cuh"
#include "cuda/loss.cuh"
#include "cuda/meeting.cuh"
#include "cuda/plan.cuh"
#include "cuda/update.cuh"

namespace mn::cuda {

// Of the chunk, in whichever launch: what ran after it would train on what is thrown away. Volatile, since in a graph
// the block that finishes the step may write it while others begin its last phase; to them it says the same.
__device__ inline bool diverged_before(const StepArguments& s, int step) {
    return s.first_diverged && *static_cast<volatile const int32_t*>(s.first_diverged) < step;
}

// Layers whose products have phases of their own: all, or all but the last.
__device__ inline int layers_outside_head(const NetArguments& net) {
    const int last = net.layer_count - 1;
    return has_head(net.layer_count, layer_at(net, last).fan_out) ? last : last + 1;
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

__device__ __noinline__ inline void begin_update(int index) {
    if (blockIdx.x == gridDim.x - 1) {
        meet();
        finish_step(index);
    }
    draw_input(index + 1);
}

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
static_assert(kBlocksPerMultiprocessor * (sizeof(float) * kSharedFloats + sizeof argument_memory + sizeof layer_memory +
                                          sizeof constants_memory + sizeof sample_memory + sizeof kept_memory +
                                          sizeof plan_memory + 1024) <=
                  65536,
              "a multiprocessor of compute capability 7.5 has 64 kB of shared memory");
#endif

// The last phase: one block sums the step's outcome besides its share of the tiles, and the next step's input dropout
// is drawn.
template <typename E>
__device__ void update_and_finish(int index) {
    begin_update(index);
    update_all<E>(index);
}

// What the losses of steps first .. first + count - 1 are divided by, and what the first drops of its input.
template <typename E>
__global__ void __launch_bounds__(kThreads, kBlocksPerMultiprocessor)
    norms_kernel(const StepArguments* given, int first, int count) {
    if constexpr (compiled_here<E>()) {
        take_arguments(given);
        first += arguments().base;
        sum_norms(first, count);
        draw_input(first);
    }
}

// layer: of forward and backward.
template <typename E>
__global__ void __launch_bounds__(kThreads, kBlocksPerMultiprocessor)
    phase_kernel(const StepArguments* given, Phase phase, int index, int layer) {
    if constexpr (compiled_here<E>()) {
        take_arguments(given);
        const StepArguments& s = arguments();
        if (phase == Phase::ones)
            return fill_ones(s.net);
        make_plans<E>();
        index += s.base;
        if (diverged_before(s, index))
            return;
        if (phase != Phase::backward && (phase != Phase::forward || layer == 0)) {
            take_samples(index);
            if (phase == Phase::update)
                take_constants(s.constants + index);
            __syncthreads();
        }
        switch (phase) {
        case Phase::forward:
            return forward<E>(index, layer);
        case Phase::loss:
            return loss(index);
        case Phase::head:
            return head(index);
        case Phase::backward:
            return backward<E>(index, layer);
        case Phase::update:
            return update_and_finish<E>(index);
        case Phase::score:
            return score(index);
        default:
            return;
        }
    }
}

// Steps first .. first + count - 1 by a grid that is wholly resident. The arguments, too, are read anew after each
// phase.
template <typename E>
__global__ void __launch_bounds__(kThreads, kBlocksPerMultiprocessor)
    chunk_kernel(const StepArguments* given, int first, int count) {
    if constexpr (compiled_here<E>()) {
        take_arguments(given);
        make_plans<E>();
        const NetArguments& net = arguments().net;
        first += arguments().base;
        kept(Kept::step) = first;
        kept(Kept::end) = first + count;
        sum_norms(first, count);
        draw_input(first);
        take_samples(first);
        part(kStepEnded);
        for (; kept(Kept::step) < kept(Kept::end); ++kept(Kept::step)) {
            kept(Kept::marks) = 0;
            for (kept(Kept::layer) = 0; kept(Kept::layer) < layers_outside_head(net); ++kept(Kept::layer)) {
                forward<E>(kept(Kept::step), kept(Kept::layer));
                meet(); // in the phase, or here
                part();
            }
            take_samples(kept(Kept::step) + 1); // both behind the barrier of the step before, one before their use
            take_constants(arguments().constants + kept(Kept::step));
            meet();
            if (ended_by_divergence())
                return;
            if (layers_outside_head(net) < net.layer_count) {
                head(kept(Kept::step));
            } else {
                loss(kept(Kept::step));
            }
            part();
            fetch_samples(kept(Kept::step) + 1);
            for (kept(Kept::layer) = layers_outside_head(net) - 1; kept(Kept::layer) > 0; --kept(Kept::layer)) {
                backward<E>(kept(Kept::step), kept(Kept::layer));
                meet();
                part();
            }
            update_and_finish<E>(kept(Kept::step));
            meet();
            part(kStepEnded);
        }
    }
}

template <typename E>
KernelSet kernel_set() {
    KernelSet set = {reinterpret_cast<const void*>(&norms_kernel<E>), reinterpret_cast<const void*>(&phase_kernel<E>),
                     reinterpret_cast<const void*>(&chunk_kernel<E>), E::kTensorCores};
#ifdef MN_CUDA_PHASE_CLOCKS
    set.clocks = &phase_clocks;
#endif
    return set;
}

} // namespace mn::cuda
