package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every option of every command is taken and the command does its work; what an option does is tested elsewhere. */
class OptionsTest {
    /** Samples of four features and two classes; {} is the folder of the test's files. */
    private static final String ARRAYS = " --images {}/x_train.npy --labels {}/y_train_label.npy";

    private static final String TEST_ARRAYS = " --test-images {}/x_train.npy --test-labels {}/y_train_label.npy";
    private static final String OWN = "--data {} --layers 4,3,2 --batch-size 2 --epochs 1 ";
    private static final String PLACE = " --device cpu --threads 1 --precision float32 --isa sse4";
    private static final String CSV = " --data {}/t.csv --label-column kind";
    private static final String TABLE = CSV + " --header yes --delimiter , --drop-columns b";
    private static final String NUMBERS = " --batch-size 2 --epochs 1";
    private static final String TARGETS = " --images {}/x_train.npy --targets {}/y_train_label.npy --test-images"
            + " {}/x_train.npy --test-targets {}/y_train_label.npy --sample-weights {}/y_train_label.npy";
    private static final String COLUMNS = " --data {}/t.csv --target-columns kind";
    private static final String INPUT = " --images {}/x_train.npy --targets input --noise 0.1";
    private static final String BENCH = "bench --layers 6,4,3 --batch-size 32 --seconds 0.01";
    private static final String ADAM = " --lr 0.1 --betas 0.8,0.9 --eps 1e-6 --weight-decay 0.1 --amsgrad";
    private static final String SGD = " --optimizer sgd --momentum 0.9";

    private static final List<String> WORKING = List.of(
            "train --preset article --data mnist --limit 320 --epochs 1 --layers 784,10",
            "train --preset accurate --limit 320 --epochs 1 --layers 784,1,10",
            "train --preset fast --limit 320 --epochs 1 --layers 784,1,10 --augment light --image-shape 28x28",
            "train --preset record --limit 320 --epochs 1 --layers 784,1,10 --augment rotate=10,elastic=30:4",
            "train --preset bp --limit 320 --epochs 1 --layers 784,2,3,4,10",
            "train --layers 4,3,2 --batch-size 2 --epochs 1" + ARRAYS + TEST_ARRAYS,
            "train --layers 4,3,2 --batch-size 2 --epochs 1" + CSV,
            "train --layers 3,2 --batch-size 2 --epochs 1" + TABLE,
            "train " + OWN + "--shuffle --keep-last --seed 3 --verbose",
            "train " + OWN + "--no-shuffle --drop-last --scale raw",
            "train " + OWN + "--activation leaky_relu:0.2",
            "train " + OWN + "--optimizer adam" + ADAM,
            "train " + OWN + "--optimizer adamw" + ADAM,
            "train " + OWN + SGD + " --dampening 0.1",
            "train " + OWN + SGD + " --nesterov",
            "train " + OWN + "--lr-schedule constant --warmup-steps 2",
            "train " + OWN + "--lr-schedule step:1,0.5",
            "train " + OWN + "--lr-schedule cosine:1e-6",
            "train " + OWN + "--validation 0.25 --standardize --early-stopping 1 --keep last",
            "train " + OWN + "--class-weights 1,2 --ignore-index 7 --label-smoothing 0.1",
            "train --layers 4,3,1 --loss mse --dropout 0.2 --input-dropout 0.1" + NUMBERS + TARGETS,
            "train --layers 4,1 --loss bce --pos-weight 2" + NUMBERS + COLUMNS,
            "train --layers 4,2,4 --loss mse" + NUMBERS + INPUT,
            "train " + OWN + "--init {}/m.safetensors --save {}/saved.safetensors --class-names a,b",
            "train " + OWN + PLACE,
            "train " + OWN + "--device auto --isa auto",
            "train " + OWN + "--device reference",
            "train " + OWN + "--checkpoint-dir {}/c --checkpoint-every 2 --resume",
            "train " + OWN + "--metrics {}/m.jsonl --log-steps 1 --report {}/r.html --tensorboard {}/events",
            "train " + OWN + "--metrics {}/m.csv --quiet",
            "train " + OWN + "--seeds 0,1 --progress always",
            "train " + OWN + "--progress always",
            "train " + OWN + "--progress auto",
            "train " + OWN + "--progress never",
            "evaluate --model {}/m.safetensors --data {} --limit 2 --scale 0.5 --json --verbose" + PLACE,
            "evaluate --model {}/m.safetensors" + ARRAYS + TEST_ARRAYS,
            "evaluate --model {}/m.safetensors --ignore-index 1" + CSV,
            "evaluate --model {}/m.safetensors --ensemble {}/m.safetensors,{}/m.safetensors" + ARRAYS,
            "evaluate --model {}/three.safetensors" + TABLE,
            "evaluate --model {}/values.safetensors" + TARGETS,
            "evaluate --model {}/values.safetensors" + COLUMNS,
            "evaluate --model {}/auto.safetensors" + INPUT,
            "importance --model {}/m.safetensors --data {} --limit 2 --seed 1 --top 3 --repeats 1 --json --scale raw"
                    + " --report {}/i.html --verbose" + PLACE,
            "importance --model {}/m.safetensors --repeats 1 --patch 1 --picture {}/i.png" + ARRAYS + TEST_ARRAYS,
            "importance --model {}/three.safetensors --repeats 1 --ignore-index 7" + TABLE,
            "importance --model {}/values.safetensors --repeats 1" + TARGETS,
            "importance --model {}/values.safetensors --repeats 1" + COLUMNS,
            "importance --model {}/auto.safetensors --repeats 1" + INPUT,
            "predict --model {}/values.safetensors {}/t.csv --target-columns kind",
            "predict --model {}/three.safetensors {}/t.csv" + TABLE.replace(" --data {}/t.csv", ""),
            "predict --model {}/m.safetensors --scale raw --json --verbose {}/x_train.npy" + PLACE,
            "predict --model {}/digits.safetensors --show {}/bar.png --csv {}/a.csv --id-name i --answer-name a",
            "export --model {}/m.safetensors --to onnx --softmax --verbose {}/m.onnx",
            "export --model {}/m.safetensors --to npz {}/m.npz",
            "export --model {}/m.safetensors --to safetensors {}/again.safetensors",
            "data --data {} --one-hot 2 --show 1 --limit 3 --scale raw --verbose",
            "data" + ARRAYS + TEST_ARRAYS,
            "data" + ARRAYS + " --image-shape 2x2 --show 1 --augment rotate=30 --seed 5",
            "data --ignore-index 1" + CSV,
            "data" + TABLE,
            "data" + TARGETS,
            "data" + COLUMNS,
            "data" + INPUT,
            "devices --verbose",
            BENCH + " --dense --json --verbose" + ADAM + PLACE,
            BENCH + SGD + " --nesterov --activation tanh --dropout 0.5 --input-dropout 0.2",
            BENCH + SGD + " --dampening 0.1",
            "generate-completion",
            "generate-man-page --verbose",
            "help train");

