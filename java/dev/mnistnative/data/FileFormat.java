package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.Content;
import dev.mnistnative.array.IdxFormat;
import dev.mnistnative.array.NpyFormat;
import dev.mnistnative.array.Npz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The kinds of data files, told apart by their first bytes. */
enum FileFormat {
    NPY,
    NPZ,
    IDX,
    CSV;

    private static final int SNIFF_BYTES = 64;

    /** @throws DataFormatException if it is none of them, or a zip that cannot be opened as a file */
    static FileFormat of(Content content) throws IOException {
        byte[] head = content.peek(SNIFF_BYTES);
        if (NpyFormat.matches(head)) {
            return NPY;
        }
        if (Npz.matches(head)) {
            if (content.isStreamed()) {
                throw DataFormatException.of(
                        content.name(), "it is a zip, gzipped or out of a pipe", "give the npz itself as a file");
            }
            return NPZ;
        }
        if (IdxFormat.matches(head)) {
            return IDX;
        }
        Optional<ForeignFormat> foreign = ForeignFormat.of(head);
        if (foreign.isPresent()) {
            throw DataFormatException.of(
                    content.name(), foreign.get().fault(), foreign.get().remedy());
        }
        if (isText(head) || CsvDialect.isUtf16(head)) {
            return CSV;
        }
        throw DataFormatException.of(
                content.name(),
                head.length == 0 ? "it is empty" : "it is none of npy, npz, IDX and CSV",
                "give a file of one of these formats, gzipped or not");
    }

    private static boolean isText(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        return !text.isEmpty() && text.chars().noneMatch(c -> c < ' ' && c != '\t' && c != '\r' && c != '\n');
    }
}
