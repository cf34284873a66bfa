package dev.mnistnative.array;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NumPy's .npy, versions 1.0, 2.0 and 3.0 (numpy.lib.format): magic, version, length, a Python dict, the numbers. */
public final class NpyFormat {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** NumPy itself writes a few hundred bytes. */
    private static final int MAX_HEADER = 1 << 16;

    private static final Pattern DESCR = key("descr", "(?:'([^']*)'|\"([^\"]*)\"|(\\[))");
    private static final Pattern FORTRAN = key("fortran_order", "(True|False)");
    private static final Pattern SHAPE = key("shape", "\\(([-0-9L,\\s]*)\\)");
    private static final Pattern ELEMENT = Pattern.compile("([<>|=]?)([a-zA-Z]\\d*).*", Pattern.DOTALL);
    private static final int MAX_DIMENSIONS = 32;
    private static final int MAX_DIGITS = 18;

    private NpyFormat() {}

    public static boolean matches(byte[] head) {
        return head.length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** Reads the head; the numbers are next. */
    public static ArrayHeader readHeader(Content content) throws IOException {
        return parse(content, headerText(content));
    }

    private static String headerText(Content content) throws IOException {
        byte[] version = content.take(MAGIC.length + 2, "the npy magic");
        int major = version[MAGIC.length];
        int minor = version[MAGIC.length + 1];
        if (major < 1 || major > 3 || minor != 0) {
            throw fault(content, "npy version " + major + "." + minor + " is not known", "save it as 1.0, 2.0 or 3.0");
        }
        return new String(
                content.take(headerLength(content, major), "the npy header"),
                major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    private static int headerLength(Content content, int major) throws IOException {
        ByteBuffer length = ByteBuffer.wrap(content.take(major == 1 ? 2 : 4, "the npy header's length"))
                .order(ByteOrder.LITTLE_ENDIAN);
        long bytes = major == 1 ? length.getChar() : length.getInt() & 0xffff_ffffL;
        if (bytes > MAX_HEADER) {
            throw fault(content, "its header claims " + bytes + " bytes", "write the file again with numpy.save");
        }
        return (int) bytes;
    }

    private static ArrayHeader parse(Content content, String header) throws IOException {
        String text = dictionary(content, header);
        String element = element(content, text);
        Matcher parts = ELEMENT.matcher(element);
        ElementType type = parts.matches()
                ? ElementType.ofNumpy(element.substring(parts.start(2))).orElse(null)
                : null;
        if (type == null) {
            throw fault(
                    content,
                    "its elements are '" + printable(element) + "'",
                    "save one of " + ElementType.numpyNames() + " with astype");
        }
        boolean fortran = find(FORTRAN, text, "fortran_order", content).group(1).equals("True");
        long[] shape = shape(content, find(SHAPE, text, "shape", content).group(1));
        return ArrayHeader.checked(content.name(), type, order(parts.group(1)), fortran, shape);
    }

    private static String dictionary(Content content, String header) throws IOException {
        String text = header.strip();
        if (!text.startsWith("{") || !text.endsWith("}")) {
            throw fault(content, "the npy header is no dictionary", "write the file again with numpy.save");
        }
        return text;
    }

    /** What its elements are, e.g. {@code <f4}. */
    private static String element(Content content, String dictionary) throws IOException {
        Matcher descr = find(DESCR, dictionary, "descr", content);
        if (descr.group(3) != null) {
            throw fault(content, "it is a structured array", "save one plain array instead");
        }
        return descr.group(1) != null ? descr.group(1) : descr.group(2);
    }

    /**
     * What the head of an array says, texts and single values too; the elements are next.
     *
     * @throws DataFormatException if it is damaged
     */
    public static NpyHead readHead(Content content) throws IOException {
        String text = dictionary(content, headerText(content));
        boolean fortran = find(FORTRAN, text, "fortran_order", content).group(1).equals("True");
        return new NpyHead(
                element(content, text),
                shape(content, find(SHAPE, text, "shape", content).group(1)),
                fortran);
    }

    private static ByteOrder order(String mark) {
        return switch (mark) {
            case ">" -> ByteOrder.BIG_ENDIAN;
            case "<" -> ByteOrder.LITTLE_ENDIAN;
            default -> ByteOrder.nativeOrder();
        };
    }

    /** "60000, 28, 28" or "60000," or, by old Pythons, "60000L,". */
    private static long[] shape(Content content, String tuple) throws IOException {
        String text = tuple.strip();
        if (text.isEmpty()) {
            return new long[0];
        }
        String[] parts =
                text.endsWith(",") ? text.substring(0, text.length() - 1).split(",", -1) : text.split(",", -1);
        if (parts.length > MAX_DIMENSIONS) {
            throw fault(content, "it has " + parts.length + " dimensions", "reshape it to [N, …]");
        }
        long[] shape = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String number = parts[i].strip();
            if (!number.matches("-?\\d{1," + MAX_DIGITS + "}L?")) {
                throw fault(
                        content,
                        "its shape has the dimension '" + printable(number) + "'",
                        "write the file again with numpy.save");
            }
            shape[i] = Long.parseLong(number.replace("L", ""));
        }
        return shape;
    }

    private static Pattern key(String name, String value) {
        return Pattern.compile("[{,]\\s*['\"]" + name + "['\"]\\s*:\\s*" + value);
    }

    private static Matcher find(Pattern pattern, String header, String key, Content content) throws IOException {
        Matcher m = pattern.matcher(header);
        if (!m.find()) {
            throw fault(content, "the npy header has no valid '" + key + "'", "write the file again with numpy.save");
        }
        return m;
    }

    /** What a damaged file says, made fit for a message: short, and no control characters. */
    private static String printable(String text) {
        return text.substring(0, Math.min(text.length(), 40)).replaceAll("\\p{Cntrl}", "?");
    }

    private static DataFormatException fault(Content content, String fault, String remedy) {
        return DataFormatException.of(content.name(), fault, remedy);
    }
}
