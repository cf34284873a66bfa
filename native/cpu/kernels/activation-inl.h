// Activations that go over sums once these are stored, still in the innermost cache: their polynomials need the
// registers that a product keeps its sums in, and are compiled once, not into every product.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels/kernels.h"
#include "cpu/kernels/numbers-inl.h"

#if defined(MN_CPU_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_ACTIVATION_INL_H_
#undef MN_CPU_ACTIVATION_INL_H_
#else
#define MN_CPU_ACTIVATION_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

// Rows [rows][kPanel] of sums, of which the first `columns` columns are wanted. out may be sums.
struct StoredSums {
    const float* sums;
    int64_t rows, columns;
    float* out;

    // out = change(sums, index) by vectors.
    template <class Change>
    HWY_INLINE void Each(const Change& change) const {
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t at = r * kPanel; at < r * kPanel + columns; at += kLanes)
                hn::StoreU(change(hn::LoadU(kFloats, sums + at), at), kFloats, out + at);
    }
};

template <ActivationKind kKind>
HWY_NOINLINE void ActivateWith(float parameter, const StoredSums& stored, float* slopes) {
    using Rule = ActivationRule<kKind>;
    if constexpr (may_keep_slope(kKind)) {
        if (slopes) {
            stored.Each([&](Vec z, int64_t at) HWY_ATTR {
                Vec slope;
                const Vec value = Rule::value_and_slope(z, parameter, slope);
                hn::StoreU(slope, kFloats, slopes + at);
                return value;
            });
            return;
        }
    }
    stored.Each([&](Vec z, int64_t) HWY_ATTR { return Rule::value(z, parameter); });
}

// slopes: where those that do not follow from values go, or null.
inline void Activate(Activation activation, const StoredSums& stored, float* slopes) {
    with_activation(activation.kind, [&](auto chosen) HWY_ATTR {
        ActivateWith<chosen.value>(static_cast<float>(activation.parameter), stored, slopes);
    });
}

template <ActivationKind kKind>
HWY_NOINLINE void TimesSlopeWith(float parameter, const StoredSums& stored, const float* values) {
    stored.Each([&](Vec gradient, int64_t at) HWY_ATTR {
        return ActivationRule<kKind>::times_slope(gradient, hn::LoadU(kFloats, values + at), parameter);
    });
}

// beside: as that of a Tile.
inline void TimesSlope(Activation activation, const StoredSums& stored, const float* beside) {
    if (!slope_follows_from_value(activation)) {
        stored.Each([&](Vec gradient, int64_t at)
                        HWY_ATTR { return hn::Mul(gradient, hn::LoadU(kFloats, beside + at)); });
        return;
    }
    with_activation(activation.kind, [&](auto chosen) HWY_ATTR {
        if constexpr (slope_follows_from_value(chosen.value))
            TimesSlopeWith<chosen.value>(static_cast<float>(activation.parameter), stored, beside);
    });
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
