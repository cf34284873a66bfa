// One output tile of a matrix product, by all threads of a block: operands through double-buffered shared memory, sums
// in registers, the tile to an epilogue. Every phase's products are made here.
#pragma once

#include <type_traits>

#include "cuda/arguments.h"

namespace mn::cuda {

// ---- where operands come from
// ----------------------------------------------------------------------------------------

// Floats in device memory, read four columns at a time. Zero outside.
struct Matrix {
    const float* values;
    int stride, rows;

    // Of a row: what quad() finds it by; less than 0 outside.
    __device__ int place(int row) const { return row < rows ? row : -1; }
    __device__ float4 quad(int place, int column) const {
        if (place < 0 || column >= stride)
            return make_float4(0, 0, 0, 0);
        return *reinterpret_cast<const float4*>(values + static_cast<int64_t>(place) * stride + column);
    }
};

// A layer's input: such a matrix, or samples of the data set picked by the order of the pass, followed by the bias's 1.
struct Input {
    Matrix matrix; // no values: samples
    const DataArguments* data;
    int first; // of row 0: its position in the order, or where there is none its sample

    __device__ int place(int row) const {
        if (matrix.values || row >= matrix.rows)
            return matrix.place(row);
        return data->order ? data->order[first + row] : first + row;
    }
    __device__ float4 quad(int place, int column) const {
        if (matrix.values || place < 0 || column >= matrix.stride)
            return matrix.quad(place, column);
        const int64_t offset = place * data->stride;
        return column + 4 <= data->features ? pixels(offset + column) : last_pixels(offset, column);
    }

  private:
    __device__ float4 pixels(int64_t at) const {
        if (!data->bytes)
            return *reinterpret_cast<const float4*>(static_cast<const float*>(data->pixels) + at);
        const uchar4 b = *reinterpret_cast<const uchar4*>(static_cast<const uint8_t*>(data->pixels) + at);
        const PixelScale& s = data->scale;
        return make_float4(s.value(b.x), s.value(b.y), s.value(b.z), s.value(b.w));
    }
    __device__ float4 last_pixels(int64_t offset, int column) const {
        return make_float4(one_pixel(offset, column), one_pixel(offset, column + 1), one_pixel(offset, column + 2),
                           one_pixel(offset, column + 3));
    }
    __device__ float one_pixel(int64_t offset, int column) const {
        if (column >= data->features)
            return column == data->features ? 1.0f : 0.0f;
        const int64_t at = offset + column;
        return data->bytes ? data->scale.value(static_cast<const uint8_t*>(data->pixels)[at])
                           : static_cast<const float*>(data->pixels)[at];
    }
};

// Feeds one operand: fetch() into registers, store() into shared memory as [depth][tile].
template <int Tile, typename Source>
struct FeedAlongK { // the source's rows are the tile's rows
    using Shape = TileShape<Tile>;
    const Source source;
    int place;
    float4 held[Shape::kLoads];

    __device__ FeedAlongK(const Source& s, int i0)
        : source(s), place(s.place(i0 + spot_along_k<Tile>(threadIdx.x).i)) {}
    __device__ void fetch(int k0) {
        k0 += spot_along_k<Tile>(threadIdx.x).k;
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            held[j] = source.quad(place, k0 + j * Shape::kLoadDepth);
    }
    __device__ void store(float* operand) const {
        const Spot at = spot_along_k<Tile>(threadIdx.x);
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            float* const to = operand + j * Shape::kLoadDepth * Tile;
            to[operand_index<Tile>(at.k, at.i)] = held[j].x;
            to[operand_index<Tile>(at.k + 1, at.i)] = held[j].y;
            to[operand_index<Tile>(at.k + 2, at.i)] = held[j].z;
            to[operand_index<Tile>(at.k + 3, at.i)] = held[j].w;
        }
    }
};

template <int Tile, typename Source>
struct FeedAlongI { // the source's rows are the depth; their places are looked up one round ahead
    using Shape = TileShape<Tile>;
    const Source source;
    int i0;
    int places[Shape::kLoads];
    float4 held[Shape::kLoads];

    __device__ FeedAlongI(const Source& s, int first) : source(s), i0(first) { look_up(0); }
    __device__ void fetch(int k0) {
        const int i = i0 + spot_along_i<Tile>(threadIdx.x).i;
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            held[j] = source.quad(places[j], i);
        look_up(k0 + Shape::kDepth);
    }
    __device__ void store(float* operand) const {
        const Spot at = spot_along_i<Tile>(threadIdx.x);
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            float* const to = operand + j * Shape::kLoadDepth * Tile;
            *reinterpret_cast<float4*>(to + operand_index<Tile>(at.k, at.i)) = held[j];
        }
    }

  private:
    __device__ void look_up(int k0) {
        k0 += spot_along_i<Tile>(threadIdx.x).k;
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            places[j] = source.place(k0 + j * Shape::kLoadDepth);
    }
};

