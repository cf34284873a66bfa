// The optimizers' formulas over a slice of parameters: torch.optim.Adam, AdamW and SGD.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels.h"
#include "cpu/product-inl.h"

#if defined(MN_CPU_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_UPDATE_INL_H_
#undef MN_CPU_UPDATE_INL_H_
#else
#define MN_CPU_UPDATE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

template <bool kMaxSecond>
void AdamSlice(const UpdateConstants& u, const UpdateSlice& s) {
    const auto set = [](float x) HWY_ATTR { return hn::Set(kFloats, x); };
    for (int64_t i = 0; i < s.count; i += kLanes) {
        Vec parameter = hn::LoadU(kFloats, s.parameter + i);
        const Vec gradient = hn::MulAdd(set(u.weight_decay), parameter, hn::LoadU(kFloats, s.gradient + i));
        const Vec first =
            hn::MulAdd(set(u.beta1), hn::LoadU(kFloats, s.first + i), hn::Mul(set(u.one_minus_beta1), gradient));
        Vec second = hn::MulAdd(set(u.beta2), hn::LoadU(kFloats, s.second + i),
                                hn::Mul(hn::Mul(set(u.one_minus_beta2), gradient), gradient));
        hn::StoreU(first, kFloats, s.first + i);
        hn::StoreU(second, kFloats, s.second + i);
        if constexpr (kMaxSecond) {
            second = hn::Max(hn::LoadU(kFloats, s.max_second + i), second);
            hn::StoreU(second, kFloats, s.max_second + i);
        }
        const Vec denominator = hn::MulAdd(hn::Sqrt(second), set(u.inverse_correction), set(u.eps));
        const Vec change = hn::Div(hn::Mul(set(u.step_size), first), denominator);
        parameter = hn::MulSub(set(u.keep), parameter, change);
        hn::StoreU(parameter, kFloats, s.parameter + i);
    }
}

inline void Adam(const UpdateConstants& constants, const UpdateSlice& slice) {
    slice.max_second ? AdamSlice<true>(constants, slice) : AdamSlice<false>(constants, slice);
}

template <bool kMomentum>
void SgdSlice(const UpdateConstants& u, const UpdateSlice& s) {
    const auto set = [](float x) HWY_ATTR { return hn::Set(kFloats, x); };
    for (int64_t i = 0; i < s.count; i += kLanes) {
        const Vec parameter = hn::LoadU(kFloats, s.parameter + i);
        Vec change = hn::MulAdd(set(u.weight_decay), parameter, hn::LoadU(kFloats, s.gradient + i));
        if constexpr (kMomentum) {
            const Vec first =
                hn::MulAdd(set(u.momentum), hn::LoadU(kFloats, s.first + i), hn::Mul(set(u.undamped), change));
            hn::StoreU(first, kFloats, s.first + i);
            change = hn::MulAdd(set(u.from_momentum), first, hn::Mul(set(u.from_gradient), change));
        }
        hn::StoreU(hn::NegMulAdd(set(u.learning_rate), change, parameter), kFloats, s.parameter + i);
    }
}

inline void Sgd(const UpdateConstants& constants, const UpdateSlice& slice) {
    slice.first ? SgdSlice<true>(constants, slice) : SgdSlice<false>(constants, slice);
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
