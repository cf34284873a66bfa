// An operand's way from device memory into a stage of shared memory, by cp.async: as it lies there, to be converted by
// whoever multiplies it.
#pragma once

#include <cstdint>

#include "cuda/tile/global.cuh"
#include "cuda/tile/team.h"

namespace mn::cuda {

// A piece to an address in shared memory; zeros, and no access, where `from` is not `there`. Past L1, which would only
// hold what other multiprocessors write anew.
__device__ inline void copy_ahead(uint32_t to, const void* from, bool there) {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global(from)), "r"(there ? kPiece : 0)
                 : "memory");
#endif
}

// What was asked for since the last of these is one stage.
__device__ inline void end_stage() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Until all stages that this thread asked for have arrived but the last kPending.
template <int kPending>
__device__ inline void wait_for_stages() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
#endif
}

// A source of a stream has `rows` rows of `columns` floats or bytes (kBytes), whole pieces of which lie in memory;
// zeros beyond. kLookedUp: a row is found by place(row); else rows are `stride` values apart. kOne:
// behind the columns, which are whole pieces then, there is a 1, the bias's input.

template <typename Shape, int Extent, typename Source>
struct StreamAlongK { // the source's rows are the tile's rows
    using Layout = AlongK<Shape, Extent, Source::kBytes>;
    using Element = typename Source::Element;
    static constexpr bool kBytes = Source::kBytes;
    const Element* lines[Layout::kCopies]; // from this thread's first column of the next stage on
    int left;                              // columns from there
    unsigned exists = 0;                   // which rows, a bit for a copy
    uint32_t to;                           // within the operand

    __device__ StreamAlongK(const Source& source, int first_row) {
        const int at = Layout::first(threadIdx.x), line = Layout::line(threadIdx.x);
        left = source.columns - at;
        to = sizeof(Element) * Layout::index(at, line);
#pragma unroll
        for (int c = 0; c < Layout::kCopies; ++c) {
            const int row = first_row + line + c * Layout::kLinesFurther;
            const bool there = row < source.rows && threadIdx.x < Layout::kThreadsUsed;
            exists |= there << c;
            lines[c] = source.line(there ? row : 0) + at;
        }
    }
    // The next stage, into the operand at an address of shared memory.
    __device__ void copy(uint32_t operand) {
        if (Layout::kThreadsUsed == kThreads || threadIdx.x < Layout::kThreadsUsed) {
#pragma unroll
            for (int c = 0; c < Layout::kCopies; ++c) {
                const void* from = lines[c];
                bool there = left > 0;
                if constexpr (Source::kOne) {
                    from = left == 0 ? Source::one() : from;
                    there = left >= 0;
                }
                copy_ahead(operand + to + sizeof(Element) * Layout::kLinesFurther * c * kUnit, from,
                           there && (exists >> c & 1));
                lines[c] += Shape::kDepth;
            }
        }
        left -= Shape::kDepth;
    }
    static_assert(Layout::index(0, Layout::kLinesFurther) == Layout::kLinesFurther * kUnit);
};

template <typename Shape, int Extent, typename Source>
struct StreamAlongI { // the source's rows are the depth
    using Layout = AlongI<Shape, Extent, Source::kBytes>;
    using Element = typename Source::Element;
    static constexpr bool kBytes = Source::kBytes;
    const Source source;
    const Element* next; // this thread's column of the first copy's row or, where rows are looked up, of row 0
    int stride;          // of rows
    int row, rows;       // of the first copy's, and as many as there are for this thread
    int places[Source::kLookedUp ? Layout::kCopies : 1]; // of the next stage's rows: finding them may take a load
    uint32_t to[Layout::kCopies];

    __device__ StreamAlongI(const Source& s, int first_column) : source(s), stride(s.stride) {
        const int column = first_column + Layout::first(threadIdx.x);
        row = Layout::line(threadIdx.x);
        rows = column < s.columns && threadIdx.x < Layout::kThreadsUsed ? s.rows : 0;
        next = source.values + column;
        if constexpr (Source::kOne) {
            if (column == s.columns) { // the same for all rows
                next = static_cast<const Element*>(Source::one());
                stride = 0;
                rows = threadIdx.x < Layout::kThreadsUsed ? s.rows : 0;
            }
        }
        if constexpr (!Source::kLookedUp)
            next += static_cast<int64_t>(row) * stride;
#pragma unroll
        for (int c = 0; c < Layout::kCopies; ++c)
            to[c] = sizeof(Element) * Layout::index(row + c * Layout::kLinesFurther, Layout::first(threadIdx.x));
        look_up();
    }
    __device__ void copy(uint32_t operand) {
        if (Layout::kThreadsUsed == kThreads || threadIdx.x < Layout::kThreadsUsed) {
#pragma unroll
            for (int c = 0; c < Layout::kCopies; ++c) {
                const int64_t lines = Source::kLookedUp ? places[c] : c * Layout::kLinesFurther;
                copy_ahead(operand + to[c], next + lines * stride, row + c * Layout::kLinesFurther < rows);
            }
        }
        row += Shape::kDepth;
        if constexpr (!Source::kLookedUp)
            next += static_cast<int64_t>(Shape::kDepth) * stride;
        look_up();
    }

  private:
    __device__ void look_up() {
        if constexpr (Source::kLookedUp) {
#pragma unroll
            for (int c = 0; c < Layout::kCopies; ++c) {
                const int at = row + c * Layout::kLinesFurther;
                places[c] = at < rows ? source.place(at) : 0;
            }
        }
    }
};

} // namespace mn::cuda
