package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.TestFiles;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nets whose outputs are no classes, from their data to whatever leaves: tables, several labels, autoencoders. */
class TargetsTest {
    private static final Path GOLDEN = Path.of("tests/golden/breadth");
    private static final List<String> FEATURES = List.of("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6");
    private static final String QUIET = " --device cpu --quiet";

    @TempDir
    private Path folder;

    /** Rows [first, end) of the diabetes data as a CSV table. */
    private Path diabetes(String name, int first, int end, boolean reversed) throws IOException {
        Dataset read = DataFiles.withTargets(
                DataFiles.readImages(GOLDEN.resolve("diabetes_x.npy")), GOLDEN.resolve("diabetes_t.npy"));
        List<String> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(FEATURES);
        head.add("progression");
        lines.add(joined(head, reversed));
        for (int i = first; i < end; i++) {
            List<String> fields = new ArrayList<>();
            for (float value : read.sample(i)) {
                fields.add(String.valueOf(value));
            }
            fields.add(String.valueOf(read.targets().get(i)));
            lines.add(joined(fields, reversed));
        }
        return Files.write(folder.resolve(name), lines);
    }

    private static String joined(List<String> fields, boolean reversed) {
        List<String> ordered = IntStream.range(0, fields.size())
                .mapToObj(i -> fields.get(reversed ? fields.size() - 1 - i : i))
                .toList();
        return String.join(",", ordered);
    }

    private static JsonNode json(String line) throws IOException {
        return new ObjectMapper().readTree(line);
    }

    @Test
    void aRegressionOnATable() throws IOException {
        Path train = diabetes("train.csv", 0, 352, false);
        Path test = diabetes("test.csv", 352, 442, true);
        Path model = folder.resolve("r.safetensors");
        Path checkpoints = folder.resolve("checkpoints");
        Cli run = Cli.line("train --images " + train + " --test-images " + test + " --target-columns progression"
                        + " --loss mse --layers 10,16,1 --standardize --batch-size 32 --lr 2e-3 --epochs 40 --shuffle"
                        + " --save " + model + " --checkpoint-dir " + checkpoints + QUIET)
                .succeeded();
        assertFalse(run.out().contains("loss: nan"), run.out());
        SavedModel saved = SavedModel.read(model);
        assertEquals(Task.VALUES, saved.info().task());
        assertEquals(List.of("progression"), saved.info().targetNames());
        assertEquals(FEATURES, saved.info().featureNames());
        assertEquals(
                saved.info(),
                SavedModel.read(checkpoints.resolve("checkpoint-000040-000000.safetensors"))
                        .info());

        // the model knows its target, whatever the order of the columns
        JsonNode evaluated = json(Cli.line("evaluate --device cpu --json --model " + model + " --images " + test)
                .succeeded()
                .out());
        assertTrue(evaluated.get("r2").asDouble() > 0.35, evaluated::toString);
        Path answers = folder.resolve("answers.csv");
        Cli.line("predict --device cpu --model " + model + " --csv " + answers + " " + test)
                .succeeded();
        List<String> lines = Files.readAllLines(answers);
        assertEquals("id,progression", lines.get(0));
        assertEquals(91, lines.size());
        double squares = 0;
        List<String> rows = Files.readAllLines(test);
        for (int i = 1; i < lines.size(); i++) {
            double truth = Double.parseDouble(rows.get(i).split(",")[0]);
            squares += Math.pow(Double.parseDouble(lines.get(i).split(",")[1]) - truth, 2) / 90;
        }
        assertEquals(evaluated.get("mse").asDouble(), squares, 1e-6);

        Path onnx = folder.resolve("r.onnx");
        Path npz = folder.resolve("r.npz");
        Cli.line("export --model " + model + " --to onnx " + onnx).succeeded();
        Cli.line("export --model " + onnx + " --to npz " + npz).succeeded();
        String text = Cli.line("predict --device cpu --model " + model + " " + test)
                .succeeded()
                .out();
        assertTrue(text.lines().findFirst().orElseThrow().matches(".*test.csv\\[0]: progression:[-0-9.e]+"), text);
        assertEquals(
                text,
                Cli.line("predict --device cpu --model " + npz + " " + test)
                        .succeeded()
                        .out());
        JsonNode line = json(Cli.line("predict --device cpu --json --model " + npz + " " + test)
                .succeeded()
                .lines()
                .get(0));
        assertEquals("progression", line.get("names").get(0).asText());
        assertEquals(lines.get(1).split(",")[1], line.get("values").get(0).asText());

        try (Model loaded = Model.load(model);
                Dataset data = DataFiles.readImages(test, ReadOptions.DEFAULT.withFeatureNames(FEATURES))) {
            float[] outputs = loaded.outputs(data);
            assertEquals(Float.parseFloat(lines.get(90).split(",")[1]), outputs[89]);
            assertArrayEquals(new float[] {outputs[3]}, loaded.outputs(data.sample(3)));
        }
        Cli.line("export --model " + model + " --to onnx --softmax " + folder.resolve("p.onnx"))
                .failed(2, "--softmax is for probabilities", "are values");
        Cli.line("serve --device cpu --model " + model).failed(2, "the outputs of " + model + " are values");
    }

