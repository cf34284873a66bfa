package dev.mnistnative.report.files;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;

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
}
