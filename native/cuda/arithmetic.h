// What net/*-inl.h compute with here: a float.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "cuda/host_device.h"
#include "net/activation.h"
#include "net/dropout.h"
#include "net/loss.h"
#include "net/optimizer.h"

namespace mn::cuda {

MN_HOST_DEVICE inline float zero_of(float) {
    return 0;
}
MN_HOST_DEVICE inline float set_like(float, float x) {
    return x;
}
MN_HOST_DEVICE inline float add(float a, float b) {
    return a + b;
}
MN_HOST_DEVICE inline float sub(float a, float b) {
    return a - b;
}
MN_HOST_DEVICE inline float mul(float a, float b) {
    return a * b;
}
MN_HOST_DEVICE inline float div(float a, float b) {
    return a / b;
}
MN_HOST_DEVICE inline float sqrt_of(float a) {
    return sqrtf(a);
}
MN_HOST_DEVICE inline float max_of(float a, float b) {
    return fmaxf(a, b);
}
MN_HOST_DEVICE inline float mul_add(float a, float b, float c) {
    return fmaf(a, b, c);
}
MN_HOST_DEVICE inline float mul_sub(float a, float b, float c) {
    return fmaf(a, b, -c);
}
MN_HOST_DEVICE inline float neg_mul_add(float a, float b, float c) {
    return fmaf(-a, b, c);
}
MN_HOST_DEVICE inline float negative_abs(float a) {
    return -fabsf(a);
}
MN_HOST_DEVICE inline float with_sign_of(float a, float b) {
    return copysignf(a, b);
}
template <int kMore>
MN_HOST_DEVICE float power_of_two(float shifted) {
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (uint32_t{127 + kMore} << 23);
    float power;
    memcpy(&power, &bits, sizeof power);
    return power;
}
MN_HOST_DEVICE inline float select_less(float a, float b, float x, float y) {
    return a < b ? x : y;
}
MN_HOST_DEVICE inline float select_greater(float a, float b, float x, float y) {
    return a > b ? x : y;
}

// And for philox-inl.h: one counter.
MN_HOST_DEVICE inline uint64_t wide_product(uint32_t word, uint32_t x) {
    return static_cast<uint64_t>(word) * x;
}
MN_HOST_DEVICE inline uint32_t high_word(uint64_t product) {
    return static_cast<uint32_t>(product >> 32);
}
MN_HOST_DEVICE inline uint32_t low_word(uint64_t product) {
    return static_cast<uint32_t>(product);
}
MN_HOST_DEVICE inline uint32_t xor_of(uint32_t a, uint32_t b, uint32_t c) {
    return a ^ b ^ c;
}

MN_HOST_DEVICE inline float abs_of(float a) {
    return fabsf(a);
}
MN_HOST_DEVICE inline float exp_of_negative(float a) {
    return expf(a);
}
MN_HOST_DEVICE inline float log1p_of_unit(float a) {
    return log1pf(a);
}

#if defined(__CUDA_ARCH__)
#define MN_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__) // what nvcc hands to the host's compiler, whose pragma it does not let pass
#define MN_UNROLL
#else
#define MN_UNROLL _Pragma("GCC unroll 16")
#endif
#define MN_INLINE MN_HOST_DEVICE inline
#define MN_LAMBDA
#include "net/activation-inl.h"
#include "net/loss-inl.h"
#include "net/philox-inl.h"
#include "net/update-inl.h"
#undef MN_LAMBDA
#undef MN_INLINE
#undef MN_UNROLL

} // namespace mn::cuda
