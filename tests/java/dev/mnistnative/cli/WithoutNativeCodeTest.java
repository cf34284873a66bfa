package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the native library cannot be loaded, what needs none works, and the rest says why, in one sentence. */
@Timeout(120)
class WithoutNativeCodeTest {
    private static final String END = "end of ";

    @TempDir
    private static Path folder;

    private static final List<String> NEED_NONE = List.of(
            "--help",
            "--version",
            "train --version",
            "help train",
            "serve --help",
            "generate-completion",
            "generate-man-page",
            "data --limit 3");

    private static final List<String> NEED_IT = List.of(
            "train --epochs 1 --save {}/s.safetensors",
            "evaluate --model {}/m.safetensors",
            "predict --model {}/m.safetensors {}/s.csv",
            "serve --port 0 --model {}/m.safetensors",
            "devices",
            "bench --seconds 0.1");

    private static String output;

    /** All commands in one process. */
    public static void main(String[] args) {
        for (int i = 1; i < args.length; i++) {
            Cli cli = Cli.run(args[i].replace("{}", args[0]).split(" "));
            System.out.println(cli.err() + END + args[i] + ": " + cli.exitCode());
        }
    }

    @BeforeAll
    static void runEverything() throws IOException, InterruptedException {
        Cli.line("train --layers 784,4,10 --limit 320 --epochs 1 --device cpu --quiet --save " + folder
                        + "/m.safetensors")
                .succeeded();
        Files.writeString(folder.resolve("s.csv"), "0" + ",0".repeat(783) + "\n");
        List<String> command = new ArrayList<>(Program.command());
        command.set(command.size() - 1, WithoutNativeCodeTest.class.getName());
        command.add(1, "-Dorg.bytedeco.javacpp.platform=plan9-vax");
        command.add(folder.toString());
        command.addAll(NEED_NONE);
        command.addAll(NEED_IT);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
    }

    @Test
    void helpVersionCompletionAndManualWork() {
        for (String words : NEED_NONE) {
            assertTrue(output.contains(END + words + ": 0\n"), words + "\n" + output);
        }
    }

    @Test
    void whatNeedsItSaysWhyItIsMissing() {
        List<String> lines = output.lines().toList();
        for (String words : NEED_IT) {
            int end = lines.indexOf(END + words + ": 1");
            assertTrue(end > 0, words + "\n" + output);
            String sentence = lines.get(end - 1);
            assertTrue(sentence.startsWith("mnist-native " + words.split(" ")[0] + ": the native library"), sentence);
            assertTrue(sentence.contains("plan9-vax") && sentence.contains("Remedy: "), sentence);
        }
        assertFalse(output.contains("\tat "), output);
        assertEquals(NEED_IT.size(), output.split("Remedy: ", -1).length - 1, output);
    }
}