// ---- engines: how sums += a * b is computed on a block's slice of the depth
// --------------------------------------------

struct Ffma {
    static constexpr bool kTensorCores = false;

    template <int Tile>
    __device__ static void multiply(const float* a, const float* b, int k0, float (&sums)[16]) {
        const OutputSpot at = fma_output<Tile>(threadIdx.x, 0);
#pragma unroll 4
        for (int k = k0; k < k0 + TileShape<Tile>::kSliceDepth; ++k) {
            const float4 av = *reinterpret_cast<const float4*>(a + operand_index<Tile>(k, at.m));
            const float4 bv = *reinterpret_cast<const float4*>(b + operand_index<Tile>(k, at.n));
            const float m[4] = {av.x, av.y, av.z, av.w}, n[4] = {bv.x, bv.y, bv.z, bv.w};
#pragma unroll
            for (int j = 0; j < 16; ++j)
                sums[j] = fmaf(m[j / 4], n[j % 4], sums[j]);
        }
    }
    template <int Tile>
    __device__ static OutputSpot output(int j) {
        return fma_output<Tile>(threadIdx.x, j);
    }
};

__device__ inline uint32_t to_tf32(float value) {
    uint32_t bits = 0;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
#endif
    return bits;
}

__device__ inline void mma_tf32(float* sums, const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

__device__ inline void mma_bf16(float* sums, const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// A float as two tf32 numbers: what tf32 keeps, and the rest.
template <int Count>
struct Split {
    uint32_t high[Count], low[Count];

    __device__ explicit Split(const float (&values)[Count]) {
#pragma unroll
        for (int i = 0; i < Count; ++i) {
            high[i] = to_tf32(values[i]);
            low[i] = to_tf32(values[i] - __uint_as_float(high[i]));
        }
    }
};

// Compensated: all products of the split operands but low * low, which is below float32's rounding.
struct Tf32x3 {
    static constexpr bool kTensorCores = true;

    __device__ static void fragments(const float (&a)[4], const float (&b)[4][2], float (&sums)[16]) {
        const Split<4> as(a);
#pragma unroll
        for (int f = 0; f < 4; ++f) {
            const Split<2> bs(b[f]);
            mma_tf32(sums + 4 * f, as.low, bs.high);
            mma_tf32(sums + 4 * f, as.high, bs.low);
            mma_tf32(sums + 4 * f, as.high, bs.high);
        }
    }
};

struct Tf32 {
    static constexpr bool kTensorCores = true;

    __device__ static void fragments(const float (&a)[4], const float (&b)[4][2], float (&sums)[16]) {
        const uint32_t am[4] = {to_tf32(a[0]), to_tf32(a[1]), to_tf32(a[2]), to_tf32(a[3])};
#pragma unroll
        for (int f = 0; f < 4; ++f) {
            const uint32_t bm[2] = {to_tf32(b[f][0]), to_tf32(b[f][1])};
            mma_tf32(sums + 4 * f, am, bm);
        }
    }
};

struct Bf16 {
    static constexpr bool kTensorCores = true;
};

__device__ inline uint32_t pack_bf16(float low, float high) {
    uint32_t bits = 0;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
#endif
    return bits;
}

// What a thread reads of an operand's sixteen products of the depth: see operand_turn().
template <int Tile>
struct Lines {
    const float* at[4];

    __device__ Lines(const float* operand, int k, int i) {
#pragma unroll
        for (int e = 0; e < 4; ++e)
            at[e] = operand + operand_index<Tile>(k, i ^ (8 * e));
    }
    // Depth k + dk of the eight rows from i ^ 8 e.
    __device__ float value(int dk, int e) const {
        return at[e ^ operand_turn(dk)][dk * Tile];
    }
    __device__ uint32_t pair(int dk, int e) const {
        return pack_bf16(value(dk, e), value(dk + 1, e));
    }
};

// Sixteen products of the depth: two fragments of mma.m16n8k8 ..
template <typename E, int Tile>
__device__ void multiply_tf32(const float* a, const float* b, int k, float (&sums)[16]) {
    const OutputSpot origin = warp_origin<Tile>(threadIdx.x);
    const int group = threadIdx.x % 32 / 4, lane = threadIdx.x % 4;
    const Lines<Tile> as(a, k + lane, origin.m + group), bs(b, k + lane, origin.n + group);
#pragma unroll
    for (int dk = 0; dk < 16; dk += 8) {
        const float am[4] = {as.value(dk, 0), as.value(dk, 1), as.value(dk + 4, 0), as.value(dk + 4, 1)};
        float bm[4][2];
#pragma unroll
        for (int f = 0; f < 4; ++f) {
            bm[f][0] = bs.value(dk, f);
            bm[f][1] = bs.value(dk + 4, f);
        }
        E::fragments(am, bm, sums);
    }
}

// .. or one of mma.m16n8k16, each register two neighbours along k.
template <int Tile>
__device__ void multiply_bf16(const float* a, const float* b, int k, float (&sums)[16]) {
    const OutputSpot origin = warp_origin<Tile>(threadIdx.x);
    const int group = threadIdx.x % 32 / 4, lane = threadIdx.x % 4;
    const Lines<Tile> as(a, k + 2 * lane, origin.m + group), bs(b, k + 2 * lane, origin.n + group);
    const uint32_t am[4] = {as.pair(0, 0), as.pair(0, 1), as.pair(8, 0), as.pair(8, 1)};
#pragma unroll
    for (int f = 0; f < 4; ++f) {
        const uint32_t bm[2] = {bs.pair(0, f), bs.pair(8, f)};
        mma_bf16(sums + 4 * f, am, bm);
    }
}

template <typename E, int Tile>
__device__ void multiply_slice(const float* a, const float* b, float (&sums)[16]) {
    using Shape = TileShape<Tile>;
    const int k0 = threadIdx.x / Shape::kSliceThreads * Shape::kSliceDepth;
    if constexpr (!E::kTensorCores) {
        E::template multiply<Tile>(a, b, k0, sums);
    } else {
#pragma unroll 1 // more at once would spill
        for (int k = 0; k < Shape::kSliceDepth; k += 16) {
            if constexpr (std::is_same_v<E, Bf16>) {
                multiply_bf16<Tile>(a, b, k0 + k, sums);
            } else {
                multiply_tf32<E, Tile>(a, b, k0 + k, sums);
            }
        }
    }
}

template <typename E, int Tile>
__device__ OutputSpot output_spot(int j) {
    if constexpr (E::kTensorCores) {
        return mma_output<Tile>(threadIdx.x, j);
    } else {
        return E::template output<Tile>(j);
    }
}

// ---- the tile
// --------------------------------------------------------------------------------------------------------

constexpr int kSharedFloats = 4 * TileShape<32>::kOperandFloats;
constexpr int kArgumentFloats = 80;
static_assert(kSharedFloats == 4 * TileShape<64>::kOperandFloats);

// A block's shared memory. Not handed from function to function: as constants their addresses take no registers.
alignas(16) static __shared__ float tile_memory[kSharedFloats];
alignas(16) static __shared__ float argument_memory[kArgumentFloats];

__device__ inline const StepArguments& arguments() {
    return *reinterpret_cast<const StepArguments*>(argument_memory);
}

// Sums of a's rows m0.. and b's rows n0.. over `depth` products; epilogue(m, n, float4 of n .. n + 3) once for each
// quad of the tile, also outside of the matrix. Must be called by the whole block.
template <typename E, int Tile, typename FeedA, typename FeedB, typename Epilogue>
__device__ void multiply_tile(FeedA a, FeedB b, int depth, int m0, int n0, Epilogue&& epilogue) {
    using Shape = TileShape<Tile>;
    float sums[16] = {};
    float* buffer = tile_memory; // a, then b; the other buffer follows
    a.fetch(0);
    b.fetch(0);
    a.store(buffer);
    b.store(buffer + Shape::kOperandFloats);
    __syncthreads();
    int other = 2 * Shape::kOperandFloats;
    for (int k = Shape::kDepth;; k += Shape::kDepth) {
        const bool more = k < depth;
        if (more) {
            a.fetch(k);
            b.fetch(k);
        }
        multiply_slice<E, Tile>(buffer, buffer + Shape::kOperandFloats, sums);
        if (more) {
            a.store(buffer + other);
            b.store(buffer + other + Shape::kOperandFloats);
        }
        __syncthreads();
        if (!more)
            break;
        buffer += other;
        other = -other;
    }

    constexpr int kOutputs = Tile * Tile;
    float* const slice = tile_memory + threadIdx.x / Shape::kSliceThreads * kOutputs;
#pragma unroll
    for (int j = 0; j < 16; ++j) {
        const OutputSpot at = output_spot<E, Tile>(j);
        slice[at.m * Tile + at.n] = sums[j];
    }
    __syncthreads();
#pragma unroll
    for (int j = 0; j < Shape::kQuads; ++j) {
        const int quad = threadIdx.x + kThreads * j;
        float4 total = make_float4(0, 0, 0, 0);
#pragma unroll
        for (int s = 0; s < Shape::kSlices; ++s) {
            const float4 part = *reinterpret_cast<const float4*>(tile_memory + s * kOutputs + 4 * quad);
            total = make_float4(total.x + part.x, total.y + part.y, total.z + part.z, total.w + part.w);
        }
        epilogue(m0 + quad / (Tile / 4), n0 + 4 * (quad % (Tile / 4)), total);
    }
    __syncthreads();
}

// Writes the first `count` of four values; whole quads at once.
__device__ inline void store_quad(float* to, float4 v, int count) {
    if (count >= 4) {
        *reinterpret_cast<float4*>(to) = v;
        return;
    }
    const float values[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int e = 0; e < 3; ++e) {
        if (e < count)
            to[e] = values[e];
    }
}

} // namespace mn::cuda
