package dev.mnistnative.cli;

import dev.mnistnative.data.CsvOptions;
import dev.mnistnative.data.ReadOptions;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How CSV files are read, and where whatever is read tells what it took for granted. */
final class TableOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "The column of a CSV file that holds the labels: its name, or its number from 0 (-1: the "
                    + "last). A,B,...: columns that hold them in one-hot form.")
    private String labelColumn;

    @Option(
            names = "--target-columns",
            paramLabel = "A,B,...",
            split = "\\s*,\\s*",
            hideParamSyntax = true,
            description = "Columns of a CSV file with real numbers that the net's outputs should be: names, or numbers "
                    + "from 0 (-1: the last).")
    private List<String> targetColumns = List.of();

    @Option(
            names = "--header",
            paramLabel = "auto|yes|no",
            defaultValue = "auto",
            description = "Whether a CSV file begins with the names of its columns (default: auto).")
    private CsvOptions.Header header;

    @Option(
            names = "--delimiter",
            paramLabel = "C",
            description = "What stands between the fields of a CSV file; tab and space by name (default: comma, or "
                    + "whichever of ; | tab and space its first lines show).")
    private Delimiter delimiter;

    @Option(
            names = "--drop-columns",
            paramLabel = "A,B,...",
            split = ",",
            hideParamSyntax = true,
            description = "Columns of a CSV file to leave out: names, or numbers from 0.")
    private List<String> dropColumns = List.of();

    /** A character that stands between fields. */
    record Delimiter(char character) {
        static Delimiter parse(String text) {
            return switch (text) {
                case "tab", "\\t" -> new Delimiter('\t');
                case "space" -> new Delimiter(' ');
                case "comma" -> new Delimiter(',');
                default -> {
                    if (text.length() != 1) {
                        throw new IllegalArgumentException("'" + text + "' is neither one character nor tab or space");
                    }
                    yield new Delimiter(text.charAt(0));
                }
            };
        }
    }

    /** Whether a CSV file is to have labels. */
    boolean hasLabelColumn() {
        return labelColumn != null;
    }

    /** Whether columns of a CSV file are targets. */
    boolean hasTargetColumns() {
        return !targetColumns.isEmpty();
    }

    /** How to read, with what these options say; notes go to standard error. */
    ReadOptions over(ReadOptions base) {
        CsvOptions csv = base.csv().withHeader(header).withDropColumns(dropColumns);
        if (hasTargetColumns()) {
            csv = csv.withTargetColumns(targetColumns);
        }
        if (delimiter != null) {
            CsvOptions told = csv;
            csv = Usage.checked(command, () -> told.withDelimiter(delimiter.character()));
        }
        ReadOptions options = base.withCsv(csv)
                .withNotes(note -> command.commandLine().getErr().println(note));
        return labelColumn == null ? options : options.withLabelColumn(labelColumn);
    }
}
