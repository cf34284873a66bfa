package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.format.SavedModel;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What predict takes and what it does when some of it is bad; the nets are not trained. */
class PredictFilesTest {
    private static final int SIDE = 28;

    @TempDir
    static Path folder;

    private static Path digits; // 784 inputs
    private static Path pairs; // features b and a, classes no and yes: the greater of the two

    @BeforeAll
    static void write() throws IOException {
        Mlp net = Mlp.of(SIDE * SIDE, 10);
        float[] values = new float[net.parameterCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 7 % 11 - 5) / 100f;
        }
        digits = folder.resolve("digits.safetensors");
        new SavedModel(Parameters.of(net, values), ModelInfo.NONE).write(digits);
        pairs = folder.resolve("pairs.safetensors");
        new SavedModel(
                        Parameters.of(Mlp.of(2, 2), new float[] {1, 0, 0, 1, 0, 0}),
                        ModelInfo.NONE.withFeatureNames(List.of("b", "a")).withClassNames("no", "yes"))
                .write(pairs);
    }

    private static byte[] png() {
        byte[] pixels = new byte[SIDE * SIDE];
        for (int y = 6; y < 22; y++) {
            pixels[y * SIDE + 14] = (byte) 255;
        }
        return PictureFiles.png(PictureFiles.gray(pixels, SIDE, SIDE));
    }

    private static Cli predict(Path model, String... words) {
        List<String> all = new ArrayList<>(List.of("predict", "--device", "cpu", "--model", model.toString()));
        all.addAll(List.of(words));
        return Cli.run(all.toArray(String[]::new));
    }

    private static Cli withInput(byte[] input, Path model, String... words) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input));
        try {
            return predict(model, words);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void aBadPictureIsToldAndTheRestGoesOn() throws IOException {
        List<String> scans = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            scans.add(Files.write(folder.resolve("scan" + i + ".png"), i == 6 ? new byte[30] : png())
                    .toString());
        }
        Path answers = folder.resolve("scans.csv");
        scans.add("--json");
        scans.add("--csv");
        scans.add(answers.toString());
        Cli run = predict(digits, scans.toArray(String[]::new));
        assertEquals(ExitCode.USAGE, run.exitCode());
        assertEquals(8, run.lines().size());
        assertEquals(
                1, run.err().lines().filter(line -> line.contains("scan6.png")).count(), run.err());
        List<String> lines = Files.readAllLines(answers);
        assertEquals("id,label", lines.get(0));
        assertTrue(lines.get(5).startsWith("5,") && lines.get(6).startsWith("7,"), lines::toString);
    }

    @Test
    void aFolderOfPictures() throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("pictures/below"));
        for (String name : List.of("10.png", "2.png", "below/1.png")) {
            Files.write(pictures.resolveSibling(name), png());
        }
        Files.writeString(pictures.resolve("notes.txt"), "none");
        Files.writeString(pictures.resolve(".hidden"), "none");
        Cli run = predict(digits, pictures.getParent().toString()).succeeded();
        assertEquals(3, run.lines().size());
        assertTrue(run.lines().get(0).contains("2.png: "), run.out());
        assertTrue(run.lines().get(1).contains("10.png: "), run.out());
        assertTrue(run.err().contains("1 file is no picture and left out"), run.err());
        predict(digits, Files.createDirectory(folder.resolve("empty")).toString())
                .failed(ExitCode.USAGE, "there is no picture in this folder");
    }

    @Test
    void standardInput() throws IOException {
        assertTrue(withInput(png(), digits, "-").succeeded().out().startsWith("standard input: "));
        byte[] table = "a,b,c\n1,2,x\n4,3,y\n".getBytes(StandardCharsets.UTF_8);
        Cli run = withInput(table, pairs, "-").succeeded();
        assertTrue(run.lines().get(0).startsWith("standard input[0]: no "), run.out());
        assertTrue(run.lines().get(1).startsWith("standard input[1]: yes "), run.out());
        assertTrue(run.err().contains("the column [c] is none of the model's features"), run.err());
        withInput(new byte[0], pairs, "-").failed(ExitCode.USAGE, "standard input", "it is empty");
    }

    @Test
    void aPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        Process writer = new ProcessBuilder("sh", "-c", "printf 'b;a\\n1;5\\n' | gzip > " + pipe).start();
        Cli run = predict(pairs, pipe.toString()).succeeded();
        assertTrue(run.out().startsWith(pipe + "[0]: yes "), run.out());
        assertEquals(0, writer.waitFor());
    }

    @Test
    void aMemberOfAnNpz() throws IOException {
        Path npz = folder.resolve("two.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(npz))) {
            for (String name : List.of("first", "second")) {
                zip.putNextEntry(new ZipEntry(name + ".npy"));
                String head = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }";
                zip.write(("\u0093NUMPY\1\0v\0" + head + " ".repeat(117 - head.length()) + "\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                zip.write(name.equals("first") ? new byte[] {9, 1} : new byte[] {1, 9});
                zip.closeEntry();
            }
        }
        assertTrue(predict(pairs, npz + ":second").succeeded().out().contains("[0]: yes "));
        predict(pairs, npz.toString()).failed(ExitCode.USAGE, "name one as FILE.npz:MEMBER");
        predict(pairs, npz + ":third").failed(ExitCode.USAGE, "it has no member third");
    }

    @Test
    void answersAsKaggleWantsThem() throws IOException {
        StringBuilder test = new StringBuilder("pixel0");
        for (int i = 1; i < SIDE * SIDE; i++) {
            test.append(",pixel").append(i);
        }
        String header = test.toString();
        for (int row = 0; row < 3; row++) {
            test.append('\n').append(header.replaceAll("pixel\\d+", String.valueOf(row)));
        }
        Path file = Files.writeString(folder.resolve("test.csv"), test + "\n");
        Path answers = folder.resolve("submission.csv");
        Cli run = predict(
                        digits,
                        file.toString(),
                        "--csv",
                        answers.toString(),
                        "--id-name",
                        "ImageId",
                        "--answer-name",
                        "Label")
                .succeeded();
        assertEquals("", run.out());
        String text = Files.readString(answers);
        assertTrue(text.matches("ImageId,Label\n1,\\d\n2,\\d\n3,\\d\n"), text);
        assertTrue(run.err().contains("submission.csv: 3 answers"), run.err());
    }

    @Test
    void remediesAreThoseOfTheCommand() throws IOException {
        Path table = Files.writeString(folder.resolve("missing.csv"), "a,c\n1,2\n");
        predict(pairs, table.toString()).failed(ExitCode.USAGE, "no column 'b'; its columns are [a, c]");
        Path wide = Files.writeString(folder.resolve("wide.csv"), "1,2,3\n4,5,6\n");
        predict(pairs, wide.toString()).failed(ExitCode.USAGE, "leave columns out (--drop-columns");
        assertTrue(predict(pairs, wide.toString(), "--drop-columns", "0")
                .succeeded()
                .out()
                .contains("[1]: yes "));
    }
}
