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
MN_INLINE __m512 add(__m512 a, __m512 b) {
    return _mm512_add_ps(a, b);
}
MN_INLINE __m512 sub(__m512 a, __m512 b) {
    return _mm512_sub_ps(a, b);
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
MN_INLINE __m512 negative_abs(__m512 a) {
    return _mm512_or_ps(a, _mm512_set1_ps(-0.0f));
}
MN_INLINE __m512 with_sign_of(__m512 a, __m512 b) {
    return _mm512_or_ps(a, _mm512_and_ps(b, _mm512_set1_ps(-0.0f)));
}
template <int kMore>
MN_INLINE __m512 power_of_two(__m512 shifted) {
    const __m512i bits = _mm512_slli_epi32(_mm512_castps_si512(shifted), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(bits, _mm512_set1_epi32((127 + kMore) << 23)));
}
MN_INLINE __m512 select_less(__m512 a, __m512 b, __m512 x, __m512 y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
MN_INLINE __m512 select_greater(__m512 a, __m512 b, __m512 x, __m512 y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), y, x);
}

#include "net/activation-inl.h"
