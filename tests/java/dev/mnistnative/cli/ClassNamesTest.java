package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.format.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes whose names are known from a CSV table or an option, from training to whatever leaves. */
class ClassNamesTest {
    private static final String OWN = " --layers 2,8,3 --batch-size 3 --epochs 60 --lr 0.05 --device cpu --keep-last"
            + " --label-column kind --data ";

    @TempDir
    private Path folder;

    private Path table;
    private Path model;

    @BeforeEach
    void writeTable() throws IOException {
        model = folder.resolve("m.safetensors");
        table = Files.writeString(
                folder.resolve("t.csv"),
                "a,b,kind\n9,0,setosa\n0,9,iris\n0,0,virginica\n8,0,setosa\n0,8,iris\n1,1,virginica\n");
    }

    @Test
    void theTextsOfACsvReachPredictEvaluateAndExport() throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        Cli.line("train --standardize --save " + model + " --checkpoint-dir " + checkpoints + OWN + table)
                .succeeded();
        List<String> names = List.of("iris", "setosa", "virginica");
        SavedModel saved = SavedModel.read(model);
        assertEquals(names, saved.info().classNames());
        SavedModel kept = SavedModel.read(checkpoints.resolve("checkpoint-000060-000000.safetensors"));
        assertEquals(saved.parameters(), kept.parameters());
        assertEquals(saved.info(), kept.info());

        Path samples = Files.writeString(folder.resolve("s.csv"), "a,b\n9,1\n1,9\n");
        Cli predicted = Cli.line("predict --device cpu --model " + model + " " + samples)
                .succeeded();
        assertTrue(
                predicted.lines().get(0).matches(".*s.csv\\[0]: setosa  iris:0.* setosa:.* virginica:0.*"),
                predicted.out());
        assertTrue(predicted.lines().get(1).contains("s.csv[1]: iris  iris:"), predicted.out());
        Cli json = Cli.line("predict --json --device cpu --model " + model + " " + samples)
                .succeeded();
        assertTrue(json.lines().get(0).contains("\"digit\":1,\"class\":\"setosa\""), json.out());

        // fewer classes in another order: numbered as in training, not anew
        Path others = Files.writeString(folder.resolve("o.csv"), "a,b,kind\n0,1,virginica\n9,1,setosa\n");
        String evaluate = "evaluate --device cpu --label-column kind --model " + model + " --data ";
        Cli evaluated = Cli.line(evaluate + others).succeeded();
        assertTrue(evaluated.out().startsWith("accuracy: 1.0 (2 of 2)"), evaluated.out());
        assertTrue(evaluated.lines().contains("    class  precision  recall  samples"), evaluated.out());
        assertTrue(evaluated.lines().contains("virginica     1.0000  1.0000        1"), evaluated.out());
        assertTrue(Cli.line(evaluate + others + " --json")
                .succeeded()
                .out()
                .contains("{\"class\":1,\"name\":\"setosa\","));
        Path foreign = Files.writeString(folder.resolve("f.csv"), "a,b,kind\n0,1,rose\n");
        Cli.line(evaluate + foreign).failed(ExitCode.USAGE, "'rose'", "iris");

        for (String format : List.of("safetensors", "onnx")) {
            Path copy = folder.resolve("copy");
            Cli.line("export --to " + format + " --model " + model + " " + copy).succeeded();
            assertEquals(saved.info(), SavedModel.read(copy).info());
            assertEquals(
                    predicted.out(),
                    Cli.line("predict --device cpu --model " + copy + " " + samples)
                            .succeeded()
                            .out());
        }
        Path npz = folder.resolve("copy.npz");
        Cli.line("export --to npz --model " + model + " " + npz).succeeded();
        try (ZipFile zip = new ZipFile(npz.toFile())) {
            for (String name : List.of("mean", "std", "class_names")) {
                assertNotNull(zip.getEntry(name + ".npy"), name);
            }
        }
    }

    @Test
    void theReportCallsTheClassesByTheirNames() throws IOException {
        Path report = folder.resolve("r.html");
        Path tests = Files.writeString(folder.resolve("v.csv"), "a,b,kind\n0,1,virginica\n9,1,setosa\n0,9,<iris\n");
        Cli.line("train --report " + report + OWN.replace("--data ", "--images ") + tests + " --test-images " + tests)
                .succeeded();
        String page = Files.readString(report);
        assertTrue(page.contains("<tr><th scope=\"row\">&lt;iris<"), page);
        assertTrue(page.contains("<tr><th>setosa<"), page);
        assertTrue(page.contains("title=\"setosa taken for virginica: 0\""), page);
    }

    @Test
    void theOptionNamesNumbers() throws IOException {
        Path numbers = Files.writeString(folder.resolve("n.csv"), "a,b,kind\n9,0,1\n0,9,0\n0,0,2\n");
        Cli.line("train --class-names x,y,z --save " + model + OWN + numbers).succeeded();
        assertEquals(List.of("x", "y", "z"), SavedModel.read(model).info().classNames());
        Cli.line("evaluate --device cpu --label-column kind --model " + model + " --data " + numbers)
                .succeeded();
        Cli.line("train --class-names x,y" + OWN + numbers).failed(ExitCode.USAGE, "2 class names", "--layers");
        // and gives texts their order
        Cli.line("train --class-names setosa,iris,virginica --save " + model + OWN + table)
                .succeeded();
        assertEquals(
                List.of("setosa", "iris", "virginica"),
                SavedModel.read(model).info().classNames());
        Cli.line("train --class-names setosa,iris,rose" + OWN + table).failed(ExitCode.USAGE, "'virginica'", "rose");
    }
}
