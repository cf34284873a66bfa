// The shape of a tile whose operands are on their way several stages ahead: which warps work together, what each thread
// copies, where it lies in shared memory, and which outputs it adds.
#pragma once

#include "cuda/host_device.h"
#include "cuda/tile/shape.h"

namespace mn::cuda {

constexpr int kUnit = 16;  // of the depth: what a warp takes into registers at once
constexpr int kStages = 4; // of operands in shared memory, one of which is multiplied
constexpr int kPiece = 16; // bytes that are copied at once

// A block computes a square of Tile x Tile outputs. Its warps form kTeams teams, each of which multiplies its own parts
// of the depth, kDepth at a time, and shares what it copies for that; a warp computes 32 x 16 outputs. The teams' sums
// are added in a fixed order.
template <int Tile>
struct TeamShape {
    static_assert(Tile == 32 || Tile == 64);
    static constexpr int kTile = Tile;
    static constexpr int kWarpsDown = Tile / 32, kWarpsAcross = Tile / 16;
    static constexpr int kTeamWarps = kWarpsDown * kWarpsAcross;
    static constexpr int kTeams = kWarps / kTeamWarps;
    static constexpr int kTeamThreads = 32 * kTeamWarps;
    static constexpr int kDepth = Tile == 32 ? kUnit : 2 * kUnit;
    static constexpr int kOperandBytes = 4 * Tile * kDepth; // of floats
    static constexpr int kStageBytes = kTeams * 2 * kOperandBytes;
    static constexpr int kSumStride = Tile + 4; // of the outputs in shared memory; spreads rows over the banks
    static constexpr int kQuads = Tile * Tile / 4 / kThreads; // outputs of a thread, four by four
    static_assert(kTeams * kTeamWarps == kWarps);
    static_assert(4 * kTeams * Tile * kSumStride <= kStages * kStageBytes, "the sums must fit where operands were");

    // First outputs of a warp.
    MN_HOST_DEVICE static constexpr int down(int warp) { return 32 * (warp % kTeamWarps % kWarpsDown); }
    MN_HOST_DEVICE static constexpr int across(int warp) { return 16 * (warp % kTeamWarps / kWarpsDown); }
};

constexpr int kStageBytes = TeamShape<32>::kStageBytes;
static_assert(kStageBytes == TeamShape<64>::kStageBytes);

// Lane 4 g + t of a warp takes the products 4 t .. 4 t + 3 of each unit, in whatever order mma counts them: both
// operands do the same. Values are floats or bytes (kBytes); places are in values from the start of the operand.

// How a team's threads copy an operand, piece by piece: kLine values lie side by side.
template <int Tile, bool kBytes, int kLine>
struct Pieces {
    using Shape = TeamShape<Tile>;
    static constexpr int kValues = kPiece / (kBytes ? 1 : 4); // of a piece
    static constexpr int kAcross = kLine / kValues;
    static constexpr int kAll = Tile * Shape::kDepth / kValues;
    static constexpr int kCopies = kAll < Shape::kTeamThreads ? 1 : kAll / Shape::kTeamThreads; // of a thread
    static constexpr int kThreadsUsed = kAll / kCopies;
    static constexpr int kLinesFurther = kThreadsUsed / kAcross; // from a thread's copy to its next
    static_assert(kLine % kValues == 0 && kThreadsUsed % kAcross == 0 && kAll % kCopies == 0);

    MN_HOST_DEVICE static constexpr int line(int thread) { return thread / kAcross; }
    MN_HOST_DEVICE static constexpr int first(int thread) { return kValues * (thread % kAcross); } // within the line
};

// An operand whose memory runs along the depth.
template <int Tile, bool kBytes>
struct AlongK : Pieces<Tile, kBytes, TeamShape<Tile>::kDepth> {
    MN_HOST_DEVICE static constexpr int index(int k, int i) { return (k / kUnit * Tile + i) * kUnit + k % kUnit; }
    // The rows that a lane takes of a warp's 32, or columns of 16: number 0 .. 3, or 0 .. 1.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return lane / 4 + 8 * number; }
    // Which outputs are at its accumulators of mma.m16n8: columns, by n8 block and accumulator.
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 8 * block + 2 * (lane % 4) + accumulator % 2;
    }
};

// An operand whose memory runs across the depth. The exclusive-or spreads rows of floats over the banks; rows of bytes,
// of which four fill all banks, change places.
template <int Tile, bool kBytes>
struct AlongI : Pieces<Tile, kBytes, Tile> {
    MN_HOST_DEVICE static constexpr int index(int k, int i) {
        if (kBytes) {
            const int place = k / kUnit * kUnit + k % 4 * 4 + k % kUnit / 4;
            return (i / 32 * TeamShape<Tile>::kDepth + place) * 32 + i % 32;
        }
        return k * Tile + 4 * (i / 4 ^ 2 * (k / 4 % 4)) + i % 4;
    }
    // Neighbours: four of a warp's 32 rows, or two of its 16 columns.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return 4 * (lane / 4) + number; }
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 4 * (lane % 4) + 2 * (accumulator % 2) + block;
    }
};

} // namespace mn::cuda
