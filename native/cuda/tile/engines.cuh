// Engines: how operands lie in shared memory, and how sums += a * b is computed on a block's slice of the depth.
#pragma once

#include <cstdint>

#include "cuda/tile/shape.h"

namespace mn::cuda {

struct Ffma {
    static constexpr bool kTensorCores = false;
    template <int Tile>
    using Layout = ByDepth<Tile>;

    template <int Tile, bool kBytes>
    __device__ static void put_along_k(float* operand, Spot at, float4 v) {
        operand[Layout<Tile>::index(at.k, at.i)] = v.x;
        operand[Layout<Tile>::index(at.k + 1, at.i)] = v.y;
        operand[Layout<Tile>::index(at.k + 2, at.i)] = v.z;
        operand[Layout<Tile>::index(at.k + 3, at.i)] = v.w;
    }
    template <int Tile, bool kBytes>
    __device__ static void put_along_i(float* operand, const float4 (&values)[2]) {
#pragma unroll
        for (int j = 0; j < 2; ++j) {
            const Spot at = Layout<Tile>::along_i(threadIdx.x, j);
            *reinterpret_cast<float4*>(operand + Layout<Tile>::index(at.k, at.i)) = values[j];
        }
    }
    template <int Tile, bool kBytes>
    __device__ static void multiply(const float* a, const float* b, float (&sums)[16]) {
        using Shape = TileShape<Tile>;
        const OutputSpot at = fma_output<Tile>(threadIdx.x, 0);
        const int k0 = threadIdx.x / Shape::kSliceThreads * Shape::kSliceDepth;
#pragma unroll 1
        for (int k = k0; k < k0 + Shape::kSliceDepth; k += 16) {
            const float* am[4]; // four places serve sixteen products of the depth: see ByDepth::index
            const float* bm[4];
#pragma unroll
            for (int turn = 0; turn < 4; ++turn) {
                am[turn] = a + k * Tile + (at.m ^ 8 * turn);
                bm[turn] = b + k * Tile + (at.n ^ 8 * turn);
            }
#pragma unroll
            for (int dk = 0; dk < 16; ++dk) {
                const int turn = (dk ^ (dk >> 2)) & 3;
                const float4 av = *reinterpret_cast<const float4*>(am[turn] + dk * Tile);
                const float4 bv = *reinterpret_cast<const float4*>(bm[turn] + dk * Tile);
                const float m[4] = {av.x, av.y, av.z, av.w}, n[4] = {bv.x, bv.y, bv.z, bv.w};
#pragma unroll
                for (int j = 0; j < 16; ++j)
                    sums[j] = fmaf(m[j / 4], n[j % 4], sums[j]);
            }
        }
    }
    template <int Tile>
    __device__ static OutputSpot output(int j) {
        return fma_output<Tile>(threadIdx.x, j);
    }
};

// ---- tensor cores

// Four matrices of 8 rows of 16 bytes, at an address in shared memory.
__device__ inline void load_matrices(uint32_t (&words)[4], uint32_t address) {
#if __CUDA_ARCH__ >= 800
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                 : "r"(address)
                 : "memory");
#endif
}

