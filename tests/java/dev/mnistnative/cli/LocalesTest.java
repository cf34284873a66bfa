package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same program in every country, whatever digits, letters and encoding it has. */
@Timeout(60)
class LocalesTest {
    private static final String RUN = "train --layers 784,8,10 --limit 640 --device cpu --progress never ";

    private final Locale before = Locale.getDefault();

    @TempDir
    private Path folder;

    @AfterEach
    void restore() {
        Locale.setDefault(before);
    }

    /** Of the numbers in it only the times differ. */
    private List<String> results(String country) throws IOException {
        Locale.setDefault(Locale.forLanguageTag(country));
        Path own = Files.createDirectory(folder.resolve(country));
        String files = "--save {}/s.safetensors --report {}/r.html --metrics {}/m.jsonl --checkpoint-dir {}/c"
                .replace("{}", own.toString());
        Cli cli = Cli.line(RUN + "--epochs 2 " + files).succeeded();
        String report = Files.readString(own.resolve("r.html"));
        assertTrue(report.contains("viewBox=\"0 0 "), "the charts have no ASCII size");
        Matcher digit = Pattern.compile("[\\p{Nd}&&[^0-9]]").matcher(report + cli.out() + cli.err());
        assertTrue(!digit.find(), () -> "another country's digit: " + digit.group());
        Cli evaluated = Cli.line("evaluate --device cpu --model " + own.resolve("s.safetensors"))
                .succeeded();
        return List.of(
                evaluated.out(),
                cli.out().replaceAll("seconds.*", ""),
                Cli.line("data --limit 5 --show 1").succeeded().out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa-IR", "mr-IN-u-nu-deva", "ar-EG-u-nu-arab", "tr-TR", "de-DE"})
    void resultsAreTheSameEverywhere(String country) throws IOException {
        assertEquals(results("en-US"), results(country));
    }

    @Test
    void aRunGoesOnInAnotherCountry() {
        String run = RUN + "--checkpoint-dir " + folder + "/c --epochs ";
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        Cli.line(run + "1").succeeded();
        Locale.setDefault(Locale.forLanguageTag("mr-IN-u-nu-deva"));
        Cli.line(run + "2 --resume").succeeded();
        Locale.setDefault(Locale.ROOT);
        assertTrue(Cli.line(run + "3 --resume").succeeded().err().contains("going on from"));
    }

    @Test
    void whatTheEncodingDoesNotKnowIsRefused() throws Exception {
        String program =
                Program.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Path script = Files.writeString(
                folder.resolve("script"),
                program + " train --epochs 1 --class-names \u00e4,\u00f6",
                StandardCharsets.UTF_8);
        Process process = new ProcessBuilder("env", "-i", "bash", script.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(ExitCode.USAGE, process.waitFor(), output);
        assertEquals(1, output.lines().count(), output);
        assertTrue(output.contains("set LC_ALL=C.UTF-8"), output);
    }

    @Test
    void aFolderThatTheEncodingDoesNotKnowHasARemedy() throws Exception {
        refusedWithoutLocale(
                program -> "mkdir \u00e4 && cd \u00e4 && " + program + " train --epochs 1 --save s",
                "the current folder");
    }

    @Test
    void classesThatTheEncodingDoesNotKnowAreRefused() throws Exception {
        BufferedImage picture = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        assertTrue(ImageIO.write(picture, "png", folder.resolve("p.png").toFile()));
        refusedWithoutLocale(
                program -> "mkdir -p d/\u00e4 d/\u00f6 && cp p.png d/\u00e4 && cp p.png d/\u00f6 && " + program
                        + " data --data d",
                "a class's folder");
    }

    /**
     * Runs commands of the shell in the test's folder, without a locale: usage is refused with a remedy.
     *
     * @param commands of the program's own command line
     * @param what is refused
     */
    private void refusedWithoutLocale(UnaryOperator<String> commands, String what) throws Exception {
        String program =
                Program.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Path script = Files.writeString(
                folder.resolve("script"), "cd '" + folder + "' && " + commands.apply(program), StandardCharsets.UTF_8);
        Process process = new ProcessBuilder("env", "-i", "PATH=/bin:/usr/bin", "bash", script.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(ExitCode.USAGE, process.waitFor(), output);
        assertTrue(output.contains(what) && output.contains("set LC_ALL=C.UTF-8"), output);
    }

    @Test
    void aPathThatTheEncodingDoesNotKnowHasARemedy() {
        assumeTrue(!Files.exists(Path.of("\ufffd")), "a file of that name is there");
        Cli.run("evaluate", "--model", "m\ufffd.safetensors").failed(ExitCode.USAGE, "argument 3", "LC_ALL=C.UTF-8");
        Cli.run("data", "--data", "a\0b").failed(ExitCode.USAGE, "a\\u0000b");
    }
}
