// The functions that activations are made of, once for every arithmetic, by polynomials of our own. Included as
// activation-inl.h is, behind the same functions of the number type V. Every product that is added to something is an
// explicit mul_add, so that no compiler has a choice: the same bits wherever a multiply-add is fused.
//
// Errors are those of a search over all exponents against double precision, in units of the result's last place.

// What both exponentials begin with: exp(x) = 2^n * (1 + p), |p| < 0.42. x in [-104, 0].
template <class V>
struct ExpParts {
    V shifted; // n, with its last bit at the place of one
    V p;
};

template <class V>
MN_INLINE ExpParts<V> exp_parts(V x) {
    const auto set = [&](float c) MN_LAMBDA { return set_like(x, c); };
    const V shift = set(12582912.0f); // 1.5 * 2^23
    const V shifted = mul_add(x, set(1.442695041f), shift);
    const V n = sub(shifted, shift);
    // x - n * log(2), with log(2) in two parts
    const V r = neg_mul_add(n, set(-1.904654299e-9f), neg_mul_add(n, set(0.6931471825f), x));
    // (exp(r) - 1 - r) / r^2, by Remez' algorithm
    V q = set(1.394759864e-3f);
    q = mul_add(q, r, set(8.367246948e-3f));
    q = mul_add(q, r, set(4.166626558e-2f));
    q = mul_add(q, r, set(1.666653752e-1f));
    q = mul_add(q, r, set(0.5f));
    return {shifted, mul_add(mul(r, r), q, r)};
}

// exp(x) for x <= 0; within 1.1 units, gradually down to 0.
template <class V>
MN_INLINE V exp_below(V x) {
    const auto set = [&](float c) MN_LAMBDA { return set_like(x, c); };
    const ExpParts<V> parts = exp_parts(select_less(x, set(-104), set(-104), x));
    // In two steps, of which the second can end below the smallest normal number.
    return mul(mul(add(parts.p, set(1)), power_of_two<64>(parts.shifted)), set(5.42101086e-20f)); // 2^-64
}

// exp(x) - 1 for x <= 0; within 0.9 units.
template <class V>
MN_INLINE V expm1_below(V x) {
    const auto set = [&](float c) MN_LAMBDA { return set_like(x, c); };
    const ExpParts<V> parts = exp_parts(select_less(x, set(-87), set(-87), x));
    const V scale = power_of_two<0>(parts.shifted);
    return mul_add(scale, parts.p, sub(scale, set(1)));
}

// Within 2.3 units.
template <class V>
MN_INLINE V sigmoid_of(V z) {
    const V one = set_like(z, 1), e = exp_below(negative_abs(z));
    return div(select_less(z, zero_of(z), e, one), add(e, one));
}

// z * sigmoid(w), and what d/dz of it is, where the slope of w is given. Within 3 units of z.
template <class V>
MN_INLINE V gated(V z, V w, V w_slope, V& slope) {
    const V one = set_like(z, 1), e = exp_below(negative_abs(w));
    const V less = div(one, add(e, one)), more = mul(e, less);
    const V gate = select_less(w, zero_of(w), more, less), rest = select_less(w, zero_of(w), less, more);
    const V value = mul(z, gate);
    slope = mul_add(mul(value, rest), w_slope, gate);
    return value;
}

// Within 1.5 units: near 0 an odd polynomial by Remez' algorithm, else what exp(-2 |z|) takes from 1.
template <class V>
MN_INLINE V tanh_of(V z) {
    const auto set = [&](float c) MN_LAMBDA { return set_like(z, c); };
    const V twice = add(negative_abs(z), negative_abs(z)), square = mul(z, z);
    V p = set(1.644094102e-2f);
    p = mul_add(p, square, set(-5.267510563e-2f));
    p = mul_add(p, square, set(1.332080662e-1f));
    p = mul_add(p, square, set(-3.333295286e-1f));
    const V near = mul_add(mul(p, square), z, z);
    const V e = exp_below(twice), far = sub(set(1), div(add(e, e), add(e, set(1))));
    return select_less(twice, set(-1.1f), with_sign_of(far, z), near);
}

// The share of the normal distribution beyond |z|, and exp(-z^2 / 2) for its density; 1 minus the first is within 2
// units. The first is the second times a polynomial of |z| / (|z| + 3), by Remez' algorithm.
template <class V>
MN_INLINE V normal_beyond(V z, V& power) {
    const auto set = [&](float c) MN_LAMBDA { return set_like(z, c); };
    const V distance = sub(zero_of(z), negative_abs(z));
    const V a = select_greater(distance, set(15), set(15), distance);
    const V square = mul(a, a), lost = mul_sub(a, a, square);
    const V rounded = exp_below(mul(square, set(-0.5f)));
    power = mul_add(mul(rounded, lost), set(-0.5f), rounded);
    const V v = div(a, add(a, set(3)));
    V p = set(2.755238488e-2f);
    p = mul_add(p, v, set(-9.436911345e-2f));
    p = mul_add(p, v, set(8.603459597e-2f));
    p = mul_add(p, v, set(7.193991914e-3f));
    p = mul_add(p, v, set(6.329236180e-2f));
    p = mul_add(p, v, set(-1.591187268e-1f));
    p = mul_add(p, v, set(-2.869020700e-1f));
    p = mul_add(p, v, set(1.053148627f));
    p = mul_add(p, v, set(-1.196826339f));
    p = mul_add(p, v, set(0.5f));
    return mul(p, power);
}
