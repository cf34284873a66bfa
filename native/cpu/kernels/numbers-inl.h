// The numbers of the kernels of floats: multiply-adds are fused.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels/kernels.h"
#include "net/activation.h"
#include "net/optimizer.h"

#if defined(MN_CPU_NUMBERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_NUMBERS_INL_H_
#undef MN_CPU_NUMBERS_INL_H_
#else
#define MN_CPU_NUMBERS_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

#include "cpu/kernels/vectors-inl.h"

HWY_INLINE Vec mul_add(Vec a, Vec b, Vec c) {
    return hn::MulAdd(a, b, c);
}
HWY_INLINE Vec mul_sub(Vec a, Vec b, Vec c) {
    return hn::MulSub(a, b, c);
}
HWY_INLINE Vec neg_mul_add(Vec a, Vec b, Vec c) {
    return hn::NegMulAdd(a, b, c);
}

#include "net/activation-inl.h"
#include "net/update-inl.h"

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
