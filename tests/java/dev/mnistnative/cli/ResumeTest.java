package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints by the command line. */
@Timeout(120)
class ResumeTest {
    private static final String RUN = "--layers 784,16,10 --limit 960 --device cpu --shuffle --progress never ";

    @TempDir
    private Path folder;

    private Cli train(String words) {
        return Cli.line(RUN + words.replace("{}", folder.toString()));
    }

    @Test
    void fourEpochsAreTwoAndTwo() throws IOException {
        train("--epochs 4 --save {}/whole.safetensors").succeeded();
        train("--epochs 2 --checkpoint-dir {}/c --metrics {}/m.jsonl").succeeded();
        Files.writeString(
                folder.resolve("m.jsonl"),
                Files.readString(folder.resolve("m.jsonl")).strip()); // as if cut
        Cli resumed = train("--epochs 4 --checkpoint-dir {}/c --resume --metrics {}/m.jsonl --save {}/s.safetensors")
                .succeeded();
        assertEquals(2, resumed.lines().size(), resumed.out());
        assertTrue(resumed.err().contains("000002-000000.safetensors: 2 epochs and 0 steps are done"), resumed.err());
        assertArrayEquals(bytes("whole.safetensors"), bytes("s.safetensors"));
        List<String> metrics = Files.readAllLines(folder.resolve("m.jsonl"));
        assertEquals(
                List.of("start", "epoch", "epoch", "end", "start", "epoch", "epoch", "end"),
                metrics.stream()
                        .map(line -> line.replaceFirst("\\{\"event\":\"(\\w+)\".*", "$1"))
                        .toList());
        Cli over = train("--epochs 4 --checkpoint-dir {}/c --resume --save {}/again.safetensors")
                .succeeded();
        assertTrue(over.err().contains("all epochs were done already"), over.err());
        assertArrayEquals(bytes("whole.safetensors"), bytes("again.safetensors"));
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    @Test
    void resumingWhatIsNotThereBegins() {
        assertEquals(
                1,
                train("--epochs 1 --checkpoint-dir {}/new/c --resume")
                        .succeeded()
                        .lines()
                        .size());
    }

    @Test
    void anotherRunIsRefused() {
        train("--epochs 1 --checkpoint-dir {}/c").succeeded();
        train("--epochs 2 --checkpoint-dir {}/c").failed(ExitCode.USAGE, "earlier run");
        train("--epochs 2 --checkpoint-dir {}/c --resume --lr 0.1").failed(ExitCode.USAGE, "optimizer is Adam[lr=0.1");
        train("--epochs 2 --checkpoint-dir {}/c --resume --batch-size 32").failed(ExitCode.USAGE, "batchSize is 32");
    }

    @Test
    void aCheckpointsWeightsCanBeExported() throws IOException {
        train("--epochs 1 --checkpoint-dir {}/c --save {}/saved.safetensors --scale 0.5")
                .succeeded();
        String checkpoint =
                folder.resolve("c/checkpoint-000001-000000.safetensors").toString();
        String saved = folder.resolve("saved.safetensors").toString();
        for (String format : List.of("onnx", "npz", "safetensors")) {
            String one = folder.resolve("one." + format).toString();
            String two = folder.resolve("two." + format).toString();
            assertEquals(
                    "",
                    Cli.run("export", "--model", saved, "--to", format, one)
                            .succeeded()
                            .out());
            Cli.run("export", "--model", checkpoint, "--to", format, two).succeeded();
            assertTrue(Files.size(Path.of(one)) > 4 * 12_730, format);
        }
        assertArrayEquals(bytes("saved.safetensors"), bytes("one.safetensors"));
        assertArrayEquals(bytes("one.npz"), bytes("two.npz"));
        Cli.run("export", "--model", saved, "--to", "npz", "--softmax", "x.npz").failed(ExitCode.USAGE, "--softmax");
        Cli.run("export", "--model", saved, "--to", "pdf", "x.pdf").failed(ExitCode.USAGE, "onnx, safetensors, npz");
    }
}
