package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.serve.DigitServer;
import dev.mnistnative.serve.ServeSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A model knows which numbers its net was trained on: whatever carries digits to it, and whatever carried those it was
 * trained on, by every door, it gives the answers that it gives to their bytes.
 */
class SameAnswersTest {
    private static final int TRAINED = 1000;
    private static final int ASKED = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Dataset test;
    private static byte[][] digits;

    @BeforeAll
    static void writeDigits() throws IOException {
        test = Mnist.test();
        digits = new byte[ASKED][test.features()];
        for (int i = 0; i < ASKED; i++) {
            test.pixels(i, 1).get(digits[i]);
        }
        try (Dataset training = Mnist.train()) {
            for (Digits form : Digits.values()) {
                form.write(folder, "train", training, TRAINED);
                form.write(folder, "test", test, ASKED);
                form.writeUnlabelled(folder, "test", test, ASKED);
            }
        }
    }

    /** Not even a bit of the net or a word of what its numbers mean tells what carried the training set. */
    @Test
    void theNetIsTheSameWhateverCarriedItsTrainingSet() throws IOException {
        for (List<Digits> group : List.of(
                List.of(Digits.UINT8, Digits.INT16, Digits.INT32, Digits.INT64),
                List.of(Digits.FLOAT32_BYTE, Digits.FLOAT64_BYTE, Digits.CSV_BYTE),
                List.of(Digits.FLOAT32_UNIT, Digits.FLOAT64_UNIT, Digits.CSV_UNIT))) {
            SavedModel first = SavedModel.read(train(group.get(0), "first"));
            for (Digits form : group.subList(1, group.size())) {
                Path file = train(form, "other");
                assertEquals(first.parameters(), SavedModel.read(file).parameters(), form.toString());
                assertEquals(first.info(), infoWithoutFeatures(file), form.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "FLOAT32_BYTE", "CSV_UNIT"})
    void whateverCarriesThem(Digits trainedOn) throws IOException {
        Path file = train(trainedOn, "m-" + trainedOn);
        try (Model model = Model.load(file)) {
            int[] answers = Arrays.stream(digits).mapToInt(model::predict).toArray();
            int right = 0;
            for (int i = 0; i < ASKED; i++) {
                right += answers[i] == test.label(i) ? 1 : 0;
            }
            assertTrue(right >= 60, right + " right");
            for (Digits form : Digits.values()) {
                assertArrayEquals(answers, ofJava(model, form), form + " given to Model");
                assertArrayEquals(answers, ofPredict(file, form), form + " given to predict");
                assertEquals(right / (double) ASKED, ofEvaluate(file, form), 1e-9, form + " given to evaluate");
            }
            assertArrayEquals(answers, ofServer(model, 255), "0 ... 255 given to serve");
            assertArrayEquals(answers, ofServer(model, 1), "0 ... 1 given to serve");
        }
    }

    /** Of the same run: what it is evaluated on meanwhile may be carried by something else. */
    @ParameterizedTest
    @CsvSource({
        "INT64, UINT8",
        "UINT8, INT64",
        "UINT8, FLOAT32_UNIT",
        "UINT8, FLOAT64_BYTE",
        "FLOAT32_BYTE, UINT8",
        "FLOAT32_UNIT, INT16",
        "CSV_UNIT, CSV_BYTE",
        "CSV_BYTE, CSV_UNIT"
    })
    void theTestSetMayBeCarriedBySomethingElse(Digits trainedOn, Digits tested) throws IOException {
        Path metrics = folder.resolve("metrics-" + trainedOn + tested + ".jsonl");
        List<String> more = new ArrayList<>(List.of("--metrics", metrics.toString()));
        more.addAll(List.of(tested.options(folder, "test", "--test-")));
        Path file = train(trainedOn, "pair", more.toArray(String[]::new));
        List<String> lines = Files.readAllLines(metrics);
        double meanwhile =
                JSON.readTree(lines.get(lines.size() - 2)).get("test_accuracy").asDouble();
        assertEquals(ofEvaluate(file, trainedOn), meanwhile, 1e-6);
        assertTrue(meanwhile > 0.6, meanwhile + "");
    }

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT32", "FLOAT32_BYTE", "CSV_UNIT"})
    void aStandardisedModelKnowsItToo(Digits trainedOn) throws IOException {
        Path file = train(trainedOn, "standardized-" + trainedOn, "--standardize");
        double accuracy = ofEvaluate(file, trainedOn);
        assertTrue(accuracy > 0.7, accuracy + "");
        for (Digits form : List.of(Digits.UINT8, Digits.INT64, Digits.FLOAT32_UNIT, Digits.CSV_BYTE)) {
            assertEquals(accuracy, ofEvaluate(file, form), 1e-9, form.toString());
        }
    }

    /** What a model knows goes on with it where the run does not say otherwise. */
    @Test
    void initTakesOverWhatItsModelKnows() throws IOException {
        String names = "null,one,two,three,four,five,six,seven,eight,nine";
        Path first = train(Digits.UINT8, "first", "--standardize", "--class-names", names, "--ignore-index", "77");
        ModelInfo info = SavedModel.read(first).info();
        String[] still = {"--init", first.toString(), "--lr", "0", "--epochs", "1"};
        for (Digits form : List.of(Digits.UINT8, Digits.INT16, Digits.FLOAT32_UNIT, Digits.CSV_BYTE)) {
            Path second = again(form, "second", still);
            assertEquals(info, infoWithoutFeatures(second), form.toString());
            assertEquals(ofEvaluate(first, Digits.UINT8), ofEvaluate(second, form), form.toString());
        }
        Path other = again(Digits.FLOAT32_UNIT, "other", append(still, "--scale", "raw", "--ignore-index", "78"));
        assertEquals(
                InputRange.UNIT, SavedModel.read(other).info().preprocessing().range());
        assertEquals(78, SavedModel.read(other).info().ignoreIndex());
        assertEquals(info.classNames(), SavedModel.read(other).info().classNames());
    }

    @Test
    void whatIsAssumedIsSaid() throws IOException {
        said(Digits.UINT8, "");
        said(Digits.INT64, "test-INT64.npy: its int64 pixels are whole numbers of 0 … 255: they are taken as bytes,");
        said(Digits.FLOAT64_UNIT, "");
        String raw = "the training set has numbers of 0 … 255, which are taken as they are: --scale unit";
        said(Digits.FLOAT32_BYTE, raw);
        said(Digits.CSV_BYTE, raw);
        said(Digits.CSV_BYTE, "", "--scale", "unit");
        Path bare = folder.resolve("bare.safetensors");
        new SavedModel(Parameters.initial(Mlp.of(784, 10), 0), ModelInfo.NONE).write(bare);
        String asked = Digits.FLOAT32_BYTE.samples(folder, "test").toString();
        Cli cli = Cli.run("predict", "--model", bare.toString(), asked).succeeded();
        assertTrue(
                cli.err()
                        .contains(asked + ": whole numbers of 0 … 255, and nothing tells what the net was trained on:"
                                + " they are taken as they are (--scale says otherwise)"),
                cli.err());
        assertEquals(
                "",
                Cli.run("predict", "--model", bare.toString(), "--scale", "unit", asked)
                        .err());
        ModelInfo other = ModelInfo.NONE.withPreprocessing(Preprocessing.NONE.withRange(InputRange.OTHER));
        new SavedModel(Parameters.initial(Mlp.of(784, 10), 0), other).write(bare);
        Path png = folder.resolve("digit.png");
        Files.write(png, PictureFiles.png(PictureFiles.gray(digits[0], 28, 28)));
        String err = Cli.run("predict", "--model", bare.toString(), png.toString(), png.toString())
                .err();
        assertEquals(
                1,
                err.lines()
                        .filter(line -> line.contains("a picture's are a guess"))
                        .count(),
                err);
    }

    private static void said(Digits trainedOn, String note, String... more) {
        String[] words = {"train", "--layers", "784,10", "--epochs", "1", "--quiet", "--device", "cpu", "--keep-last"};
        words = append(append(words, trainedOn.options(folder, "test", "--")), more);
        if (trainedOn.isTable()) {
            words = append(words, "--label-column", "label");
        }
        String err = Cli.run(words).succeeded().err();
        assertTrue(note.isEmpty() ? err.isEmpty() : err.contains(note), err);
    }

    private static Path again(Digits form, String name, String... more) {
        Path file = folder.resolve(name + ".safetensors");
        List<String> words = new ArrayList<>(List.of("train", "--quiet", "--device", "cpu", "--save", file.toString()));
        words.addAll(List.of(form.options(folder, "train", "--")));
        if (form.isTable()) {
            words.addAll(List.of("--label-column", "label"));
        }
        words.addAll(List.of(more));
        Cli.run(words.toArray(String[]::new)).succeeded();
        return file;
    }

    private static ModelInfo infoWithoutFeatures(Path model) throws IOException {
        return SavedModel.read(model).info().withFeatureNames(List.of());
    }

    private static Path train(Digits form, String name, String... more) {
        String[] settings = "--layers 784,32,10 --epochs 4 --batch-size 50 --lr 2e-3 --shuffle".split(" ");
        return again(form, name, append(settings, more));
    }

    private static String[] append(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    private static int[] ofServer(Model model, double white) throws IOException {
        int[] answers = new int[ASKED];
        try (DigitServer server =
                new DigitServer(model, new ServeSettings("127.0.0.1", 0, null, 0, 1 << 20, List.of()), line -> {})) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(server.url()).resolve("/predict"))
                    .header("Content-Type", "application/json");
            HttpClient client = HttpClient.newHttpClient();
            for (int i = 0; i < ASKED; i++) {
                double[] pixels = new double[digits[i].length];
                for (int f = 0; f < pixels.length; f++) {
                    pixels[f] = (digits[i][f] & 0xff) * white / 255;
                }
                String body = "{\"pixels\":" + Arrays.toString(pixels) + "}";
                HttpResponse<String> answer = client.send(
                        request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertEquals(200, answer.statusCode(), answer.body());
                answers[i] = JSON.readTree(answer.body()).get("digit").asInt();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return answers;
    }

    private static int[] ofJava(Model model, Digits form) throws IOException {
        int[] one = new int[ASKED];
        for (int i = 0; i < ASKED; i++) {
            float[] sample = new float[digits[i].length];
            for (int f = 0; f < sample.length; f++) {
                sample[f] = (float) form.value(digits[i][f] & 0xff);
            }
            one[i] = model.predict(sample);
        }
        if (!form.isTable()) {
            Path labels = folder.resolve("test-labels.npy");
            try (Dataset data = DataFiles.read(form.samples(folder, "test"), labels)) {
                assertArrayEquals(one, model.predictions(data), form + " as a data set");
            }
        }
        return one;
    }

    private static int[] ofPredict(Path model, Digits form) throws IOException {
        Path samples = folder.resolve("test-unlabelled-" + form + (form.isTable() ? ".csv" : ".npy"));
        Cli cli = Cli.run("predict", "--model", model.toString(), "--json", samples.toString());
        List<Integer> answers = new ArrayList<>();
        for (String line : cli.succeeded().lines()) {
            answers.add(JSON.readTree(line).get("digit").asInt());
        }
        return answers.stream().mapToInt(i -> i).toArray();
    }

    private static double ofEvaluate(Path model, Digits form) throws IOException {
        List<String> words = new ArrayList<>(List.of("evaluate", "--model", model.toString(), "--json"));
        words.addAll(List.of(form.options(folder, "test", "--")));
        if (form.isTable()) {
            words.addAll(List.of("--label-column", "label"));
        }
        JsonNode report =
                JSON.readTree(Cli.run(words.toArray(String[]::new)).succeeded().out());
        return report.get("accuracy").asDouble();
    }
}
