import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts JavaCPP's C++ in alphabetical order, so that the same sources give the same library. JavaCPP writes methods in the
 * order of Class.getDeclaredMethods(), which in HotSpot is that of addresses and changes from run to run.
 *
 * <p>java InOrder.java FROM TO: all of FROM's .cpp files into TO; one that is there already keeps its time.
 */
class InOrder {
    /** A row of the table of members' names, or of that of their offsets: "{ "sizeof", "b", "a" },". */
    private static final Pattern ROW = Pattern.compile("(?m)^( *\\{ )(\"?sizeof[^{}]*?)( \\},?)$");

    private static final Pattern FUNCTION = Pattern.compile("(?m)^(?=JNIEXPORT .* Java_)");

    /** What ends the last function, and the block of them all. */
    private static final String END = "\n}\n\n}";

    public static void main(String[] folders) throws IOException {
        Path to = Files.createDirectories(Path.of(folders[1]));
        try (var files = Files.newDirectoryStream(Path.of(folders[0]), "*.cpp")) {
            for (Path file : files) {
                String text = inOrder(Files.readString(file));
                Path target = to.resolve(file.getFileName());
                if (!Files.exists(target) || !Files.readString(target).equals(text)) {
                    Files.writeString(target, text);
                }
            }
        }
    }

    private static String inOrder(String text) {
        List<String> parts = new ArrayList<>(List.of(FUNCTION.split(text)));
        String head = ROW.matcher(parts.remove(0))
                .replaceAll(row -> Matcher.quoteReplacement(row.group(1) + inOrderRow(row.group(2)) + row.group(3)));
        String last = parts.remove(parts.size() - 1);
        int end = last.lastIndexOf(END) + 3;
        if (end < 3) {
            throw new IllegalStateException("JavaCPP's C++ does not end as it did: mend native/jni/InOrder.java");
        }
        parts.add(last.substring(0, end));
        parts.replaceAll(String::strip);
        Collections.sort(parts);
        return head + String.join("\n\n", parts) + "\n" + last.substring(end);
    }

    /** The size stays first: the tables count on it. */
    private static String inOrderRow(String list) {
        String[] items = list.split(", (?=\"|offsetof)");
        Arrays.sort(items, 1, items.length);
        return String.join(", ", items);
    }
}
