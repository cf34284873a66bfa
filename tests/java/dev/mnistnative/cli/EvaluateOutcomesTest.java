package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate prints of outputs that are no classes, by a net whose outputs are its two inputs. */
class EvaluateOutcomesTest {
    @TempDir
    Path folder;

    private String words(Task task, String table) throws IOException {
        Path model = folder.resolve(task + ".safetensors");
        ModelInfo info = ModelInfo.NONE.withTask(task).withTargetNames(List.of("p", "q"));
        new SavedModel(Parameters.of(Mlp.of(2, 2), new float[] {1, 0, 0, 1, 0, 0}), info).write(model);
        Path data = Files.writeString(folder.resolve(task + ".csv"), "a,b,p,q\n" + table);
        return "evaluate --device cpu --model " + model + " --data " + data;
    }

    /** p: errors 1, 1, 0, 0 of 1 … 4 around 2.5; q: never varies, errors 0, 0, 0, 2. */
    @Test
    void valuesHaveErrorsAndTheirShareOfTheVariance() throws IOException {
        String words = words(Task.VALUES, "2,7,1,7\n1,7,2,7\n3,7,3,7\n4,9,4,7\n");
        assertEquals("""
                mse: 0.750000 (4 samples)
                mae: 0.500000
                r2: 0.6000 (mean of the outputs whose targets vary, 1 of 2)
                r2_of_all: 0.6000 (weighted by variance)
                output       mse       mae      r2
                     p  0.500000  0.500000  0.6000
                     q   1.00000  0.500000       -
                """, Cli.line(words).succeeded().out());
        assertEquals(
                "{\"mse\":0.75,\"mae\":0.5,\"r2\":0.6,\"r2_of_all\":0.6,\"samples\":4,\"outputs\":["
                        + "{\"output\":0,\"name\":\"p\",\"mse\":0.5,\"mae\":0.5,\"r2\":0.6},"
                        + "{\"output\":1,\"name\":\"q\",\"mse\":1,\"mae\":0.5,\"r2\":null}]}\n",
                Cli.line(words + " --json").succeeded().out());
    }

    /** p: right, right, missed, wrongly said; q: always right. */
    @Test
    void labelsHaveSharesEachAndTogether() throws IOException {
        String words = words(Task.MULTI_LABEL, "9,-8,1,0\n-7,8,0,1\n-1,-8,1,0\n1,9,0,1\n");
        Cli text = Cli.line(words).succeeded();
        assertEquals(
                "accuracy: 0.7500 (mean of 2 labels, 4 samples)", text.lines().get(0));
        assertTrue(text.lines().get(1).startsWith("loss: 0.3"), text.out()); // 2 of 8 cost ln(1 + e), the others little
        assertEquals("""
                exact_match: 0.5000
                micro_f1: 0.7500
                macro_f1: 0.7500
                roc_auc: 0.8750 (mean of the labels that tell samples apart)
                label  accuracy  precision  recall      f1  roc_auc  positives
                    p    0.5000     0.5000  0.5000  0.5000   0.7500          2
                    q    1.0000     1.0000  1.0000  1.0000   1.0000          2
                """, String.join("\n", text.lines().subList(2, text.lines().size())) + "\n");
        String json = Cli.line(words + " --json").succeeded().out();
        assertTrue(json.startsWith("{\"accuracy\":0.75,\"loss\":0.3"), json);
        assertTrue(
                json.contains(
                        "\"labels\":[{\"label\":0,\"name\":\"p\",\"accuracy\":0.5,\"precision\":0.5,\"recall\":0.5,"
                                + "\"f1\":0.5,\"roc_auc\":0.75,\"positives\":2},"),
                json);
    }

    @Test
    void aRunOnValuesEndsWithWhatItIsWorth() throws IOException {
        words(Task.VALUES, "2,7,1,7\n1,7,2,7\n3,7,3,7\n4,9,4,7\n");
        Cli run = Cli.line("train --device cpu --loss mse --layers 2,2 --batch-size 2 --epochs 2 --validation 0.5 "
                        + "--target-columns p,q --data " + folder.resolve("values.csv"))
                .succeeded();
        assertTrue(
                run.lines()
                        .get(0)
                        .matches("train_loss: \\S+ mae: \\S+ validation_mse: \\S+ validation_mae: \\S+ "
                                + "seconds: \\S+ images/s: \\d+"),
                run.out());
        assertTrue(run.err().matches("(?s).*\\n  validation   mse \\S+, mae \\S+, r2 -?[\\d.]+\\n.*"), run.err());
    }
}
