// Engines: how sums += a * b is computed on a block's slice of the depth.
#pragma once

#include <cstdint>
#include <type_traits>

#include "cuda/tile/shape.h"

namespace mn::cuda {

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

} // namespace mn::cuda
