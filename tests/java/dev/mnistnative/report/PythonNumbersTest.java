package dev.mnistnative.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts were printed by CPython 3.11: {@code print(round(x, 2))} and {@code print(repr(x))}. */
class PythonNumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0.125, 0.12",
        "0.135, 0.14",
        "0.375, 0.38",
        "2.675, 2.67",
        "1.005, 1.0",
        "1.015, 1.01",
        "1.0, 1.0",
        "1.5, 1.5",
        "1.2345, 1.23",
        "0.955, 0.95",
        "0.965, 0.96",
        "0.815625, 0.82",
        "2.0, 2.0",
        "0.0, 0.0",
        "-0.001, -0.0",
        "-0.125, -0.12",
        "0.995, 0.99",
        "99.995, 100.0",
        "123456.785, 123456.79",
        "NaN, nan",
        "Infinity, inf",
        "-Infinity, -inf",
        "1e15, 1000000000000000.0",
        "1.5e16, 1.5e+16",
        "1e22, 1e+22",
        "0.004, 0.0",
        "0.006, 0.01"
    })
    void roundsToTwoDigitsAsPythonDoes(double value, String printed) {
        assertEquals(printed, PythonNumbers.round(value, 2));
    }

    @ParameterizedTest
    @CsvSource({
        "2e-5, 2e-05",
        "0.00012, 0.00012",
        "1.25e-7, 1.25e-07",
        "0.1, 0.1",
        "1e100, 1e+100",
        "12345.678, 12345.678"
    })
    void printsTheShortestDigitsAsPythonDoes(double value, String printed) {
        assertEquals(printed, PythonNumbers.repr(value));
    }
}