    @Test
    void severalLabelsOnArrays() throws IOException {
        Path model = folder.resolve("m.safetensors");
        String data = " --images " + GOLDEN.resolve("many_x.npy") + " --targets " + GOLDEN.resolve("many_t.npy");
        Cli.line("train" + data + " --loss bce --layers 20,16,7 --class-names a,b,c,d,e,f,g --batch-size 64 --lr 1e-2"
                        + " --epochs 8 --keep-last --save " + model + QUIET)
                .succeeded();
        SavedModel saved = SavedModel.read(model);
        assertEquals(Task.MULTI_LABEL, saved.info().task());
        assertEquals("abcdefg", String.join("", saved.info().targetNames()));
        JsonNode evaluated = json(Cli.line("evaluate --device cpu --json --model " + model + data)
                .succeeded()
                .out());
        Cli predicted = Cli.line("predict --device cpu --json --model " + model + " " + GOLDEN.resolve("many_x.npy"))
                .succeeded();
        Dataset truth =
                DataFiles.withTargets(DataFiles.readImages(GOLDEN.resolve("many_x.npy")), GOLDEN.resolve("many_t.npy"));
        int right = 0;
        for (int i = 0; i < truth.size(); i++) {
            JsonNode line = json(predicted.lines().get(i));
            List<String> there = new ArrayList<>();
            line.get("labels").forEach(label -> there.add(label.asText()));
            for (int k = 0; k < 7; k++) {
                boolean said = there.contains(String.valueOf((char) ('a' + k)));
                assertEquals(said, line.get("probabilities").get(k).asDouble() > 0.5);
                right += said == (truth.targets().get(i * 7 + k) == 1) ? 1 : 0;
            }
        }
        assertEquals(evaluated.get("accuracy").asDouble(), right / (301 * 7.0), 1e-6);
        assertTrue(right > 0.8 * 301 * 7, evaluated::toString);

        Path answers = folder.resolve("answers.csv");
        Cli.line("predict --device cpu --model " + model + " --csv " + answers + " " + GOLDEN.resolve("many_x.npy"))
                .succeeded();
        assertEquals("id,a,b,c,d,e,f,g", Files.readAllLines(answers).get(0));
        Path onnx = folder.resolve("m.onnx");
        Cli.line("export --model " + model + " --to onnx --softmax " + onnx).succeeded();
        assertEquals(saved, SavedModel.read(onnx));
        try (Model loaded = Model.load(onnx)) {
            float[] probabilities = loaded.probabilities(truth.sample(0));
            assertEquals(
                    json(predicted.lines().get(0)).get("probabilities").get(0).floatValue(), probabilities[0], 1e-6f);
        }
    }

