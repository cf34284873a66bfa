// The shape of a tile whose operands are on their way several stages ahead: which warps work together, what each thread
// copies, where it lies in shared memory, and which outputs it adds.
#pragma once

#include "cuda/host_device.h"
#include "cuda/tile/shape.h"

namespace mn::cuda {

constexpr int kUnit = 16;        // of the depth: what a warp takes into registers at once
constexpr int kFewestStages = 2; // of operands in shared memory, one of which is multiplied
constexpr int kMostStages = 6;

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
    static constexpr int kOperandFloats = Tile * kDepth;
    static constexpr int kStageFloats = kTeams * 2 * kOperandFloats;
    static constexpr int kCopies = kOperandFloats / 4 / kTeamThreads; // of four values, by a thread, of an operand
    static constexpr int kSumStride = Tile + 4; // of the outputs in shared memory; spreads rows over the banks
    static constexpr int kQuads = Tile * Tile / 4 / kThreads; // outputs of a thread, four by four
    static_assert(kTeams * kTeamWarps == kWarps && kCopies == 2);
    static_assert(kTeams * Tile * kSumStride <= kFewestStages * kStageFloats, "the sums must fit where operands were");

    // First outputs of a warp.
    MN_HOST_DEVICE static constexpr int down(int warp) { return 32 * (warp % kTeamWarps % kWarpsDown); }
    MN_HOST_DEVICE static constexpr int across(int warp) { return 16 * (warp % kTeamWarps / kWarpsDown); }
};

constexpr int kStageFloats = TeamShape<32>::kStageFloats;
static_assert(kStageFloats == TeamShape<64>::kStageFloats);

// Lane 4 g + t of a warp takes the products 4 t .. 4 t + 3 of each unit, in whatever order mma counts them: both
// operands do the same. kBytes: values are bytes, else floats; places are in values from the start of the operand.

// An operand whose memory runs along the depth.
template <int Tile, bool kBytes>
struct AlongK {
    using Shape = TeamShape<Tile>;

    MN_HOST_DEVICE static constexpr int index(int k, int i) { return (k / kUnit * Tile + i) * kUnit + k % kUnit; }
    // The four neighbours of copy number `copy` of a team's thread.
    MN_HOST_DEVICE static constexpr Spot spot(int thread, int copy) {
        constexpr int kAcross = Shape::kDepth / 4;
        const int number = thread + copy * Shape::kTeamThreads;
        return {number / kAcross, 4 * (number % kAcross)};
    }
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
struct AlongI {
    using Shape = TeamShape<Tile>;

    MN_HOST_DEVICE static constexpr int index(int k, int i) {
        if (kBytes) {
            const int place = k / kUnit * kUnit + k % 4 * 4 + k % kUnit / 4;
            return (i / 32 * Shape::kDepth + place) * 32 + i % 32;
        }
        return k * Tile + 4 * (i / 4 ^ 2 * (k / 4 % 4)) + i % 4;
    }
    MN_HOST_DEVICE static constexpr Spot spot(int thread, int copy) {
        constexpr int kAcross = Tile / 4;
        const int number = thread + copy * Shape::kTeamThreads;
        return {4 * (number % kAcross), number / kAcross};
    }
    // Neighbours: four of a warp's 32 rows, or two of its 16 columns.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return 4 * (lane / 4) + number; }
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 4 * (lane % 4) + 2 * (accumulator % 2) + block;
    }
};

} // namespace mn::cuda
