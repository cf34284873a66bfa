// The vectors that bf16's sums end in, and what net/*-inl.h ask of them. Included by bf16.cpp inside its namespace,
// where code for AVX-512 begins.

#define MN_INLINE inline __attribute__((always_inline))
#define MN_LAMBDA __attribute__((always_inline))

MN_INLINE __m512 zero_of(__m512) {
    return _mm512_setzero_ps();
}
MN_INLINE __m512 set_like(__m512, float x) {
    return _mm512_set1_ps(x);
}
MN_INLINE __m512 mul(__m512 a, __m512 b) {
    return _mm512_mul_ps(a, b);
}
MN_INLINE __m512 div(__m512 a, __m512 b) {
    return _mm512_div_ps(a, b);
}
MN_INLINE __m512 sqrt_of(__m512 a) {
    return _mm512_sqrt_ps(a);
}
MN_INLINE __m512 max_of(__m512 a, __m512 b) {
    return _mm512_max_ps(a, b);
}
MN_INLINE __m512 mul_add(__m512 a, __m512 b, __m512 c) {
    return _mm512_fmadd_ps(a, b, c);
}
MN_INLINE __m512 mul_sub(__m512 a, __m512 b, __m512 c) {
    return _mm512_fmsub_ps(a, b, c);
}
MN_INLINE __m512 neg_mul_add(__m512 a, __m512 b, __m512 c) {
    return _mm512_fnmadd_ps(a, b, c);
}
MN_INLINE __m512 select_less(__m512 a, __m512 b, __m512 x, __m512 y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
MN_INLINE __m512 select_greater(__m512 a, __m512 b, __m512 x, __m512 y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), y, x);
}

#include "cpu/kernels/dispatch-inl.h"
#include "net/activation-inl.h"