    @Test
    void anAutoencoderCleansDigits() throws IOException {
        Path model = folder.resolve("d.safetensors");
        Path other = folder.resolve("e.safetensors");
        String digits = " --images " + GOLDEN.resolve("digits_x.npy") + " --targets input --noise 0.3";
        String run =
                "train" + digits + " --loss mse --layers 64,48,64 --batch-size 50 --lr 3e-3 --epochs 12 --limit 600"
                        + " --keep-last" + QUIET + " --save ";
        Cli.line(run + model + " --threads 1").succeeded();
        Cli.line(run + other + " --threads 3").succeeded();
        assertArrayEquals(Files.readAllBytes(model), Files.readAllBytes(other));
        Cli.line(run + other + " --seed 1").succeeded();
        String evaluate = "evaluate --device cpu --json" + digits + " --model ";
        double mse =
                json(Cli.line(evaluate + model).succeeded().out()).get("mse").asDouble();
        assertTrue(mse < 0.045, "the noise's own is 0.09, but what is left is " + mse);
        assertEquals(
                mse,
                json(Cli.line(evaluate + model).succeeded().out()).get("mse").asDouble());
        byte[] stripes = new byte[64];
        IntStream.range(0, 64).forEach(i -> stripes[i] = (byte) (i % 2 * 200));
        Path one = Files.write(folder.resolve("one.npy"), TestFiles.npy("|u1", stripes, 1, 64));
        Cli cleaned = Cli.line("predict --device cpu --show --model " + model + " " + one)
                .succeeded();
        assertEquals(16, cleaned.lines().size(), cleaned.out()); // what the net sees, and what it makes of it
        Cli shown = Cli.line("data" + digits + " --show 1").succeeded();
        assertTrue(shown.out().contains("train targets: shape [900, 64], float32, from 0.0 to 0.9411765"), shown.out());
        Cli.line("evaluate --device cpu --model " + model + " --images " + GOLDEN.resolve("digits_x.npy"))
                .failed(2, "it has samples but no targets; give a file of targets too (--targets)");
    }

