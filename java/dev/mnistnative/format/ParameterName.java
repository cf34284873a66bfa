package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a layer's weight or bias, as the world writes it: {@code fc1.weight}, {@code module.net.0.bias}, {@code
 * dense/kernel}, {@code W1}, {@code coef_0}, {@code intercept_0}.
 *
 * @param layer all of the name that weight and bias have in common
 * @param weight whether it is the weight, and not the bias
 * @param inputsFirst whether those who write so keep weights as [fan_in, fan_out]
 */
record ParameterName(String layer, boolean weight, boolean inputsFirst) {
    private static final Pattern PART_LAST =
            Pattern.compile("(?s)(?:(.*)[./_])?(weights?|kernel|bias|biases|w|b)(?::0)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBER_LAST = Pattern.compile(
            "(?s)((?:.*[./_])?)(weights?|kernel|w|coefs?|bias|biases|b|intercepts?)[._]*(\\d{1,9})",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** What a name says; empty if it is none of a weight or bias. */
    static Optional<ParameterName> of(String name) {
        Matcher numbered = NUMBER_LAST.matcher(name);
        if (numbered.matches()) {
            return Optional.of(of(numbered.group(1) + numbered.group(3), numbered.group(2)));
        }
        Matcher parted = PART_LAST.matcher(name);
        if (parted.matches()) {
            return Optional.of(of(parted.group(1) == null ? "" : parted.group(1), parted.group(2)));
        }
        return Optional.empty();
    }

    private static ParameterName of(String layer, String part) {
        String word = part.toLowerCase(Locale.ROOT);
        return new ParameterName(
                layer, !word.startsWith("b") && !word.startsWith("intercept"), !word.startsWith("weight"));
    }

    /** A layer's name without its numbers: layers that have this in common are counted. */
    static String template(String layer) {
        return NUMBER.matcher(layer).replaceAll("#");
    }

    /** The numbers in a layer's name, from left to right. */
    static List<Integer> numbers(String layer) {
        List<Integer> numbers = new ArrayList<>();
        Matcher each = NUMBER.matcher(layer);
        while (each.find()) {
            numbers.add(Integer.valueOf(each.group()));
        }
        return numbers;
    }
}
