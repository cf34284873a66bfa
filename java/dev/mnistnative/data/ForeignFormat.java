package dev.mnistnative.data;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a file is that holds no data as they are read here, told by how it begins, and what to do with it. */
record ForeignFormat(String begin, String fault, String remedy) {
    private static final String TO_NPY = "save its arrays with numpy.savez or as CSV";
    private static final String UNPACK = "unpack it first";

    private static final List<ForeignFormat> KNOWN = List.of(
            new ForeignFormat("\u0089HDF", "it is an HDF5 file (.h5, or MATLAB's .mat of 7.3)", TO_NPY),
            new ForeignFormat(
                    "MATLAB 5.0", "it is a MATLAB file", "save its arrays with numpy.savez (scipy.io.loadmat)"),
            new ForeignFormat("PAR1", "it is a Parquet file", TO_NPY),
            new ForeignFormat("ARROW1", "it is an Arrow file", TO_NPY),
            new ForeignFormat("FEA1", "it is a Feather file", TO_NPY),
            new ForeignFormat("SQLite format 3", "it is an SQLite database", "export its table as CSV"),
            new ForeignFormat("\u00d0\u00cf\u0011\u00e0", "it is an old Excel file (.xls)", "save its sheet as CSV"),
            new ForeignFormat("\u0080\2", "it is a Python pickle", TO_NPY),
            new ForeignFormat("\u0080\3", "it is a Python pickle", TO_NPY),
            new ForeignFormat("\u0080\4", "it is a Python pickle", TO_NPY),
            new ForeignFormat("\u0080\5", "it is a Python pickle", TO_NPY),
            new ForeignFormat("BZh", "it is compressed by bzip2", UNPACK),
            new ForeignFormat("\u00fd7zXZ", "it is compressed by xz", UNPACK),
            new ForeignFormat("(\u00b5/\u00fd", "it is compressed by zstd", UNPACK),
            new ForeignFormat("7z\u00bc\u00af", "it is a 7z archive", UNPACK),
            new ForeignFormat("Rar!", "it is a RAR archive", UNPACK),
            new ForeignFormat("%PDF", "it is a PDF", "give the data themselves"),
            new ForeignFormat("\u0089PNG", "it is a picture", "give a folder of pictures for each class, or arrays"),
            new ForeignFormat(
                    "\u00ff\u00d8\u00ff", "it is a picture", "give a folder of pictures for each class, or arrays"),
            new ForeignFormat(
                    "version https://git-lfs", "it is a Git LFS pointer, not the file itself", "run git lfs pull"),
            new ForeignFormat("<!doctype", "it is a web page", "download the file itself"),
            new ForeignFormat("<html", "it is a web page", "download the file itself"),
            new ForeignFormat("<?xml", "it is XML", "save the data as CSV"),
            new ForeignFormat("{\"", "it is JSON", "save the data as CSV"),
            new ForeignFormat("[{", "it is JSON", "save the data as CSV"),
            new ForeignFormat("[[", "it is JSON", "save the data as CSV"));

    /** @param head the first bytes of a file */
    static Optional<ForeignFormat> of(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1).stripLeading();
        String small = text.toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(format -> text.startsWith(format.begin()) || small.startsWith(format.begin()))
                .findFirst();
    }
}
