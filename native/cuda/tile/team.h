// The shape of a tile whose operands are on their way several stages ahead: which warps work together, what each thread
// copies, where it lies in shared memory, and which outputs it adds.
#pragma once

#include "cuda/host_device.h"
#include "cuda/tile/shape.h"

namespace mn::cuda {

constexpr int kUnit = 16;  // of the depth: what a warp takes into registers at once
constexpr int kPiece = 16; // bytes that are copied at once
// Bytes of operands that a block holds, of several stages, and the most stages. Before compute capability 9.0 a
// multiprocessor has 164 kB for two blocks.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
constexpr int kRingBytes = 64 << 10;
#else
constexpr int kRingBytes = 72 << 10;
#endif
constexpr int kMostStages = 6;

constexpr int ring_bytes(int architecture_major) {
    return architecture_major < 9 ? 64 << 10 : 72 << 10;
}

// A block computes Down x Across outputs. Its warps form kTeams teams, each of which multiplies its own parts of the
// depth, kDepth at a time, and shares what it copies for that; a warp computes 32 x 16 outputs. The teams' sums are
// added in a fixed order.
template <int Down, int Across>
struct TeamShape {
    static constexpr int kDown = Down, kAcross = Across;
    static constexpr int kWarpsDown = Down / 32, kWarpsAcross = Across / 16;
    static constexpr int kTeamWarps = kWarpsDown * kWarpsAcross;
    static constexpr int kTeams = kWarps / kTeamWarps;
    static constexpr int kTeamThreads = 32 * kTeamWarps;
    static constexpr int kDepth = kTeams == 1 ? 2 * kUnit : kUnit;
    static constexpr int kSumStride = Across + 4;    // of the outputs in shared memory; spreads rows over the banks
    static constexpr int kQuads = Down * Across / 4; // outputs of the block, four by four
    static_assert(kTeams * kTeamWarps == kWarps && Down % 32 == 0 && Across % 16 == 0);
    static_assert(4 * kTeams * Down * kSumStride <= 64 << 10, "the sums must fit where operands were");

    // First outputs of a warp.
    MN_HOST_DEVICE static constexpr int down(int warp) { return 32 * (warp % kTeamWarps % kWarpsDown); }
    MN_HOST_DEVICE static constexpr int across(int warp) { return 16 * (warp % kTeamWarps / kWarpsDown); }
};

// By the size of a tile: 16 stands for 32 x 16.
template <int Size>
using TeamOf = TeamShape<Size == 64 ? 64 : 32, Size>;

// Lane 4 g + t of a warp takes the products 4 t .. 4 t + 3 of each unit, in whatever order mma counts them: both
// operands do the same. Values are floats or bytes (kBytes); places are in values from the start of the operand.

// How a team's threads copy an operand of Extent rows or columns, piece by piece: kLine values lie side by side.
template <typename Shape_, int Extent_, bool kBytes_, int kLine>
struct Pieces {
    using Shape = Shape_;
    static constexpr int kExtent = Extent_, kTeamThreads = Shape::kTeamThreads;
    static constexpr bool kBytes = kBytes_;
    static constexpr int kOperandBytes = kExtent * Shape::kDepth * (kBytes ? 1 : 4);
    static constexpr int kValues = kPiece / (kBytes ? 1 : 4); // of a piece
    static constexpr int kAcross = kLine / kValues;
    static constexpr int kAll = kOperandBytes / kPiece;
    static constexpr int kCopies = kAll < kTeamThreads ? 1 : kAll / kTeamThreads; // of a thread
    static constexpr int kThreadsUsed = kAll / kCopies;
    static constexpr int kLinesFurther = kThreadsUsed / kAcross; // from a thread's copy to its next
    static_assert(kLine % kValues == 0 && kThreadsUsed % kAcross == 0 && kAll % kCopies == 0);

    MN_HOST_DEVICE static constexpr int line(int thread) { return thread / kAcross; }
    MN_HOST_DEVICE static constexpr int first(int thread) { return kValues * (thread % kAcross); } // within the line
};

// An operand whose memory runs along the depth.
template <typename Shape, int Extent, bool kBytes>
struct AlongK : Pieces<Shape, Extent, kBytes, Shape::kDepth> {
    MN_HOST_DEVICE static constexpr int index(int k, int i) { return (k / kUnit * Extent + i) * kUnit + k % kUnit; }
    // The rows that a lane takes of a warp's 32, or columns of 16: number 0 .. 3, or 0 .. 1.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return lane / 4 + 8 * number; }
    // Which outputs are at its accumulators of mma.m16n8: columns, by n8 block and accumulator.
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 8 * block + 2 * (lane % 4) + accumulator % 2;
    }
};

// An operand whose memory runs across the depth. The exclusive-or spreads rows of floats over the banks; rows of bytes,
// of which four fill all banks, change places.
template <typename Shape, int Extent, bool kBytes>
struct AlongI : Pieces<Shape, Extent, kBytes, Extent> {
    MN_HOST_DEVICE static constexpr int index(int k, int i) {
        if (kBytes) {
            const int place = k / kUnit * kUnit + k % 4 * 4 + k % kUnit / 4;
            return (i / 32 * Shape::kDepth + place) * 32 + i % 32;
        }
        if (Extent == 16) // of which two rows fill all banks
            return (k % 4 * 4 + k / 4) * 16 + 4 * (i / 4 ^ 2 * (k / 8)) + i % 4;
        return k * Extent + 4 * (i / 4 ^ 2 * (k / 4 % 4)) + i % 4;
    }
    static_assert(Extent >= 32 || (!kBytes && Shape::kDepth == kUnit));
    // From row 4 t + e to the next, at the same columns.
    static constexpr int kNext = kBytes ? 4 * 32 : Extent == 16 ? 4 * 16 : Extent;
    // Neighbours: four of a warp's 32 rows, or two of its 16 columns.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return 4 * (lane / 4) + number; }
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 4 * (lane % 4) + 2 * (accumulator % 2) + block;
    }
};

} // namespace mn::cuda
