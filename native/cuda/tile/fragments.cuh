// A warp's share of a stage: from shared memory to registers, as numbers. See team.h for what a lane takes.
#pragma once

#include <cstdint>

#include "cuda/tile/team.h"

namespace mn::cuda {

// Byte number `number` of a word, by way of the float that has it as its lowest bits.
__device__ inline float byte_of(uint32_t word, int number) {
    return __uint_as_float(__byte_perm(word, 0x4b000000u, 0x7650u | number)) - 8388608.0f;
}

// Operand a: four rows by four products of the depth.
template <typename Shape, int Extent, bool kBytes>
__device__ inline void rows_of(AlongK<Shape, Extent, kBytes>, const void* operand, int unit, int first,
                               float (&a)[4][4]) {
    using Layout = AlongK<Shape, Extent, kBytes>;
    const int lane = threadIdx.x % 32, at = Layout::index(kUnit * unit + 4 * (lane % 4), first + Layout::row(lane, 0));
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        const int place = at + 8 * r * kUnit;
        if constexpr (kBytes) {
            const uint32_t word = *reinterpret_cast<const uint32_t*>(static_cast<const uint8_t*>(operand) + place);
#pragma unroll
            for (int e = 0; e < 4; ++e)
                a[r][e] = byte_of(word, e);
        } else {
            const float4 v = *reinterpret_cast<const float4*>(static_cast<const float*>(operand) + place);
            a[r][0] = v.x, a[r][1] = v.y, a[r][2] = v.z, a[r][3] = v.w;
        }
    }
}

template <typename Shape, int Extent>
__device__ inline void rows_of(AlongI<Shape, Extent, false>, const void* operand, int unit, int first,
                               float (&a)[4][4]) {
    using Layout = AlongI<Shape, Extent, false>;
    const int lane = threadIdx.x % 32, at = Layout::index(kUnit * unit + 4 * (lane % 4), first + Layout::row(lane, 0));
#pragma unroll
    for (int e = 0; e < 4; ++e) {
        const float4 v = *reinterpret_cast<const float4*>(static_cast<const float*>(operand) + at + e * Layout::kNext);
        a[0][e] = v.x, a[1][e] = v.y, a[2][e] = v.z, a[3][e] = v.w;
    }
}

// Operand b: two columns by four products.
template <typename Shape, int Extent>
__device__ inline void columns_of(AlongK<Shape, Extent, false>, const void* operand, int unit, int first,
                                  float (&b)[2][4]) {
    using Layout = AlongK<Shape, Extent, false>;
    const int lane = threadIdx.x % 32, at = Layout::index(kUnit * unit + 4 * (lane % 4), first + Layout::row(lane, 0));
#pragma unroll
    for (int j = 0; j < 2; ++j) {
        const float4 v = *reinterpret_cast<const float4*>(static_cast<const float*>(operand) + at + 8 * j * kUnit);
        b[j][0] = v.x, b[j][1] = v.y, b[j][2] = v.z, b[j][3] = v.w;
    }
}

template <typename Shape, int Extent, bool kBytes>
__device__ inline void columns_of(AlongI<Shape, Extent, kBytes>, const void* operand, int unit, int first,
                                  float (&b)[2][4]) {
    using Layout = AlongI<Shape, Extent, kBytes>;
    const int lane = threadIdx.x % 32, at = Layout::index(kUnit * unit + 4 * (lane % 4), first + 2 * (lane / 4));
#pragma unroll
    for (int e = 0; e < 4; ++e) {
        if constexpr (kBytes) {
            const uint32_t word =
                *reinterpret_cast<const uint16_t*>(static_cast<const uint8_t*>(operand) + at + e * Layout::kNext);
            b[0][e] = byte_of(word, 0);
            b[1][e] = byte_of(word, 1);
        } else {
            const float2 v =
                *reinterpret_cast<const float2*>(static_cast<const float*>(operand) + at + e * Layout::kNext);
            b[0][e] = v.x, b[1][e] = v.y;
        }
    }
}

} // namespace mn::cuda