__device__ inline void mma_tf32(float* sums, const uint32_t* a, const uint32_t* b) {
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

__device__ inline void mma_bf16(float* sums, const uint32_t* a, const uint32_t* b) {
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// A float as two tf32 numbers: the nearest, and the rest, of whose lowest bits the tensor cores take no notice. A NaN
// is one in the rest at least.
template <int Count>
struct Split {
    uint32_t high[Count], low[Count];

    __device__ explicit Split(const uint32_t (&values)[Count]) {
#pragma unroll
        for (int i = 0; i < Count; ++i) {
            high[i] = (values[i] + 0x1000u) & 0xffffe000u;
            low[i] = __float_as_uint(__uint_as_float(values[i]) - __uint_as_float(high[i]));
        }
    }
};

// The nearest tf32, below which the tensor cores take no notice of what is left: half of the last place that is kept is
// added away from zero. In floating point, so that a NaN stays one.
__device__ inline float near_tf32(float value) {
    const float power = __uint_as_float(__float_as_uint(value) & 0xff800000u);
    return fmaf(power, 0x1p-11f, value);
}

__device__ inline uint32_t pack_bf16(float low, float high) {
    uint32_t bits = 0;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
#endif
    return bits;
}

// What a warp computes of a tile whose operands come by stages: by m16 block, n8 block and accumulator.
using WarpSums = float[2][2][4];

// Two of a lane's four products of a unit, as mma.m16n8k8 wants them: see team.h.
struct UnitHalf {
    uint32_t a[2][4], b[2][2];

    __device__ UnitHalf(const float (&rows)[4][4], const float (&columns)[2][4], int half) {
#pragma unroll
        for (int block = 0; block < 2; ++block) {
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                a[block][2 * e] = __float_as_uint(rows[2 * block][2 * half + e]);
                a[block][2 * e + 1] = __float_as_uint(rows[2 * block + 1][2 * half + e]);
                b[block][e] = __float_as_uint(columns[block][2 * half + e]);
            }
        }
    }
};

__device__ inline void add_tf32(WarpSums& sums, const uint32_t (&a)[2][4], const uint32_t (&b)[2][2]) {
#pragma unroll
    for (int block = 0; block < 2; ++block) {
        mma_tf32(sums[block][0], a[block], b[0]);
        mma_tf32(sums[block][1], a[block], b[1]);
    }
}

// What the engines on tensor cores share. Engine: kPerWord; kSumsApart, whether sixteen products at a time are added up
// by mma and their sums outside; word(), what is stored of a float; fragments(), the products of 16 x 32 outputs.
// kExact: b's values are bytes, which tf32 and bf16 hold exactly.
template <typename Engine, int kPerWord_>
struct TensorCores {
    static constexpr bool kTensorCores = true;
    static constexpr int kPerWord = kPerWord_;
    static constexpr int kStepDepth = 8 * kPerWord; // of one mma: two chunks
    template <int Tile>
    using Layout = ByRow<Tile, kPerWord>;

    template <int Tile, bool kExact>
    __device__ static void put_along_k(float* operand, Spot at, float4 v) {
        float* const to = operand + Layout<Tile>::index(at.k, at.i);
        if constexpr (kPerWord == 1) {
            *reinterpret_cast<float4*>(to) =
                make_float4(Engine::template word<kExact>(v.x), Engine::template word<kExact>(v.y),
                            Engine::template word<kExact>(v.z), Engine::template word<kExact>(v.w));
        } else {
            *reinterpret_cast<uint2*>(to) = make_uint2(pack_bf16(v.x, v.y), pack_bf16(v.z, v.w));
        }
    }
    template <int Tile, bool kExact>
    __device__ static void put_along_i(float* operand, const float4 (&values)[2]) {
        const Spot at = Layout<Tile>::along_i(threadIdx.x, 0);
        const float first[4] = {values[0].x, values[0].y, values[0].z, values[0].w};
        const float second[4] = {values[1].x, values[1].y, values[1].z, values[1].w};
#pragma unroll
        for (int e = 0; e < 4; ++e) {
            float* const to = operand + Layout<Tile>::index(at.k, at.i + e);
            if constexpr (kPerWord == 1) {
                *reinterpret_cast<float2*>(to) =
                    make_float2(Engine::template word<kExact>(first[e]), Engine::template word<kExact>(second[e]));
            } else {
                *reinterpret_cast<uint32_t*>(to) = pack_bf16(first[e], second[e]);
            }
        }
    }
    template <int Tile, bool kExact>
    __device__ static void multiply(const float* a, const float* b, float (&sums)[16]) {
        using Shape = TileShape<Tile>;
        constexpr int kSteps = Shape::kSliceDepth / kStepDepth, kGroup = 16 / kStepDepth;
        constexpr uint32_t kFurther = 16 * Layout<Tile>::kRowWords * sizeof(float); // 16 rows of b
        const uint32_t a_at = address<Tile>(a, a_matrices(threadIdx.x % 32), warp_origin<Tile>(threadIdx.x).m);
        const uint32_t b_at = address<Tile>(b, b_matrices(threadIdx.x % 32), warp_origin<Tile>(threadIdx.x).n);
#pragma unroll 1 // more at once would spill
        for (int group = 0; group < kSteps; group += kGroup) {
            float apart[16] = {};
#pragma unroll
            for (int step = group; step < group + kGroup; ++step) {
                uint32_t am[4], bm[2][4];
                load_matrices(am, a_at ^ 32 * step);
                load_matrices(bm[0], b_at ^ 32 * step);
                load_matrices(bm[1], (b_at ^ 32 * (step ^ 1)) + kFurther); // see ByRow::chunk
                Engine::template fragments<kExact>(am, bm, Engine::kSumsApart ? apart : sums);
            }
            if constexpr (Engine::kSumsApart) {
#pragma unroll
                for (int j = 0; j < 16; ++j)
                    sums[j] += apart[j];
            }
        }
    }
    template <int Tile>
    __device__ static OutputSpot output(int j) {
        return mma_output<Tile>(threadIdx.x, j);
    }

  private:
    // What a lane hands to ldmatrix for the first step of its warp's slice of the depth.
    template <int Tile>
    __device__ static uint32_t address(const float* operand, Spot lane, int row) {
        using Shape = TileShape<Tile>;
        constexpr int kSliceChunks = Shape::kSliceDepth / Layout<Tile>::kChunkDepth;
        const int number = threadIdx.x / Shape::kSliceThreads * kSliceChunks + lane.k;
        return static_cast<uint32_t>(__cvta_generic_to_shared(operand + Layout<Tile>::chunk(row + lane.i, number)));
    }
};

// The precision of float32: all products of the split operands but low * low, which is below its rounding. Tensor cores
// cut off what does not fit into their sums, always towards zero: added up there over the whole depth, that would cost
// a hundred times float32's error.
struct Tf32x3 : TensorCores<Tf32x3, 1> {
    static constexpr bool kSumsApart = true;

    template <bool kExactA, bool kExactB>
    __device__ static void unit(const float (&a)[4][4], const float (&b)[2][4], WarpSums& sums) {
        WarpSums apart = {};
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const UnitHalf values(a, b, half);
            if constexpr (kExactA) {
                const Split<2> bs[2] = {Split<2>(values.b[0]), Split<2>(values.b[1])};
                const uint32_t high[2][2] = {{bs[0].high[0], bs[0].high[1]}, {bs[1].high[0], bs[1].high[1]}};
                const uint32_t low[2][2] = {{bs[0].low[0], bs[0].low[1]}, {bs[1].low[0], bs[1].low[1]}};
                add_tf32(apart, values.a, low);
                add_tf32(apart, values.a, high);
            } else {
                uint32_t high[2][4], low[2][4];
#pragma unroll
                for (int block = 0; block < 2; ++block) {
                    const Split<4> as(values.a[block]);
#pragma unroll
                    for (int i = 0; i < 4; ++i)
                        high[block][i] = as.high[i], low[block][i] = as.low[i];
                }
                if constexpr (kExactB) {
                    add_tf32(apart, low, values.b);
                    add_tf32(apart, high, values.b);
                } else {
                    const Split<2> bs[2] = {Split<2>(values.b[0]), Split<2>(values.b[1])};
                    const uint32_t b_high[2][2] = {{bs[0].high[0], bs[0].high[1]}, {bs[1].high[0], bs[1].high[1]}};
                    const uint32_t b_low[2][2] = {{bs[0].low[0], bs[0].low[1]}, {bs[1].low[0], bs[1].low[1]}};
                    add_tf32(apart, low, b_high);
                    add_tf32(apart, high, b_low);
                    add_tf32(apart, high, b_high);
                }
            }
        }
#pragma unroll
        for (int i = 0; i < 16; ++i)
            sums[i / 8][i / 4 % 2][i % 4] += apart[i / 8][i / 4 % 2][i % 4];
    }

    template <bool kExact>
    __device__ static float word(float value) {
        return value;
    }
    template <bool kExact>
    __device__ static void fragments(const uint32_t (&a)[4], const uint32_t (&b)[2][4], float* sums) {
        const Split<4> as(a);
        if constexpr (kExact) {
#pragma unroll
            for (int f = 0; f < 4; ++f)
                mma_tf32(sums + 4 * f, as.low, b[f / 2] + f % 2 * 2);
#pragma unroll
            for (int f = 0; f < 4; ++f)
                mma_tf32(sums + 4 * f, as.high, b[f / 2] + f % 2 * 2);
        } else {
#pragma unroll
            for (int half = 0; half < 2; ++half) { // all at once would take more registers than there are
                const Split<4> bs(b[half]);
                float* const to = sums + 8 * half;
                mma_tf32(to, as.low, bs.high);
                mma_tf32(to + 4, as.low, bs.high + 2);
                mma_tf32(to, as.high, bs.low);
                mma_tf32(to + 4, as.high, bs.low + 2);
                mma_tf32(to, as.high, bs.high);
                mma_tf32(to + 4, as.high, bs.high + 2);
            }
        }
    }
};

