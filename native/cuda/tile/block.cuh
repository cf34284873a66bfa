// What the threads of a block share: memory, and sums in a fixed order.
#pragma once

#include "cuda/tile/shape.h"

namespace mn::cuda {

// Of operands. A multiprocessor of compute capability 7.5 has 64 kB for the blocks on it; with one buffer there are
// two.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
constexpr int kBuffers = 1;
#else
constexpr int kBuffers = 2;
#endif
constexpr int kSharedFloats = kBuffers * 2 * TileShape<32>::kOperandFloats;
static_assert(kSharedFloats == kBuffers * 2 * TileShape<64>::kOperandFloats);

// Not handed from function to function: as a constant its address takes no registers.
alignas(128) static __shared__ float tile_memory[kSharedFloats];

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
