package dev.mnistnative.report.files;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** Numbers as our JSON has them: 9 significant digits, which tell any two float32 apart; null if not finite. */
final class JsonNumbers {
    private static final MathContext NINE_DIGITS = new MathContext(9);

    private JsonNumbers() {}

    static void write(JsonGenerator json, String field, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeFieldName(field);
            json.writeNumber(nineDigits(value));
        } else {
            json.writeNullField(field);
        }
    }

    static BigDecimal nineDigits(double finite) {
        return new BigDecimal(finite, NINE_DIGITS).stripTrailingZeros();
    }

    /**
     * Begins the object of one class, label or output.
     *
     * @param what it is
     * @param names of all of them, or empty: the numbers stand for themselves
     */
    static void begin(JsonGenerator json, String what, int number, List<String> names) throws IOException {
        json.writeStartObject();
        json.writeNumberField(what, number);
        if (!names.isEmpty()) {
            json.writeStringField("name", names.get(number));
        }
    }
}