    /** What picocli adds to every command. */
    private static final Set<String> HELP = Set.of("-h", "--help", "-V", "--version");

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeFiles() throws IOException {
        Files.write(
                folder.resolve("x_train.npy"),
                npy("|u1", "(4, 4)", new byte[] {9, 1, 0, 2, 1, 9, 3, 0, 8, 0, 1, 1, 0, 7, 2, 2}));
        Files.write(folder.resolve("y_train_label.npy"), npy("|u1", "(4,)", new byte[] {0, 1, 0, 1}));
        Files.writeString(folder.resolve("t.csv"), "a,b,c,d,kind\n9,1,0,2,0\n1,9,3,0,1\n8,0,1,1,0\n0,7,2,2,1\n");
        writeModel("m.safetensors", Mlp.of(4, 3, 2), ModelInfo.NONE);
        writeModel("values.safetensors", Mlp.of(4, 1), ModelInfo.NONE.withTask(Task.VALUES));
        writeModel("auto.safetensors", Mlp.of(4, 2, 4), ModelInfo.NONE.withTask(Task.VALUES));
        writeModel("three.safetensors", Mlp.of(3, 2), ModelInfo.NONE);
        writeModel("digits.safetensors", Mlp.of(784, 10), ModelInfo.NONE);
        byte[] pixels = new byte[40 * 40];
        IntStream.range(8, 32).forEach(y -> pixels[y * 40 + 20] = (byte) 255);
        Files.write(folder.resolve("bar.png"), PictureFiles.png(PictureFiles.gray(pixels, 40, 40)));
    }

