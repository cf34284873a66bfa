package dev.mnistnative.report.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.internal.WholeFile;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A CSV file of answers, one a line, as Kaggle wants them: the number of what was asked, from 1, and its class; or the
 * probability of each label, or each value, in a column of its own.
 */
public final class AnswerTable {
    private static final String ANSWER = "label";

    private final StringWriter text = new StringWriter();
    private final CsvWriter csv =
            CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
    private final ModelInfo info;
    private int asked;
    private int answered;

    /**
     * @param idName the first column's name
     * @param answerName the second column's name where there are but two; null: "label", or what the target is called.
     *     Several are called as the targets are, or by this and their number
     * @param info what the outputs are
     * @param outputs of the net
     */
    public AnswerTable(String idName, String answerName, ModelInfo info, int outputs) {
        this.info = info;
        List<String> head = new ArrayList<>(List.of(idName));
        List<String> names = info.targetNames();
        if (info.task() == Task.CLASSES || outputs == 1) {
            String name = names.isEmpty() ? ANSWER : names.get(0);
            head.add(answerName == null ? name : answerName);
        } else {
            for (int k = 0; k < outputs; k++) {
                head.add(names.isEmpty() ? (answerName == null ? ANSWER : answerName) + "_" + k : names.get(k));
            }
        }
        csv.writeRecord(head);
    }

    /** @param answers [outputs] probabilities or values */
    public void answer(float[] answers) {
        asked++;
        answered++;
        List<String> line = new ArrayList<>(List.of(String.valueOf(asked)));
        if (info.task() == Task.CLASSES) {
            int label = ArgMax.of(answers);
            line.add(
                    info.classNames().isEmpty()
                            ? String.valueOf(label)
                            : info.classNames().get(label));
        } else {
            for (float answer : answers) {
                line.add(String.valueOf(answer));
            }
        }
        csv.writeRecord(line);
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
