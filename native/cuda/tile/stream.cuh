// An operand's way from device memory into a stage of shared memory, by cp.async: as it lies there, to be converted by
// whoever multiplies it.
#pragma once

#include <climits>
#include <cstdint>

#include "cuda/tile/global.cuh"
#include "cuda/tile/team.h"

namespace mn::cuda {

// kBytes (4 or 16) to an address in shared memory; zeros, and no access, where `from` is not `there`.
template <int kBytes>
__device__ inline void copy_ahead(uint32_t to, const void* from, bool there) {
#if __CUDA_ARCH__ >= 800
    if constexpr (kBytes == 16) { // past L1, which would only hold what other multiprocessors write anew
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global(from)), "r"(there ? 16 : 0)
                     : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(global(from)), "r"(there ? 4 : 0)
                     : "memory");
    }
#endif
}

// What was asked for since the last of these is one stage.
__device__ inline void end_stage() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Until all stages but the last `pending` (at most kMostStages - 2) have arrived; what this thread asked for.
__device__ inline void wait_for_stages(int pending) {
#if __CUDA_ARCH__ >= 800
    switch (pending) {
    case 4:
        asm volatile("cp.async.wait_group 4;" ::: "memory");
        return;
    case 3:
        asm volatile("cp.async.wait_group 3;" ::: "memory");
        return;
    case 2:
        asm volatile("cp.async.wait_group 2;" ::: "memory");
        return;
    case 1:
        asm volatile("cp.async.wait_group 1;" ::: "memory");
        return;
    default:
        asm volatile("cp.async.wait_group 0;" ::: "memory");
    }
#endif
}
static_assert(kMostStages == 6);

// A source of a stream has `rows` rows of `columns` floats or bytes (kBytes), zeros beyond; four neighbours are copied
// at once. kLookedUp: finding a row, by place(row), takes a load. kOne: behind the columns there is a 1, the bias's
// input.

template <int Tile, typename Source>
struct StreamAlongK { // the source's rows are the tile's rows
    using Layout = AlongK<Tile, Source::kBytes>;
    using Shape = TeamShape<Tile>;
    using Element = typename Source::Element;
    static constexpr bool kBytes = Source::kBytes;
    static constexpr int kThere = INT_MIN;
    struct Places {};
    const Element* lines[Shape::kCopies];
    int left[Shape::kCopies]; // columns from this thread's first on
    bool exists[Shape::kCopies];

    __device__ StreamAlongK(const Source& source, int first) {
        const int thread = threadIdx.x % Shape::kTeamThreads;
#pragma unroll
        for (int c = 0; c < Shape::kCopies; ++c) {
            const Spot at = Layout::spot(thread, c);
            exists[c] = first + at.i < source.rows;
            lines[c] = source.line(exists[c] ? source.place(first + at.i) : 0) + at.k;
            left[c] = source.columns - at.k;
        }
    }
    __device__ Places places(int) const {
        return {};
    }
    __device__ void copy(uint32_t operand, int k0, Places) const {
        const int thread = threadIdx.x % Shape::kTeamThreads;
#pragma unroll
        for (int c = 0; c < Shape::kCopies; ++c) {
            const Spot at = Layout::spot(thread, c);
            const void* from = lines[c] + k0;
            bool there = exists[c] && k0 < left[c];
            if constexpr (Source::kOne) {
                if (k0 == left[c]) {
                    from = Source::one();
                    there = exists[c];
                }
            }
            copy_ahead<4 * sizeof(Element)>(operand + sizeof(Element) * Layout::index(at.k, at.i), from, there);
        }
    }
};

template <int Tile, typename Source>
struct StreamAlongI { // the source's rows are the depth
    using Layout = AlongI<Tile, Source::kBytes>;
    using Shape = TeamShape<Tile>;
    using Element = typename Source::Element;
    static constexpr bool kBytes = Source::kBytes;
    struct Places {
        int of[Source::kLookedUp ? Shape::kCopies : 1];
    };
    const Source source;
    int column;
    bool one = false;
    int rows;

    __device__ StreamAlongI(const Source& s, int i0) : source(s) {
        column = i0 + Layout::spot(threadIdx.x % Shape::kTeamThreads, 0).i;
        if constexpr (Source::kOne)
            one = column == s.columns;
        rows = column < s.columns || one ? s.rows : 0;
    }
    // Of the rows from k0 on.
    __device__ Places places(int k0) const {
        Places found = {};
        if constexpr (Source::kLookedUp) {
#pragma unroll
            for (int c = 0; c < Shape::kCopies; ++c) {
                const int row = k0 + Layout::spot(threadIdx.x % Shape::kTeamThreads, c).k;
                found.of[c] = row < rows ? source.place(row) : 0;
            }
        }
        return found;
    }
    __device__ void copy(uint32_t operand, int k0, Places found) const {
        const int thread = threadIdx.x % Shape::kTeamThreads;
#pragma unroll
        for (int c = 0; c < Shape::kCopies; ++c) {
            const Spot at = Layout::spot(thread, c);
            const int row = k0 + at.k;
            const void* from = source.line(Source::kLookedUp ? found.of[c] : row) + column;
            if constexpr (Source::kOne)
                from = one ? Source::one() : from;
            copy_ahead<4 * sizeof(Element)>(operand + sizeof(Element) * Layout::index(at.k, at.i), from, row < rows);
        }
    }
};

} // namespace mn::cuda