    /** Version 1.0 of the format, the header padded to a multiple of 64. */
    private static byte[] npy(String type, String shape, byte[] data) {
        String header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
        byte[] head = ("\u0093NUMPY\1\0v\0" + header + " ".repeat(117 - header.length()) + "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] file = Arrays.copyOf(head, head.length + data.length);
        System.arraycopy(data, 0, file, head.length, data.length);
        return file;
    }

    private static void writeModel(String name, Mlp shape, ModelInfo info) throws IOException {
        float[] values = new float[shape.parameterCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 7 % 11 - 5) / 10f;
        }
        new SavedModel(Parameters.of(shape, values), info).write(folder.resolve(name));
    }

    private static Cli run(String words) {
        return Cli.run(words.replace("{}", folder.toString()).split(" +"));
    }

    static Stream<String> working() {
        return WORKING.stream();
    }

    @ParameterizedTest
    @MethodSource
    void working(String words) throws IOException {
        String out = run(words).succeeded().out();
        if (words.startsWith("export")) {
            String target = words.substring(words.lastIndexOf(' ') + 1).replace("{}", folder.toString());
            assertTrue(Files.size(Path.of(target)) > 0, target);
        } else {
            assertNotEquals("", out);
        }
    }

    /** A new option has to be added above; those of serve are used by the tests of its command. */
    @Test
    void noOptionIsForgotten() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Main.commandLine(nowhere, nowhere).getSubcommands().forEach((name, command) -> {
            Set<String> unused = new TreeSet<>();
            command.getCommandSpec().options().forEach(option -> {
                unused.add(option.longestName());
                if (option.negatable()) {
                    unused.add(option.longestName().replace("--", "--no-"));
                }
            });
            unused.removeAll(HELP);
            WORKING.stream()
                    .filter(words -> words.startsWith(name))
                    .forEach(words -> unused.removeAll(List.of(words.split(" +"))));
            if (!name.equals("serve")) {
                assertEquals(Set.of(), unused, name);
            }
        });
    }

    @Test
    void everyLevelOfTheProcessorCanBeChosenAndGivesTheSameLoss() {
        String words = "train --limit 640 --layers 784,16,10 --epochs 1 --lr 1e-3 --device cpu --progress never --isa ";
        Set<String> losses = new TreeSet<>();
        for (String level : MnistRuntime.cpu().isaLevels()) {
            Cli cli = run(words + level).succeeded();
            assertTrue(cli.err().contains("computed on  cpu: " + level + ", "), cli.err());
            losses.add(cli.out().replaceFirst(" accuracy(?s).*", ""));
        }
        assertEquals(1, losses.size(), losses.toString());
    }

    @Test
    void bf16WorksOrTheErrorNamesTheInstruction() {
        Cli cli = run("train --limit 320 --layers 784,10 --epochs 1 --device cpu --precision bf16");
        if (MnistRuntime.cpu().bf16()) {
            assertTrue(cli.succeeded().err().contains("bf16 products"), cli.err());
        } else {
            cli.failed(ExitCode.FAILED, "bf16", "AVX512_BF16");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train --limit 320 --layers 784,10", "evaluate --model {}/digits.safetensors", BENCH})
    void tf32IsForGpus(String words) {
        run(words + " --device cpu --precision tf32").failed(ExitCode.FAILED, "tf32 is for NVIDIA GPUs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train --limit 320 --layers 784,10", BENCH})
    void int8IsNotForTraining(String words) {
        run(words + " --precision int8").failed(ExitCode.USAGE, "INT8 is for models, not for training");
    }

    @Test
    void int8IsForTheProcessorAlsoWhereAGpuWouldBeTaken() {
        String words = "evaluate --model {}/digits.safetensors --precision int8 --json";
        Cli auto = run(words).succeeded();
        assertTrue(auto.err().contains("evaluating on cpu (device auto: int8 is for the CPU)"), auto.err());
        assertEquals(
                auto.out(), run(words + " --device cpu --threads 1").succeeded().out());
    }

    @Test
    void cudaWithoutAGpuIsAnErrorThatSaysWhy() {
        String reason = MnistRuntime.gpus().reason();
        Cli cli = run("train --limit 320 --layers 784,10 --epochs 1 --device cuda");
        if (reason.isEmpty()) {
            assertTrue(cli.succeeded().err().contains("cuda:0"), cli.err());
        } else {
            cli.failed(ExitCode.FAILED, reason);
        }
    }
}
