// What the losses that take targets compute of one output: its loss and the slope by it, once for every arithmetic.
// Included inside the namespace of an arithmetic (no #pragma once, no namespace of its own), behind net/loss.h and
// these functions of its number type V:
//   abs_of(a), max_of(a, b), a + b, a - b, a * b, a / b, -a
//   set_like(v, x)              x in the type of v
//   select_less(a, b, x, y)     x where a < b, else y (a NaN is not less)
//   select_greater(a, b, x, y)  x where a > b, else y (a NaN is not greater)
//   exp_of_negative(a)          exp(a) for a <= 0
//   log1p_of_unit(a)            log(1 + a) for 0 <= a <= 1
// A NaN stays one, so that a diverging net shows in its loss.
// MN_INLINE: what the arithmetic's functions are declared with.

template <class V>
struct OutputLoss {
    V value; // what training minimises
    V plain; // without pos_weight
    V slope; // of the value, by the output
    V error; // output - target
};

// of(z, t, p): an output, its target, and the loss's parameter: pos_weight of this output, beta, delta.
template <mn::LossKind>
struct OutputRule;

// On logits: -p t log(sigmoid(z)) - (1 - t) log(sigmoid(-z)). Nothing cancels where t is 0 or 1.
template <>
struct OutputRule<mn::LossKind::bce> {
    template <class V>
    static MN_INLINE OutputLoss<V> of(V z, V t, V p) {
        const V zero = set_like(z, 0), one = set_like(z, 1);
        const V power = exp_of_negative(-abs_of(z)), log = log1p_of_unit(power);
        const V large = one / (one + power), small = power * large; // the sigmoids of |z| and -|z|
        const V negated = max_of(-z, zero) + log;                   // -log(sigmoid(z))
        const V straight = (one - t) * (max_of(z, zero) + log);     // -log(sigmoid(-z)), for the negatives
        const V of_z = select_less(z, zero, small, large), of_minus_z = select_less(z, zero, large, small);
        return {p * t * negated + straight, t * negated + straight, (one - t) * of_z - p * t * of_minus_z, of_z - t};
    }
};

template <>
struct OutputRule<mn::LossKind::mse> {
    template <class V>
    static MN_INLINE OutputLoss<V> of(V z, V t, V) {
        const V error = z - t, square = error * error;
        return {square, square, error + error, error};
    }
};

template <class V>
MN_INLINE V sign_of(V a) {
    const V zero = set_like(a, 0);
    return select_greater(a, zero, set_like(a, 1), select_less(a, zero, set_like(a, -1), zero));
}

template <>
struct OutputRule<mn::LossKind::l1> {
    template <class V>
    static MN_INLINE OutputLoss<V> of(V z, V t, V) {
        const V error = z - t, size = abs_of(error);
        return {size, size, sign_of(error), error};
    }
};

template <>
struct OutputRule<mn::LossKind::smooth_l1> {
    template <class V>
    static MN_INLINE OutputLoss<V> of(V z, V t, V beta) {
        const V error = z - t, size = abs_of(error), half = set_like(z, 0.5), share = error / beta;
        const V value = select_less(size, beta, half * error * share, size - half * beta);
        return {value, value, select_less(size, beta, share, sign_of(error)), error};
    }
};

template <>
struct OutputRule<mn::LossKind::huber> {
    template <class V>
    static MN_INLINE OutputLoss<V> of(V z, V t, V delta) {
        const V error = z - t, size = abs_of(error), half = set_like(z, 0.5);
        const V value = select_less(size, delta, half * error * error, delta * (size - half * delta));
        return {value, value, select_less(size, delta, error, delta * sign_of(error)), error};
    }
};
