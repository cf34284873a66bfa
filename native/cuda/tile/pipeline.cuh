// One output tile of a matrix product on tensor cores, by all threads of a block: operands by cp.async, several stages
// ahead, through shared memory; sums in registers; the tile to an epilogue.
#pragma once

#include "cuda/meeting.cuh"
#include "cuda/tile/block.cuh"
#include "cuda/tile/engines.cuh"
#include "cuda/tile/fragments.cuh"
#include "cuda/tile/stream.cuh"
#include "cuda/tile/team.h"

namespace mn::cuda {

// Where a warp's sums wait for those of the other teams.
template <typename Shape, typename LayoutA, typename LayoutB>
__device__ inline void put_sums(const WarpSums& sums) {
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    float* const slice = tile_memory + warp / Shape::kTeamWarps * Shape::kDown * Shape::kSumStride;
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

// Sums of a's rows and b's rows over `depth` products; to an epilogue for outputs n .. n + 3 of row m, of the tile,
// also outside of the matrix: prepare(m, n), as early as that pays, then finish(m, n, float4). By the whole block.
// kFirst: the operand that does not depend on the phase before, so that it is asked for before all blocks have met.
enum class Operand { a, b };

template <typename E, typename Shape, Operand kFirst, typename StreamA, typename StreamB, typename Epilogue>
__device__ __forceinline__ void multiply_streams(StreamA a, StreamB b, int depth, Epilogue epilogue) {
    using LayoutA = typename StreamA::Layout;
    using LayoutB = typename StreamB::Layout;
    constexpr uint32_t kStageBytes = LayoutA::kOperandBytes + LayoutB::kOperandBytes;
    constexpr int kFitting = kRingBytes / kStageBytes, kStages = kFitting < kMostStages ? kFitting : kMostStages;
    static_assert(kStages >= 2);
    const int warp = threadIdx.x / 32;
    const char* const memory = reinterpret_cast<const char*>(tile_memory);
    const auto shared = static_cast<uint32_t>(__cvta_generic_to_shared(memory));
    uint32_t to = (kStages - 1) * kStageBytes, from = 0; // stages that are filled and multiplied
    const auto ask = [&](Operand which, uint32_t stage) {
        if (which == Operand::a) {
            a.copy(shared + stage);
        } else {
            b.copy(shared + stage + LayoutA::kOperandBytes);
        }
    };

    read_inner_clock(0);
#pragma unroll 1
    for (int i = 0; i < kStages - 1 && i * Shape::kDepth < depth; ++i)
        ask(kFirst, i * kStageBytes);
    meet_here();
#pragma unroll 1
    for (int i = 0; i < kStages - 1; ++i) {
        if (i * Shape::kDepth < depth)
            ask(kFirst == Operand::a ? Operand::b : Operand::a, i * kStageBytes);
        end_stage(); // the first has all that was asked for before, too
    }
    read_inner_clock(1);
    WarpSums sums = {};
#pragma unroll 1
    for (int left = depth; left > 0; left -= Shape::kDepth) {
        wait_for_stages<kStages - 2>();
        __syncthreads(); // what others copied is there, too, and all have done with the stage that comes next
        if (left == depth)
            read_inner_clock(2);
        if ((kStages - 1) * Shape::kDepth < left) {
            ask(Operand::a, to);
            ask(Operand::b, to);
        }
        end_stage();
        to = to == (kStages - 1) * kStageBytes ? 0 : to + kStageBytes;
#pragma unroll 1
        for (int unit = Shape::unit(warp); unit < Shape::unit(warp) + Shape::kUnits; ++unit) {
            if (kUnit * unit >= left)
                break;
            float av[4][4], bv[2][4];
            rows_of(LayoutA(), memory + from, unit, Shape::down(warp), av);
            columns_of(LayoutB(), memory + from + LayoutA::kOperandBytes, unit, Shape::across(warp), bv);
            E::template unit<StreamA::kBytes, StreamB::kBytes>(av, bv, sums);
        }
        from = from == (kStages - 1) * kStageBytes ? 0 : from + kStageBytes;
    }

    read_inner_clock(3);
    const auto row_of = [](int quad) { return quad / (Shape::kAcross / 4); };
    const auto column_of = [](int quad) { return 4 * (quad % (Shape::kAcross / 4)); };
    if (threadIdx.x < Shape::kQuads)
        epilogue.prepare(row_of(threadIdx.x), column_of(threadIdx.x));
    __syncthreads();
    put_sums<Shape, LayoutA, LayoutB>(sums);
    __syncthreads();
    read_inner_clock(4);
#pragma unroll 1
    for (int quad = threadIdx.x; quad < Shape::kQuads; quad += kThreads) {
        const int row = row_of(quad), column = column_of(quad);
        if (quad >= kThreads)
            epilogue.prepare(row, column);
        float4 total = make_float4(0, 0, 0, 0);
#pragma unroll
        for (int t = 0; t < Shape::kTeams; ++t) {
            const float4 part =
                *reinterpret_cast<const float4*>(tile_memory + (t * Shape::kDown + row) * Shape::kSumStride + column);
            total = make_float4(total.x + part.x, total.y + part.y, total.z + part.z, total.w + part.w);
        }
        epilogue.finish(row, column, total);
    }
    __syncthreads();
    read_inner_clock(5);
}

} // namespace mn::cuda
