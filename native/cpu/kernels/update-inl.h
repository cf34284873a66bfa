// The optimizers' formulas over a slice of parameters.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include <algorithm>

#include "cpu/kernels/kernels.h"
#include "cpu/kernels/numbers-inl.h"

#if defined(MN_CPU_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_UPDATE_INL_H_
#undef MN_CPU_UPDATE_INL_H_
#else
#define MN_CPU_UPDATE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

template <UpdateRule kRule>
void UpdateWith(const StepConstants& constants, const UpdateSlice& s) {
    constexpr int kMoments = moments_of(kRule);
    float* kept[HWY_MAX(kMoments, 1)];
    std::copy_n(s.moments, kMoments, kept);
    for (int64_t i = 0; i < s.count; i += kLanes) {
        Vec parameter = hn::LoadU(kFloats, s.parameter + i);
        Vec moments[HWY_MAX(kMoments, 1)];
        for (int m = 0; m < kMoments; ++m)
            moments[m] = hn::LoadU(kFloats, kept[m] + i);
        Update<kRule>::apply(constants, hn::LoadU(kFloats, s.gradient + i), parameter, moments);
        for (int m = 0; m < kMoments; ++m)
            hn::StoreU(moments[m], kFloats, kept[m] + i);
        hn::StoreU(parameter, kFloats, s.parameter + i);
    }
}

inline void UpdateSlices(UpdateRule rule, const StepConstants& constants, const UpdateSlice& slice) {
    with_rule(rule, [&](auto chosen) HWY_ATTR { UpdateWith<chosen.value>(constants, slice); });
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
