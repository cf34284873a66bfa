// The shape of a tile: what each thread of a block loads, where it lies in shared memory, which outputs the thread
// adds.
#pragma once

#include <cstdint>

#include "cuda/host_device.h"

namespace mn::cuda {

constexpr int kThreads = 256; // of every block
constexpr int kWarps = kThreads / 32;
constexpr int kBlocksPerMultiprocessor = 2; // registers are given out for so many at once

// A block computes a square of kTile x kTile outputs, kDepth products deep at a time. Small squares are shared by
// kSlices groups of warps, each of which sums its own part of the depth; the parts are added in a fixed order.
template <int Tile>
struct TileShape {
    static_assert(Tile == 32 || Tile == 64);
    static constexpr int kTile = Tile;
    static constexpr int kSlices = Tile == 32 ? 4 : 1;
    static constexpr int kDepth = Tile == 32 ? 64 : 32;
    static constexpr int kSliceDepth = kDepth / kSlices;
    static constexpr int kSliceThreads = kThreads / kSlices;
    static constexpr int kOperandFloats = kTile * kDepth;        // one operand, one of two buffers
    static constexpr int kQuads = kTile * kTile / 4 / kThreads;  // outputs of a thread, four by four
    static constexpr int kLoads = kOperandFloats / 4 / kThreads; // float4 of an operand a thread loads
    static constexpr int kLoadDepth = kDepth / kLoads;
    static_assert(kSlices * kTile * kTile <= 4 * kOperandFloats, "the sums must fit where the operands were");
};

// An operand in shared memory is [depth][tile]; the exclusive-or spreads rows over the banks, so that neither a
// transposing store nor a tensor-core fragment's load meets a conflict. Aligned groups of 8 stay together.
template <int Tile>
MN_HOST_DEVICE constexpr int operand_index(int k, int i) {
    return k * Tile + (i ^ (((k ^ (k >> 2)) & 3) << 3));
}

// Four places serve sixteen products of the depth, which spares registers: where k and dk < 16 have no bit in common,
// index(k + dk, i ^ 8 e) = index(k, i ^ 8 (e ^ turn(dk))) + dk * Tile.
MN_HOST_DEVICE constexpr int operand_turn(int dk) {
    return (dk ^ (dk >> 2)) & 3;
}

struct Spot {
    int i, k;
};

// Which float4 a thread fetches first where memory runs along k: four values of k for one i. The next ones lie
// kLoadDepth further along k, and in shared memory kLoadDepth * Tile.
template <int Tile>
MN_HOST_DEVICE constexpr Spot spot_along_k(int thread) {
    const int warp = thread / 32, lane = thread % 32;
    constexpr int kRowGroups = Tile / 8;
    return {8 * (warp % kRowGroups) + lane / 4, 16 * (warp / kRowGroups) + 4 * (lane % 4)};
}

// And where memory runs along i: four values of i for one k.
template <int Tile>
MN_HOST_DEVICE constexpr Spot spot_along_i(int thread) {
    return {4 * (thread % (Tile / 4)), thread / (Tile / 4)};
}

// What a tile of 64 x 64 costs, in tiles of 32 x 32: four times the products, but half the loads for each. An estimate.
constexpr int64_t kCostOfWide = 3;

// Whether a product of so many rows and columns is cut into tiles of 64 x 64: where `blocks`, each of which takes one
// tile in a round, have done with them no later. 0 blocks: always; INT64_MAX: never.
MN_HOST_DEVICE constexpr bool wide(int64_t blocks, int rows, int columns) {
    const int64_t small = static_cast<int64_t>(ceil_div(rows, 32)) * ceil_div(columns, 32);
    if (small <= blocks)
        return false; // one round
    const int64_t large = static_cast<int64_t>(ceil_div(rows, 64)) * ceil_div(columns, 64);
    return blocks == 0 || kCostOfWide * ceil_div(large, blocks) <= ceil_div(small, blocks);
}

struct OutputSpot {
    int m, n;
};

// Output j (0..15) of a thread that multiplies by plain FMA: a square of 4 x 4.
template <int Tile>
MN_HOST_DEVICE constexpr OutputSpot fma_output(int thread, int j) {
    const int within = thread % TileShape<Tile>::kSliceThreads;
    return {4 * (within / (Tile / 4)) + j / 4, 4 * (within % (Tile / 4)) + j % 4};
}

// First output of the 16 x 32 square that a warp computes on the tensor cores.
template <int Tile>
MN_HOST_DEVICE constexpr OutputSpot warp_origin(int thread) {
    const int warp = thread % TileShape<Tile>::kSliceThreads / 32;
    constexpr int kRows = Tile / 16;
    return {16 * (warp % kRows), 32 * (warp / kRows)};
}

// Output j of a thread there: accumulator j % 4 of fragment j / 4 (mma.m16n8).
template <int Tile>
MN_HOST_DEVICE constexpr OutputSpot mma_output(int thread, int j) {
    const OutputSpot origin = warp_origin<Tile>(thread);
    const int lane = thread % 32;
    return {origin.m + lane / 4 + 8 * (j % 4 / 2), origin.n + 8 * (j / 4) + 2 * (lane % 4) + j % 2};
}

} // namespace mn::cuda
