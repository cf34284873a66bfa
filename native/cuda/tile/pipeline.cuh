// One output tile of a matrix product on tensor cores, by all threads of a block: operands by cp.async, several stages
// ahead, through shared memory; sums in registers; the tile to an epilogue.
#pragma once

#include "cuda/tile/block.cuh"
#include "cuda/tile/engines.cuh"
#include "cuda/tile/fragments.cuh"
#include "cuda/tile/stream.cuh"
#include "cuda/tile/team.h"

namespace mn::cuda {

// All threads of a team.
template <int Tile>
__device__ inline void team_barrier() {
    using Shape = TeamShape<Tile>;
    if constexpr (Shape::kTeams == 1) {
        __syncthreads();
    } else {
        const int barrier = 1 + threadIdx.x / Shape::kTeamThreads; // 0 is that of __syncthreads()
        asm volatile("bar.sync %0, %1;" ::"r"(barrier), "n"(Shape::kTeamThreads) : "memory");
    }
}

// Where a warp's sums wait for those of the other teams.
template <int Tile, typename LayoutA, typename LayoutB>
__device__ inline void put_sums(const WarpSums& sums) {
    using Shape = TeamShape<Tile>;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    float* const slice = tile_memory + warp / Shape::kTeamWarps * Tile * Shape::kSumStride;
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        float* const to = slice + (Shape::down(warp) + LayoutA::row(lane, r)) * Shape::kSumStride + Shape::across(warp);
        const float(&block)[2][4] = sums[r / 2];
        const int first = 2 * (r % 2); // mma's accumulators 2 and 3 are eight rows further
        if constexpr (LayoutB::output(0, 1, 0) == 1) {
            *reinterpret_cast<float4*>(to + LayoutB::output(lane, 0, 0)) =
                make_float4(block[0][first], block[1][first], block[0][first + 1], block[1][first + 1]);
        } else {
#pragma unroll
            for (int j = 0; j < 2; ++j) {
                *reinterpret_cast<float2*>(to + LayoutB::output(lane, j, 0)) =
                    make_float2(block[j][first], block[j][first + 1]);
            }
        }
    }
}

// Sums of a's rows m0.. and b's rows n0.. over `depth` products; epilogue(m, n, float4) once for outputs n .. n + 3 of
// row m, also outside of the matrix. `stages`: of operands, for which shared memory has room. By the whole block.
template <typename E, int Tile, typename StreamA, typename StreamB, typename Epilogue>
__device__ void multiply_streams(const StreamA& a, const StreamB& b, int depth, int stages, int m0, int n0,
                                 Epilogue&& epilogue) {
    using Shape = TeamShape<Tile>;
    using LayoutA = typename StreamA::Layout;
    using LayoutB = typename StreamB::Layout;
    constexpr uint32_t kOperandBytes = sizeof(float) * Shape::kOperandFloats;
    constexpr uint32_t kStageBytes = sizeof(float) * kStageFloats;
    constexpr int kFurther = Shape::kTeams * Shape::kDepth; // from a team's part of the depth to its next
    const int warp = threadIdx.x / 32, team = warp / Shape::kTeamWarps;
    const char* const memory = reinterpret_cast<const char*>(tile_memory) + team * 2 * kOperandBytes;
    const auto shared = static_cast<uint32_t>(__cvta_generic_to_shared(memory));
    const uint32_t end = stages * kStageBytes;
    int next = team * Shape::kDepth; // of the depth: what is asked for next
    uint32_t to = 0, from = 0;       // stages that are filled and multiplied

    typename StreamA::Places places_a[kMostStages - 1];
    typename StreamB::Places places_b[kMostStages - 1];
#pragma unroll
    for (int i = 0; i < kMostStages - 1; ++i) { // all at once, since looking up takes as long as copying
        places_a[i] = a.places(next + i * kFurther);
        places_b[i] = b.places(next + i * kFurther);
    }
#pragma unroll
    for (int i = 0; i < kMostStages - 1; ++i) {
        if (i + 1 >= stages)
            break;
        if (next < depth) {
            a.copy(shared + to, next, places_a[i]);
            b.copy(shared + to + kOperandBytes, next, places_b[i]);
        }
        end_stage();
        next += kFurther;
        to += kStageBytes;
    }
    auto place_a = a.places(next);
    auto place_b = b.places(next);

    WarpSums sums = {};
    for (int k = team * Shape::kDepth; k < depth; k += kFurther) {
        wait_for_stages(stages - 2);
        team_barrier<Tile>(); // what the others copied is there, too, and all have done with the stage that comes next
        if (next < depth) {
            a.copy(shared + to, next, place_a);
            b.copy(shared + to + kOperandBytes, next, place_b);
        }
        end_stage();
        next += kFurther;
        place_a = a.places(next);
        place_b = b.places(next);
        to = to + kStageBytes == end ? 0 : to + kStageBytes;
#pragma unroll 1
        for (int unit = 0; unit < Shape::kDepth / kUnit; ++unit) {
            float av[4][4], bv[2][4];
            rows_of(LayoutA(), memory + from, unit, Shape::down(warp), av);
            columns_of(LayoutB(), memory + from + kOperandBytes, unit, Shape::across(warp), bv);
            E::template unit<StreamA::kBytes, StreamB::kBytes>(av, bv, sums);
        }
        from = from + kStageBytes == end ? 0 : from + kStageBytes;
    }
    __syncthreads();

    put_sums<Tile, LayoutA, LayoutB>(sums);
    __syncthreads();
#pragma unroll 1
    for (int j = 0; j < Shape::kQuads; ++j) {
        const int quad = threadIdx.x + kThreads * j, row = quad / (Tile / 4), column = 4 * (quad % (Tile / 4));
        float4 total = make_float4(0, 0, 0, 0);
#pragma unroll
        for (int t = 0; t < Shape::kTeams; ++t) {
            const float4 part =
                *reinterpret_cast<const float4*>(tile_memory + (t * Tile + row) * Shape::kSumStride + column);
            total = make_float4(total.x + part.x, total.y + part.y, total.z + part.z, total.w + part.w);
        }
        epilogue(m0 + row, n0 + column, total);
    }
    __syncthreads();
}

} // namespace mn::cuda
