package dev.mnistnative.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as Python prints them, so that a line of ours compares equal to the source article's. */
public final class PythonNumbers {
    /** From here on Python's {@code repr} of a float switches to an exponent. */
    private static final double FIRST_WITH_EXPONENT = 1e16;

    private static final double LAST_WITHOUT_EXPONENT = 1e-4;

    private PythonNumbers() {}

    /**
     * {@code str(round(value, digits))}: the decimal expansion of the binary value is rounded (2.675 lies below the tie
     * and becomes 2.67), a true tie goes to the even digit (0.125 becomes 0.12), and trailing zeros go (1.5, 2.0).
     *
     * @param digits decimals to keep, at least 0
     */
    public static String round(double value, int digits) {
        if (!Double.isFinite(value)) {
            return repr(value);
        }
        double rounded =
                new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
        return repr(Math.copySign(rounded, value));
    }

    /** {@code repr(value)} of a Python float. */
    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        String sign = Math.copySign(1, value) < 0 ? "-" : "";
        double magnitude = Math.abs(value);
        if (Double.isInfinite(magnitude)) {
            return sign + "inf";
        }
        if (magnitude == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(magnitude)).stripTrailingZeros();
        boolean plain = magnitude >= LAST_WITHOUT_EXPONENT && magnitude < FIRST_WITH_EXPONENT;
        return sign + (plain ? plain(shortest) : withExponent(shortest));
    }

    private static String plain(BigDecimal value) {
        return value.scale() < 1 ? value.setScale(1).toPlainString() : value.toPlainString();
    }

    private static String withExponent(BigDecimal value) {
        String digits = value.unscaledValue().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        int exponent = digits.length() - 1 - value.scale();
        return String.format(Locale.ROOT, "%se%s%02d", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
