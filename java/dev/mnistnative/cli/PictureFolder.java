package dev.mnistnative.cli;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.image.PictureFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pictures in a folder and those below it. */
final class PictureFolder {
    private static final Pattern PICTURE_NAME =
            Pattern.compile("(?i).*\\.(png|jpe?g|gif|bmp|tiff?|webp|heic|heif|avif|ico|pdf|svg)");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final int WIDEST_NUMBER = 20;

    private PictureFolder() {}

    /**
     * What is a picture by its content or its name, in the order of names, where 2 comes before 10.
     *
     * @throws DataFormatException if there is none
     */
    static List<Path> pictures(Path folder, Consumer<String> notes) throws IOException {
        List<Path> pictures = new ArrayList<>();
        int others = 0;
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(PictureFolder::sortable))
                    .toList();
        }
        for (Path file : files) {
            if (file.getFileName().toString().startsWith(".")) {
                continue;
            }
            if (PICTURE_NAME.matcher(file.getFileName().toString()).matches() || PictureFiles.isPicture(file)) {
                pictures.add(file);
            } else {
                others++;
            }
        }
        if (pictures.isEmpty()) {
            throw DataFormatException.of(folder.toString(), "there is no picture in this folder", "give one with some");
        }
        if (others > 0) {
            notes.accept(folder + ": " + others + (others == 1 ? " file is no picture" : " files are no pictures")
                    + " and left out");
        }
        return pictures;
    }

    /** A name whose numbers are filled up with zeros. */
    private static String sortable(Path file) {
        return NUMBER.matcher(file.toString())
                .replaceAll(number ->
                        "0".repeat(Math.max(0, WIDEST_NUMBER - number.group().length())) + number.group());
    }
}
