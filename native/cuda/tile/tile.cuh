// One output tile of a matrix product, by all threads of a block: operands through double-buffered shared memory, sums
// in registers, the tile to an epilogue. Every phase's products are made here.
#pragma once

#include "cuda/tile/block.cuh"
#include "cuda/tile/engines.cuh"
#include "cuda/tile/feed.cuh"

namespace mn::cuda {

// Sums of a's rows m0.. and b's rows n0.. over `depth` products; epilogue(m, n, float4) once for each four neighbours
// in the tile, also outside of the matrix: outputs n .. n + 3 of row m, or where kTransposed m .. m + 3 of column n.
// Must be called by the whole block. Nothing in the loop waits for what it fetches before the block has multiplied.
template <typename E, int Tile, bool kTransposed, typename FeedA, typename FeedB, typename Epilogue>
__device__ void multiply_tile(FeedA a, FeedB b, int depth, int m0, int n0, Epilogue&& epilogue) {
    using Shape = TileShape<Tile>;
    float sums[16] = {};
    float* buffer = tile_memory; // a, then b; the other buffer follows
    a.fetch(0);
    b.fetch(0);
    a.store(buffer, 0);
    b.store(buffer + Shape::kOperandFloats, 0);
    __syncthreads();
    int other = 2 * Shape::kOperandFloats;
    for (int k = Shape::kDepth;; k += Shape::kDepth) {
        a.fetch(k); // beyond the depth: zeros, without a load
        b.fetch(k);
        __syncwarp(); // the compiler would put the loads off until registers are free, and their latency with them
        E::template multiply<Tile, FeedB::kBytes>(buffer, buffer + Shape::kOperandFloats, sums);
        if (k >= depth)
            break;
        if constexpr (kBuffers == 2) {
            buffer += other;
            other = -other;
        } else {
            __syncthreads();
        }
        a.store(buffer, k);
        b.store(buffer + Shape::kOperandFloats, k);
        __syncthreads();
    }
    __syncthreads();

    constexpr int kOutputs = Tile * Tile;
    float* const slice = tile_memory + threadIdx.x / Shape::kSliceThreads * kOutputs;
#pragma unroll
    for (int j = 0; j < 16; ++j) {
        const OutputSpot at = E::template output<Tile>(j);
        slice[sum_index<Tile, kTransposed>(kTransposed ? at.n : at.m, kTransposed ? at.m : at.n)] = sums[j];
    }
    __syncthreads();
#pragma unroll 1
    for (int j = 0; j < Shape::kQuads; ++j) {
        const int quad = threadIdx.x + kThreads * j;
        const int row = quad / (Tile / 4), column = 4 * (quad % (Tile / 4));
        float4 total = make_float4(0, 0, 0, 0);
#pragma unroll
        for (int s = 0; s < Shape::kSlices; ++s) {
            const float4 part = *reinterpret_cast<const float4*>(tile_memory + s * kOutputs +
                                                                 sum_index<Tile, kTransposed>(row, column));
            total = make_float4(total.x + part.x, total.y + part.y, total.z + part.z, total.w + part.w);
        }
        epilogue(m0 + (kTransposed ? column : row), n0 + (kTransposed ? row : column), total);
    }
    __syncthreads();
}

// Calls visit(first row, first column) with the block's share of tiles of Down x Across, which are dealt out in turn,
// the first to block `turn`.
template <int Down, int Across, typename Visit>
__device__ void each_tile(int rows, int columns, int turn, Visit&& visit) {
    const int block = blockIdx.x - turn;
    for (kept(Kept::tile) = block < 0 ? block + gridDim.x : block;; kept(Kept::tile) += gridDim.x) {
        const int across = ceil_div(columns, Across), tile = kept(Kept::tile);
        if (tile >= across * ceil_div(rows, Down))
            return;
        visit(tile / across * Down, tile % across * Across);
    }
}

} // namespace mn::cuda
