// What the threads of a block share: memory, and sums in a fixed order.
#pragma once

#include "cuda/entry_points.h"
#include "cuda/tile/team.h"

namespace mn::cuda {

#ifdef __CUDA_ARCH__
constexpr int kSharedFloats = shared_floats(__CUDA_ARCH__ / 100);
#else
constexpr int kSharedFloats = shared_floats(8);
#endif
constexpr int kBuffers = kSharedFloats / (2 * TileShape<32>::kOperandFloats);
static_assert(kSharedFloats == kBuffers * 2 * TileShape<64>::kOperandFloats);

// Not handed from function to function: as a constant its address takes no registers. kSharedFloats, or kRingBytes, as
// the launch asks for.
#ifndef MN_CUDA_STATIC_STAGES
extern __shared__ __align__(128) float tile_memory[];
#else // what the launch asks for lies behind it, unused; never assembled for a GPU, which has less that is static
static __shared__ __align__(128) float tile_memory[kSharedFloats > (4 << 10) ? 16 << 10 : kSharedFloats];
#endif

// What a thread keeps across calls and barriers: in registers it would spill to memory whose cache every barrier of the
// grid empties. Of the chunk: its next step, and its end, and the step that diverged, if any; of the barrier: whether
// it was not passed yet, and its token; layer; tile.
enum class Kept { step, end, diverged, parted, token, layer, tile, marks };
constexpr int kKept = 8;
static __shared__ int kept_memory[kKept][kThreads];

__device__ inline int& kept(Kept what) {
    return kept_memory[static_cast<int>(what)][threadIdx.x];
}

// In a build for mn_cuda_bench phases: where the block's last tile of a phase has come to.
#ifdef MN_CUDA_PHASE_CLOCKS
static __device__ PhaseClocks phase_clocks;

__device__ inline void read_inner_clock(int number) {
    const int phase = kept(Kept::marks) / 2;
    if (threadIdx.x == 0 && blockIdx.x < kClockBlocks && phase < kClockMarks / 2)
        phase_clocks.inner[blockIdx.x][phase][number] = clock64();
}
#else
__device__ inline void read_inner_clock(int) {}
#endif

// Butterflies: every lane ends with the same bits.
__device__ inline float warp_sum(float value) {
#pragma unroll
    for (int apart = 16; apart > 0; apart /= 2)
        value += __shfl_xor_sync(~0u, value, apart);
    return value;
}

// Sum over the block; every thread gets it.
template <typename T>
__device__ T block_sum(T value) {
    T* const shared = reinterpret_cast<T*>(tile_memory);
    __syncthreads();
    shared[threadIdx.x] = value;
    __syncthreads();
    for (int apart = kThreads / 2; apart > 0; apart /= 2) {
        if (threadIdx.x < apart)
            shared[threadIdx.x] += shared[threadIdx.x + apart];
        __syncthreads();
    }
    const T total = shared[0];
    __syncthreads();
    return total;
}

} // namespace mn::cuda
