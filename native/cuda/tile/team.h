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
constexpr int kRingBytes = 80 << 10;
#endif
constexpr int kMostStages = 8;

constexpr int ring_bytes(int architecture_major) {
    return architecture_major < 9 ? 64 << 10 : 80 << 10;
}

// A block computes Down x Across outputs. Its warps form kTeams teams, each of which multiplies its own units of a
// stage; a warp computes 32 x 16 outputs. The teams' sums are added in a fixed order. All threads copy each stage, so
// that what lies side by side in memory is asked for at once. Units: of a stage and team; 0: one, or two where there is
// one team.
template <int Down, int Across, int Units = 0>
struct TeamShape {
    static constexpr int kDown = Down, kAcross = Across;
    static constexpr int kWarpsDown = Down / 32, kWarpsAcross = Across / 16;
    static constexpr int kTeamWarps = kWarpsDown * kWarpsAcross;
    static constexpr int kTeams = kWarps / kTeamWarps;
    static constexpr int kUnits = Units != 0 ? Units : kTeams == 1 ? 2 : 1; // of a stage, of each team
    static constexpr int kDepth = kUnit * kUnits * kTeams;                  // of a stage
    static constexpr int kSumStride = Across + 4;    // of the outputs in shared memory; spreads rows over the banks
    static constexpr int kQuads = Down * Across / 4; // outputs of the block, four by four
    static_assert(kTeams * kTeamWarps == kWarps && Down % 32 == 0 && Across % 16 == 0);
    static_assert(4 * kTeams * Down * kSumStride <= 64 << 10, "the sums must fit where operands were");

    // First outputs of a warp, and its first unit of a stage.
    MN_HOST_DEVICE static constexpr int down(int warp) { return 32 * (warp % kTeamWarps % kWarpsDown); }
    MN_HOST_DEVICE static constexpr int across(int warp) { return 16 * (warp % kTeamWarps / kWarpsDown); }
    MN_HOST_DEVICE static constexpr int unit(int warp) { return warp / kTeamWarps * kUnits; }
};

// How a product is cut into tiles. Plain FMA knows squares only.
enum class Cut : int8_t { half, square, wide, large }; // 32 x 16, 32 x 32, 32 x 64, 64 x 64

MN_HOST_DEVICE constexpr int down_of(Cut cut) {
    return cut == Cut::large ? 64 : 32;
}
MN_HOST_DEVICE constexpr int across_of(Cut cut) {
    return cut == Cut::half ? 16 : cut == Cut::square ? 32 : 64;
}

template <Cut kCut, int Units = 0>
using TeamOf = TeamShape<down_of(kCut), across_of(kCut), Units>;

// Lane 4 g + t of a warp takes the products 4 t .. 4 t + 3 of each unit, in whatever order mma counts them: both
// operands do the same. Values are floats or bytes (kBytes); places are in values from the start of the operand.

// How a block's threads copy an operand of Extent rows or columns, piece by piece: kLine values lie side by side.
template <typename Shape_, int Extent_, bool kBytes_, int kLine>
struct Pieces {
    using Shape = Shape_;
    static constexpr int kExtent = Extent_;
    static constexpr bool kBytes = kBytes_;
    static constexpr int kValues = kPiece / (kBytes ? 1 : 4); // of a piece
    static constexpr int kAcross = kLine / kValues;
    static constexpr int kAll = kExtent * Shape::kDepth / kValues;
    static constexpr int kCopies = kAll < kThreads ? 1 : kAll / kThreads; // of a thread
    static constexpr int kThreadsUsed = kAll / kCopies;
    static constexpr int kLinesFurther = kThreadsUsed / kAcross; // from a thread's copy to its next
    static_assert(kLine % kValues == 0 && kThreadsUsed % kAcross == 0 && kAll % kCopies == 0);

    MN_HOST_DEVICE static constexpr int line(int thread) { return thread / kAcross; }
    MN_HOST_DEVICE static constexpr int first(int thread) { return kValues * (thread % kAcross); } // within the line
};

// An operand whose memory runs along the depth: unit by unit, with 64 bytes between two, so that pieces of a line meet
// in no bank.
template <typename Shape, int Extent, bool kBytes>
struct AlongK : Pieces<Shape, Extent, kBytes, Shape::kDepth> {
    static constexpr int kUnitValues = Extent * kUnit + 64 / (kBytes ? 1 : 4);
    static constexpr int kOperandBytes = Shape::kDepth / kUnit * kUnitValues * (kBytes ? 1 : 4);

    MN_HOST_DEVICE static constexpr int index(int k, int i) { return k / kUnit * kUnitValues + i * kUnit + k % kUnit; }
    // The rows that a lane takes of a warp's 32, or columns of 16: number 0 .. 3, or 0 .. 1.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return lane / 4 + 8 * number; }
    // Which outputs are at its accumulators of mma.m16n8: columns, by n8 block and accumulator.
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 8 * block + 2 * (lane % 4) + accumulator % 2;
    }
};

// An operand whose memory runs across the depth. The exclusive-or spreads rows of floats over the banks; rows of 16
// floats, of which two fill all banks, and rows of bytes, of which four do, change places within their unit.
template <typename Shape, int Extent, bool kBytes>
struct AlongI : Pieces<Shape, Extent, kBytes, Extent> {
    static constexpr int kOperandBytes = Shape::kDepth * Extent * (kBytes ? 1 : 4);

    MN_HOST_DEVICE static constexpr int index(int k, int i) {
        const int within = k % kUnit, place = k - within + within % 4 * 4 + within / 4;
        if (kBytes)
            return (i / 32 * Shape::kDepth + place) * 32 + i % 32;
        if (Extent == 16)
            return place * 16 + 4 * (i / 4 ^ 2 * (within / 8)) + i % 4;
        return k * Extent + 4 * (i / 4 ^ 2 * (within / 4)) + i % 4;
    }
    static_assert(Extent >= 32 || !kBytes);
    // From row 4 t + e of a unit to the next, at the same columns.
    static constexpr int kNext = kBytes ? 4 * 32 : Extent == 16 ? 4 * 16 : Extent;
    // Neighbours: four of a warp's 32 rows, or two of its 16 columns.
    MN_HOST_DEVICE static constexpr int row(int lane, int number) { return 4 * (lane / 4) + number; }
    MN_HOST_DEVICE static constexpr int output(int lane, int block, int accumulator) {
        return 4 * (lane % 4) + 2 * (accumulator % 2) + block;
    }
};

} // namespace mn::cuda
