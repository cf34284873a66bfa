package dev.mnistnative.data;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a CSV table is cut into columns.
 *
 * @param header whether its first line holds the columns' names
 * @param delimiter what stands between fields; empty = found out from the first lines: comma, semicolon, tab, bar or
 *     blanks
 * @param dropColumns columns to leave out: names, or numbers from 0 (−1 is the last)
 * @param targetColumns columns of targets, in the order of the net's outputs: names, or numbers from 0
 * @param weightColumn the column of the samples' weights; null = none
 */
public record CsvOptions(
        Header header,
        Optional<Character> delimiter,
        List<String> dropColumns,
        List<String> targetColumns,
        String weightColumn) {
    /** Whether the first line of a table holds names. */
    public enum Header {
        /** It does if it has texts where the next line has numbers. */
        AUTO,
        YES,
        NO
    }

    /** Header and delimiter found out, every column a feature. */
    public static final CsvOptions DEFAULT = new CsvOptions(Header.AUTO, Optional.empty(), List.of(), List.of(), null);

    /** What cannot stand between fields. */
    private static final String RESERVED = "\"#\r\n.+-";

    public CsvOptions {
        Objects.requireNonNull(header, "header");
        dropColumns = List.copyOf(dropColumns);
        targetColumns = List.copyOf(targetColumns);
        delimiter.ifPresent(CsvOptions::requireDelimiter);
    }

    private static void requireDelimiter(char c) {
        if (RESERVED.indexOf(c) >= 0 || Character.isLetterOrDigit(c)) {
            throw new IllegalArgumentException("the delimiter '" + c
                    + "' is part of numbers, names, quotes or lines; use one like , ; | or a tab");
        }
    }

    public CsvOptions withHeader(Header whether) {
        return new CsvOptions(whether, delimiter, dropColumns, targetColumns, weightColumn);
    }

    public CsvOptions withDelimiter(char between) {
        return new CsvOptions(header, Optional.of(between), dropColumns, targetColumns, weightColumn);
    }

    public CsvOptions withDropColumns(List<String> columns) {
        return new CsvOptions(header, delimiter, columns, targetColumns, weightColumn);
    }

    public CsvOptions withTargetColumns(List<String> columns) {
        return new CsvOptions(header, delimiter, dropColumns, columns, weightColumn);
    }

    public CsvOptions withWeightColumn(String column) {
        return new CsvOptions(header, delimiter, dropColumns, targetColumns, column);
    }
}
