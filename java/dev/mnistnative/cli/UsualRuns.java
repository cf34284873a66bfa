package dev.mnistnative.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Runs the usual commands, small, one after the other in a process: the launcher has the JVM list the classes that they
 * load and archives them. Not on a GPU, which somebody may be using at that moment.
 */
public final class UsualRuns {
    private static final int SIDE = 28;

    private UsualRuns() {}

    /** Takes a folder to write into; ends with the code of the first run that fails. */
    public static void main(String[] args) throws IOException {
        System.exit(all(Path.of(args[0])));
    }

    static int all(Path folder) throws IOException {
        String model = folder.resolve("model.safetensors").toString();
        Path picture = folder.resolve("picture.png");
        ImageIO.write(bar(), "png", picture.toFile());
        List<List<String>> runs = List.of(
                List.of("--version"),
                List.of("train", "--device", "cpu", "--limit", "640", "--epochs", "2", "--save", model),
                List.of("predict", "--device", "cpu", "--model", model, picture.toString()),
                List.of("evaluate", "--device", "cpu", "--model", model),
                List.of("predict", "--help"));
        for (List<String> run : runs) {
            int code = Main.run(run.toArray(String[]::new));
            if (code != ExitCode.DONE) {
                return code;
            }
        }
        return ExitCode.DONE;
    }

    /** What may pass for a one. */
    private static BufferedImage bar() {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = SIDE / 4; y < SIDE * 3 / 4; y++) {
            picture.setRGB(SIDE / 2, y, 0xffffff);
        }
        return picture;
    }
}
