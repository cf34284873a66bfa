package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.format.SavedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of all formats on the command line: read by content, written by the name's ending. */
class ModelFilesTest {
    private static final String TRAIN = "--layers 784,8,10 --limit 320 --epochs 1 --device cpu --quiet --save ";

    @TempDir
    private Path folder;

    private static Path foreign(String name) throws Exception {
        return Path.of(ModelFilesTest.class.getResource("/models/" + name).toURI());
    }

    @Test
    void theEndingOfSaveDecidesTheFormat() throws Exception {
        for (String name : List.of("m.safetensors", "m.onnx", "m.npz", "weights")) {
            Cli.line(TRAIN + folder.resolve(name)).succeeded();
        }
        SavedModel saved = SavedModel.read(folder.resolve("m.safetensors"));
        for (String name : List.of("m.onnx", "m.npz", "weights")) {
            assertEquals(saved, SavedModel.read(folder.resolve(name)), name);
        }
        assertEquals(8, Files.readAllBytes(folder.resolve("m.onnx"))[0]);
        assertEquals('P', Files.readAllBytes(folder.resolve("m.npz"))[0]);
        assertEquals('{', Files.readAllBytes(folder.resolve("weights"))[8]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.pt", "m.PTH", "m.h5", "m.keras", "m.pkl"})
    void endingsOfOtherFormatsAreRefusedBeforeTraining(String name) {
        Path file = folder.resolve(name);
        Cli.line(TRAIN + file).failed(ExitCode.USAGE, file.toString(), ".safetensors", ".onnx");
        assertFalse(Files.exists(file));
    }

    @Test
    void exportRefusesAnEndingOfAnotherFormat() throws Exception {
        String model = foreign("fc.pth").toString();
        for (String name : List.of("m.npz", "m.safetensors", "m.pt")) {
            Cli.run(
                            "export",
                            "--model",
                            model,
                            "--to",
                            "onnx",
                            folder.resolve(name).toString())
                    .failed(ExitCode.USAGE, name);
        }
    }

    @Test
    void notesAreToldOnStandardError() throws Exception {
        Path out = folder.resolve("m.onnx");
        Cli export = Cli.run("export", "--model", foreign("checkpoint.pt").toString(), "--to", "onnx", out.toString())
                .succeeded();
        assertTrue(export.err().contains("taken from its entry \"model_state_dict\""), export.err());
        assertTrue(export.err().contains("ReLU is assumed"), export.err());
        assertEquals("", export.out());
        assertEquals("12-7-5-3", SavedModel.read(out).parameters().net().toString());
    }

    @Test
    void whatCannotBeReadIsNamedByEveryCommand() throws Exception {
        Path file = Files.writeString(
                folder.resolve("m.safetensors"),
                "version https://git-lfs.github.com/spec/v1\n",
                StandardCharsets.UTF_8);
        Cli.run("evaluate", "--model", file.toString()).failed(ExitCode.USAGE, "Git LFS pointer");
        Cli.run("train", "--init", file.toString()).failed(ExitCode.USAGE, "Git LFS pointer");
        Cli.run(
                        "export",
                        "--model",
                        file.toString(),
                        "--to",
                        "npz",
                        folder.resolve("o.npz").toString())
                .failed(ExitCode.USAGE, "Git LFS pointer");
    }
}
