package dev.mnistnative.report.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.internal.WholeFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A CSV file of answers, one a line: the number of what was asked, from 1, and its class, as Kaggle wants them. */
public final class AnswerTable {
    private final StringWriter text = new StringWriter();
    private final CsvWriter csv =
            CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
    private final List<String> classNames;
    private int asked;
    private int answered;

    /**
     * @param idName the first column's name
     * @param answerName the second column's name
     * @param classNames [classes], or empty: the numbers stand for themselves
     */
    public AnswerTable(String idName, String answerName, List<String> classNames) {
        this.classNames = classNames;
        csv.writeRecord(idName, answerName);
    }

    /** @param probabilities [classes] */
    public void answer(float[] probabilities) {
        int label = ArgMax.of(probabilities);
        asked++;
        answered++;
        csv.writeRecord(String.valueOf(asked), classNames.isEmpty() ? String.valueOf(label) : classNames.get(label));
    }

    /** Leaves out the line of something that has no answer: the numbers of the others stay. */
    public void skip() {
        asked++;
    }

    /** How many answers were asked for. */
    public int asked() {
        return asked;
    }

    /** How many lines there are below the header. */
    public int size() {
        return answered;
    }

    /** Writes the file, whole or not at all. */
    public void write(Path file) throws IOException {
        csv.flush();
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        WholeFile.write(file, out -> WholeFile.writeAll(out, bytes));
    }
}
