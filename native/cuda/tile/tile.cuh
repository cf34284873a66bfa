// One output tile of a matrix product, by all threads of a block: operands through double-buffered shared memory, sums
// in registers, the tile to an epilogue. Every phase's products are made here.
#pragma once

#include "cuda/tile/block.cuh"
#include "cuda/tile/engines.cuh"
#include "cuda/tile/feed.cuh"

namespace mn::cuda {

// Sums of a's rows m0.. and b's rows n0.. over `depth` products; epilogue(m, n, float4 of n .. n + 3) once for each
// quad of the tile, also outside of the matrix. Must be called by the whole block.
template <typename E, int Tile, typename FeedA, typename FeedB, typename Epilogue>
__device__ void multiply_tile(FeedA a, FeedB b, int depth, int m0, int n0, Epilogue&& epilogue) {
    using Shape = TileShape<Tile>;
    float sums[16] = {};
    float* buffer = tile_memory; // a, then b; the other buffer follows
    a.fetch(0);
    b.fetch(0);
    a.store(buffer);
    b.store(buffer + Shape::kOperandFloats);
    __syncthreads();
    int other = 2 * Shape::kOperandFloats;
    for (int k = Shape::kDepth;; k += Shape::kDepth) {
        const bool more = k < depth;
        if (more) {
            a.fetch(k);
            b.fetch(k);
        }
        multiply_slice<E, Tile>(buffer, buffer + Shape::kOperandFloats, sums);
        if (more) {
            a.store(buffer + other);
            b.store(buffer + other + Shape::kOperandFloats);
        }
        __syncthreads();
        if (!more)
            break;
        buffer += other;
        other = -other;
    }

    constexpr int kOutputs = Tile * Tile;
    float* const slice = tile_memory + threadIdx.x / Shape::kSliceThreads * kOutputs;
#pragma unroll
    for (int j = 0; j < 16; ++j) {
        const OutputSpot at = output_spot<E, Tile>(j);
        slice[at.m * Tile + at.n] = sums[j];
    }
    __syncthreads();
#pragma unroll
    for (int j = 0; j < Shape::kQuads; ++j) {
        const int quad = threadIdx.x + kThreads * j;
        float4 total = make_float4(0, 0, 0, 0);
#pragma unroll
        for (int s = 0; s < Shape::kSlices; ++s) {
            const float4 part = *reinterpret_cast<const float4*>(tile_memory + s * kOutputs + 4 * quad);
            total = make_float4(total.x + part.x, total.y + part.y, total.z + part.z, total.w + part.w);
        }
        epilogue(m0 + quad / (Tile / 4), n0 + 4 * (quad % (Tile / 4)), total);
    }
    __syncthreads();
}

// Calls visit(m0, n0) with the block's share of a product's tiles. Tiles are dealt out in turn, the first to block
// `turn`; the number of tiles.
template <int Tile, typename Visit>
__device__ int each_tile(int rows, int columns, int turn, Visit&& visit) {
    const int across = ceil_div(columns, Tile), tiles = across * ceil_div(rows, Tile);
    const int blocks = gridDim.x, block = blockIdx.x;
    for (int tile = block >= turn ? block - turn : block - turn + blocks; tile < tiles; tile += blocks)
        visit(tile / across * Tile, tile % across * Tile);
    return tiles;
}

} // namespace mn::cuda
