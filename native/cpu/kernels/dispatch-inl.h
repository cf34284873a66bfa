// visit(std::integral_constant<ActivationKind, activation>), as mn::with_activation, but compiled for the instruction
// set of the arithmetic that includes it (as it does net/activation-inl.h, inside its namespace): so all of it is
// inlined, and sums that `visit` refers to stay in registers.

template <int kCode = 0, class Visit>
MN_INLINE void with_activation_inlined(mn::ActivationKind activation, const Visit& visit) {
    if constexpr (kCode < static_cast<int>(mn::kLastActivation)) {
        if (activation != static_cast<mn::ActivationKind>(kCode))
            return with_activation_inlined<kCode + 1>(activation, visit);
    }
    visit(std::integral_constant<mn::ActivationKind, static_cast<mn::ActivationKind>(kCode)>());
}
