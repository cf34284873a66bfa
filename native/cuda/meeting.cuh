// The barrier of all blocks of a chunk, in two halves: what a phase can do before it needs what other blocks did in the
// one before falls between them.
#pragma once

#include <cooperative_groups.h>

#include "cuda/batch.cuh"
#include "cuda/tile/block.cuh"

namespace mn::cuda {

// Where the build has MN_CUDA_PHASE_CLOCKS: each block's clock at both halves of each barrier of the last step.
#ifdef MN_CUDA_PHASE_CLOCKS
__device__ inline void read_clock() {
    const int mark = kept(Kept::marks)++;
    if (threadIdx.x == 0 && blockIdx.x < kClockBlocks && mark < kClockMarks)
        phase_clocks.at[blockIdx.x][mark] = clock64();
}
#else
__device__ inline void read_clock() {}
#endif

enum Parted { kTogether, kPhaseEnded, kStepEnded };

// By the whole block, at the end of a phase, which may be a step's last.
__device__ __noinline__ inline void part(Parted how = kPhaseEnded) {
    read_clock();
    kept(Kept::token) = static_cast<int>(cooperative_groups::this_grid().barrier_arrive());
    kept(Kept::parted) = how;
}

// Whether a step diverged; on its way while the block works.
__device__ __forceinline__ void ask_for_divergence() {
#if __CUDA_ARCH__ >= 800
    const auto to = static_cast<uint32_t>(__cvta_generic_to_shared(&kept(Kept::diverged)));
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to), "l"(global(arguments().first_diverged))
                 : "memory");
#endif
}

__device__ __forceinline__ void wait_for_all_blocks() {
    const bool step_ended = kept(Kept::parted) == kStepEnded;
    cooperative_groups::this_grid().barrier_wait(static_cast<unsigned>(kept(Kept::token)));
    kept(Kept::parted) = kTogether;
    read_clock();
    if (step_ended) // at other times that may be about to be written
        ask_for_divergence();
}

// By the whole block: from here on all see what others did before they parted. Once is enough, more do no harm.
__device__ __noinline__ inline void meet() {
    if (kept(Kept::parted))
        wait_for_all_blocks();
}

// The same where a call would cost registers.
__device__ __forceinline__ void meet_here() {
    if (kept(Kept::parted))
        wait_for_all_blocks();
}

// Whether a step before this one diverged. Behind the first meet() of a step and before its last phase, so that all
// blocks find the same.
__device__ __noinline__ inline bool ended_by_divergence() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_all;" ::: "memory");
#else
    kept(Kept::diverged) = *static_cast<const volatile int32_t*>(arguments().first_diverged);
#endif
    return kept(Kept::diverged) < kept(Kept::step);
}

} // namespace mn::cuda
