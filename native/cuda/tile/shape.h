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
    static constexpr int kLoads = kOperandFloats / 4 / kThreads; // quads of an operand a thread loads
    static constexpr int kLoadDepth = kDepth / kLoads;
    static_assert(kLoads == 2);
    static_assert(kSlices * kTile * kTile <= 2 * kOperandFloats, "the sums must fit where the operands were");
};

struct Spot {
    int i, k;
};

// An operand of plain FMA in shared memory is [depth][tile]; the exclusive-or spreads rows over the banks, so that a
// transposing store meets no conflict. Aligned groups of 8 stay together.
template <int Tile>
struct ByDepth {
    using Shape = TileShape<Tile>;

    MN_HOST_DEVICE static constexpr int index(int k, int i) { return k * Tile + (i ^ (((k ^ (k >> 2)) & 3) << 3)); }
    // What a thread's load number `load` fetches where memory runs along k: four values of k for one i.
    MN_HOST_DEVICE static constexpr Spot along_k(int thread, int load) {
        const int warp = thread / 32, lane = thread % 32;
        constexpr int kRowGroups = Tile / 8;
        return {8 * (warp % kRowGroups) + lane / 4,
                16 * (warp / kRowGroups) + 4 * (lane % 4) + load * Shape::kLoadDepth};
    }
    // And where memory runs along i: four values of i for one k.
    MN_HOST_DEVICE static constexpr Spot along_i(int thread, int load) {
        return {4 * (thread % (Tile / 4)), thread / (Tile / 4) + load * Shape::kLoadDepth};
    }
};

// An operand of the tensor cores is [tile][depth] in words of kPerWord values, so that ldmatrix hands each lane what
// mma wants. A row is cut into chunks of 16 bytes; the exclusive-or with turn(i) spreads them over the banks, so that
// neither eight rows' chunks (ldmatrix) nor a store meets a conflict.
template <int Tile, int kPerWord>
struct ByRow {
    using Shape = TileShape<Tile>;
    static constexpr int kChunkDepth = 4 * kPerWord;
    static constexpr int kChunks = Shape::kDepth / kChunkDepth;
    static constexpr int kRowWords = 4 * kChunks;
    static constexpr int kQuads = Shape::kDepth / 4;

    MN_HOST_DEVICE static constexpr int turn(int i) {
        return kChunks >= 8 ? (i ^ (i >> 3 & 3)) & 7 : (i >> 1 ^ i >> 3) & 3;
    }
    // First word of a chunk. Of row i + 16: kRowWords * 16 further, and turn() is exclusive-or 2.
    MN_HOST_DEVICE static constexpr int chunk(int i, int number) { return i * kRowWords + 4 * (number ^ turn(i)); }
    MN_HOST_DEVICE static constexpr int index(int k, int i) {
        return chunk(i, k / kChunkDepth) + k % kChunkDepth / kPerWord;
    }
    // As of ByDepth; but loads 0 and 1 along i are neighbours in k, which are stored together.
    MN_HOST_DEVICE static constexpr Spot along_k(int thread, int load) {
        return {thread / kQuads + load * (kThreads / kQuads), 4 * (thread % kQuads)};
    }
    MN_HOST_DEVICE static constexpr Spot along_i(int thread, int load) {
        const int warp = thread / 32, lane = thread % 32;
        constexpr int kAcross = Tile / 32; // warps side by side
        return {4 * (lane % 8) + 32 * (warp % kAcross), 2 * (lane / 8 + 4 * (warp / kAcross)) + load};
    }
};

// What a lane tells ldmatrix.x4: the row and the chunk, from the first of 16 rows and of two chunks. Of operand a the
// four matrices are (rows 0 .. 7 and 8 .. 15 of chunk 0, then of chunk 1), of b (chunks 0 and 1 of rows 0 .. 7, then of
// rows 8 .. 15): so a lane's registers are those of mma's fragments.
MN_HOST_DEVICE constexpr Spot a_matrices(int lane) {
    return {lane % 16, lane / 16};
}
MN_HOST_DEVICE constexpr Spot b_matrices(int lane) {
    return {lane % 8 + lane / 16 * 8, lane / 8 % 2};
}

// Where a tile's sums lie before they are handed on, four neighbours in a row together: without conflicts for those who
// write fragments of mma, along rows or (transposed) across.
template <int Tile, bool kTransposed>
MN_HOST_DEVICE constexpr int sum_index(int row, int column) {
    const int turn = 2 * ((kTransposed ? row >> 1 : row) & 3);
    return row * Tile + (column ^ 4 * turn);
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

// Of what tiles share whose operands come by way of registers, by the compute capability's major number. A
// multiprocessor of 7.5 has 64 kB for the blocks on it; with one buffer of operands there are two.
constexpr int shared_floats(int architecture_major) {
    return (architecture_major < 8 ? 1 : 2) * 2 * TileShape<32>::kOperandFloats;
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
