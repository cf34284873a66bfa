// The optimizers' formulas over one parameter or a vector of them, once for every arithmetic: torch.optim.Adam, AdamW
// and SGD. Included inside the namespace of an arithmetic (no #pragma once, no namespace of its own), behind
// net/optimizer.h and these functions of its number type V:
//   set_like(v, x)          x in each lane
//   mul(a, b), div(a, b), sqrt_of(a), max_of(a, b)
//   mul_add(a, b, c)        a * b + c; mul_sub: a * b - c; neg_mul_add: c - a * b; fused where the arithmetic can
// Why not templates in namespace mn: see activation-inl.h. MN_INLINE: what the arithmetic's functions are declared
// with.
//
// Adam's first moment is beta1 * m + (1 - beta1) * g on every floor; PyTorch's lerp, m + (1 - beta1) * (g - m), rounds
// otherwise in the last bit.
//
// apply(constants, gradient, parameter, moments): moments [moments_of(rule)], in the order of mn::Slot.

template <mn::UpdateRule>
struct Update;

template <bool kAmsgrad>
struct AdamUpdate {
    template <class V>
    static MN_INLINE void apply(const mn::StepConstants& c, V gradient, V& parameter, V* moments) {
        const auto set = [&](float x) MN_LAMBDA { return set_like(parameter, x); };
        gradient = mul_add(set(c.weight_decay), parameter, gradient);
        moments[0] = mul_add(set(c.beta1), moments[0], mul(set(c.one_minus_beta1), gradient));
        moments[1] = mul_add(set(c.beta2), moments[1], mul(mul(set(c.one_minus_beta2), gradient), gradient));
        V second = moments[1];
        if constexpr (kAmsgrad)
            second = moments[2] = max_of(moments[2], second);
        const V denominator = mul_add(sqrt_of(second), set(c.inverse_correction), set(c.eps));
        const V change = div(mul(set(c.step_size), moments[0]), denominator);
        parameter = mul_sub(set(c.keep), parameter, change);
    }
};

template <bool kMomentum>
struct SgdUpdate {
    template <class V>
    static MN_INLINE void apply(const mn::StepConstants& c, V gradient, V& parameter, V* moments) {
        const auto set = [&](float x) MN_LAMBDA { return set_like(parameter, x); };
        V change = mul_add(set(c.weight_decay), parameter, gradient);
        if constexpr (kMomentum) {
            moments[0] = mul_add(set(c.momentum), moments[0], mul(set(c.undamped), change));
            change = mul_add(set(c.from_momentum), moments[0], mul(set(c.from_gradient), change));
        }
        parameter = neg_mul_add(set(c.learning_rate), change, parameter);
    }
};

template <>
struct Update<mn::UpdateRule::adam> : AdamUpdate<false> {};
template <>
struct Update<mn::UpdateRule::adam_amsgrad> : AdamUpdate<true> {};
template <>
struct Update<mn::UpdateRule::sgd> : SgdUpdate<false> {};
template <>
struct Update<mn::UpdateRule::sgd_momentum> : SgdUpdate<true> {};