    @Test
    void aFolderWithTargetsIsGoneOnWith() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.copy(GOLDEN.resolve("diabetes_x.npy"), data.resolve("x_train.npy"));
        Files.copy(GOLDEN.resolve("diabetes_t.npy"), data.resolve("y_train.npy"));
        Path whole = folder.resolve("w.safetensors");
        Path resumed = folder.resolve("r.safetensors");
        String run = "train --data " + data + " --sample-weights " + GOLDEN.resolve("weights_442.npy")
                + " --loss huber:0.7 --layers 10,8,1 --batch-size 50 --shuffle --validation 0.2" + QUIET;
        String kept = run + " --checkpoint-dir " + folder.resolve("c") + " --resume --epochs ";
        Cli.line(run + " --epochs 4 --save " + whole).succeeded();
        Cli.line(kept + 2).succeeded();
        Cli.line(kept + 4 + " --save " + resumed).succeeded();
        assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(resumed));
        Files.copy(GOLDEN.resolve("diabetes_x.npy"), data.resolve("y_train.npy"), StandardCopyOption.REPLACE_EXISTING);
        Cli.line(kept + 5).failed(2, "the samples have 10 features and 10 targets, but the net 10-8-1");
    }

    @Test
    void weightsOfSamplesAreAColumnOrAFile() throws IOException {
        StringBuilder table = new StringBuilder("a,b,kind,w\n");
        double[] weights = new double[40];
        for (int i = 0; i < weights.length; i++) {
            boolean wrong = i % 4 == 3;
            weights[i] = wrong ? 0 : 1 + i % 3;
            table.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%s,%s%n",
                    i % 2 * 9,
                    9 - i % 2 * 9,
                    (i % 2 == 0) != wrong ? "x" : "y",
                    weights[i]));
        }
        Path csv = Files.writeString(folder.resolve("t.csv"), table);
        Path npy = folder.resolve("w.npy");
        Files.write(npy, TestFiles.npy("<f8", TestFiles.doubles(ByteOrder.LITTLE_ENDIAN, weights), weights.length));
        Path byColumn = folder.resolve("c.safetensors");
        Path byFile = folder.resolve("f.safetensors");
        Path without = folder.resolve("n.safetensors");
        String run = "train --data " + csv + " --label-column kind --layers 2,8,2 --batch-size 8 --epochs 30 --lr 0.02"
                + QUIET + " --save ";
        Cli.line(run + byColumn + " --sample-weights w").succeeded();
        Cli.line(run + byFile + " --sample-weights " + npy + " --drop-columns w")
                .succeeded();
        Cli.line(run + without + " --drop-columns w").succeeded();
        assertEquals(SavedModel.read(byColumn), SavedModel.read(byFile));
        assertNotEquals(SavedModel.read(byColumn), SavedModel.read(without));
        Cli predicted =
                Cli.line("predict --device cpu --model " + byColumn + " " + csv).succeeded();
        assertTrue(predicted.lines().get(3).contains("[3]: y"), predicted.out()); // what the wrong label has no say in
        Cli.line(run + byColumn + " --sample-weights v").failed(2, "it has no column 'v'", "(--sample-weights)");
        Cli.line("train --sample-weights v --limit 640 --epochs 1" + QUIET)
                .failed(2, "--sample-weights v: there is no such file");
    }

    @Test
    void balancedClassWeightsAreCountedInTheTrainingPart() throws IOException {
        Path csv = Files.writeString(folder.resolve("t.csv"), "a,kind\n1,0\n2,0\n3,0\n4,1\n5,1\n6,2\n0,-100\n");
        String run = "train --data " + csv + " --label-column kind --layers 1,4,3 --batch-size 7 --epochs 3 --lr 0.1"
                + QUIET + " --save ";
        Path balanced = folder.resolve("b.safetensors");
        Path told = folder.resolve("t.safetensors");
        Cli.line(run + balanced + " --class-weights balanced").succeeded();
        Cli.line(run + told + " --class-weights " + 6f / 9 + ",1,2").succeeded();
        assertEquals(SavedModel.read(told), SavedModel.read(balanced));
        Cli.line(run + told + " --class-weights equal").failed(2, "--class-weights", "neither balanced nor a number");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--images X --targets T | but the loss cross_entropy learns classes: give --loss mse",
                "--data CSV --target-columns y | --target-columns gives numbers to learn, but the loss cross_entropy",
                "--loss mse | the samples have no targets",
                "--loss mse --images X --labels T | --labels and --test-labels name classes",
                "--loss mse --data CSV --label-column y | --label-column names classes",
                "--loss mse --images X --targets T | the samples have 10 features and 1 target, but the net "
                        + "784-312-256-10 takes 784 and gives 10: give --layers",
                "--loss mse --images X --targets input --layers 10,5 | 10 features and are their own targets",
                "--loss mse --images X --targets T --noise 1 | --noise needs --targets input",
                "--loss mse --images X --targets input --noise -1 | the noise's deviation must be",
                "--loss mse --images X --targets T --test-targets T --layers 10,1 | there is no test set",
                "--loss mse --images X --targets T --test-images X | --test-images needs --test-targets",
                "--loss mse --images X --targets T --target-columns y | exclude each other",
                "--loss mse --target-columns y | --target-columns is for CSV files",
                "--loss mse --data CSV --target-columns z --layers 1,1 | it has no column 'z'; its columns are [x, y]",
                "--loss mse --images X --targets MANY | it has 301 targets, but there are 442 samples",
                "--loss mse --images X --targets nowhere.npy | nowhere.npy",
                "--loss bce --images X --targets T --layers 10,4,1 | target"
            })
    void whatDoesNotFitIsRefusedWithTheRemedy(String words, String what) throws IOException {
        Path csv = Files.writeString(folder.resolve("t.csv"), "x,y\n1,2\n3,4\n");
        String filled = words.replace("CSV", csv.toString())
                .replace("X", GOLDEN.resolve("diabetes_x.npy").toString())
                .replace("MANY", GOLDEN.resolve("many_t.npy").toString())
                .replace(" T", " " + GOLDEN.resolve("diabetes_t.npy"));
        Cli.line("train --epochs 1" + QUIET + " " + filled).failed(2, what);
    }
}