struct Tf32 : TensorCores<Tf32, 1> {
    template <bool kExactA, bool kExactB>
    __device__ static void unit(float (&a)[4][4], float (&b)[2][4], WarpSums& sums) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
#pragma unroll
            for (int r = 0; r < 4; ++r)
                a[r][e] = word<kExactA>(a[r][e]);
#pragma unroll
            for (int c = 0; c < 2; ++c)
                b[c][e] = word<kExactB>(b[c][e]);
        }
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const UnitHalf values(a, b, half);
            add_tf32(sums, values.a, values.b);
        }
    }

    static constexpr bool kSumsApart = false;

    template <bool kExact>
    __device__ static float word(float value) {
        return kExact ? value : near_tf32(value);
    }
    template <bool kExact>
    __device__ static void fragments(const uint32_t (&a)[4], const uint32_t (&b)[2][4], float* sums) {
#pragma unroll
        for (int f = 0; f < 4; ++f)
            mma_tf32(sums + 4 * f, a, b[f / 2] + f % 2 * 2);
    }
};

struct Bf16 : TensorCores<Bf16, 2> {
    template <bool kExactA, bool kExactB>
    __device__ static void unit(const float (&a)[4][4], const float (&b)[2][4], WarpSums& sums) {
        uint32_t bs[2][2];
#pragma unroll
        for (int j = 0; j < 2; ++j) {
            bs[j][0] = pack_bf16(b[j][0], b[j][1]);
            bs[j][1] = pack_bf16(b[j][2], b[j][3]);
        }
#pragma unroll
        for (int block = 0; block < 2; ++block) {
            const float(&upper)[4] = a[2 * block];
            const float(&lower)[4] = a[2 * block + 1];
            const uint32_t as[4] = {pack_bf16(upper[0], upper[1]), pack_bf16(lower[0], lower[1]),
                                    pack_bf16(upper[2], upper[3]), pack_bf16(lower[2], lower[3])};
            mma_bf16(sums[block][0], as, bs[0]);
            mma_bf16(sums[block][1], as, bs[1]);
        }
    }

    static constexpr bool kSumsApart = false;

    template <bool kExact>
    __device__ static void fragments(const uint32_t (&a)[4], const uint32_t (&b)[2][4], float* sums) {
#pragma unroll
        for (int f = 0; f < 4; ++f)
            mma_bf16(sums + 4 * f, a, b[f / 2] + f % 2 * 2);
    }
};

} // namespace mn::cuda
