import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Puts JavaCPP's C++ in alphabetical order, so that the same sources give the same library. JavaCPP writes methods in
 * the order of Class.getDeclaredMethods(), which in HotSpot is that of addresses and changes with JDK, options and run;
 * the classes that they name are numbered in the order in which they turn up.
 *
 * <p>java InOrder.java FROM TO: all of FROM's .cpp files into TO; one that is there already keeps its time.
 */
class InOrder {
    /** The tables with a row a class: "static int JavaCPP_offsets[22][12] = { ... };". */
    private static final Pattern TABLE = Pattern.compile(
            "(static (?:const char\\*|int) JavaCPP_(?:classNames|members|offsets|memberOffsetSizes)\\[\\S* = \\{)"
                    + "(.*?)( \\};\n)",
            Pattern.DOTALL);

    private static final Pattern NAMES = Pattern.compile("JavaCPP_classNames\\S* = \\{(.*?) \\};", Pattern.DOTALL);
    private static final Pattern BETWEEN_ROWS = Pattern.compile(",(?![^{]*\\})");
    private static final Pattern BETWEEN_MEMBERS = Pattern.compile(", (?=\"|offsetof)");

    /** A class named by its number: "JavaCPP_getClass(env, 3". */
    private static final Pattern NUMBER = Pattern.compile(
            "(JavaCPP_(?:getClass|createPointer|getFieldID|getMethodID|getStaticMethodID)\\(env, )(\\d+)");

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
        Matcher names = NAMES.matcher(text);
        check(names.find());
        List<String> old = rows(names.group(1));
        List<String> sorted = old.stream().sorted().toList();
        String tables = replace(
                TABLE, text, table -> table.group(1) + tableInOrder(table.group(2), old, sorted) + table.group(3));
        return functionsInOrder(replace(
                NUMBER, tables, call -> call.group(1) + sorted.indexOf(old.get(Integer.parseInt(call.group(2))))));
    }

    private static String tableInOrder(String table, List<String> old, List<String> sorted) {
        List<String> rows = rows(table);
        check(rows.size() == old.size());
        return sorted.stream()
                .map(name -> "\n        " + membersInOrder(rows.get(old.indexOf(name))))
                .collect(Collectors.joining(","));
    }

    private static List<String> rows(String table) {
        return BETWEEN_ROWS.splitAsStream(table).map(String::strip).toList();
    }

    /** A row of the members' names or offsets: { "sizeof", "b", "a" }. The class's size stays first. */
    private static String membersInOrder(String row) {
        if (!row.startsWith("{")) {
            return row;
        }
        String[] members = BETWEEN_MEMBERS.split(row.substring(1, row.length() - 1).strip());
        Arrays.sort(members, 1, members.length);
        return "{ " + String.join(", ", members) + " }";
    }

    private static String functionsInOrder(String text) {
        List<String> parts = new ArrayList<>(List.of(FUNCTION.split(text)));
        String head = parts.remove(0);
        String last = parts.remove(parts.size() - 1);
        int end = last.lastIndexOf(END);
        check(end >= 0);
        parts.add(last.substring(0, end + 2));
        parts.replaceAll(String::strip);
        Collections.sort(parts);
        return head + String.join("\n\n", parts) + last.substring(end + 2);
    }

    private static String replace(Pattern pattern, String text, Function<MatchResult, String> by) {
        return pattern.matcher(text).replaceAll(found -> Matcher.quoteReplacement(by.apply(found)));
    }

    private static void check(boolean asExpected) {
        if (!asExpected) {
            throw new IllegalStateException("JavaCPP's C++ has another form than it had: mend native/jni/InOrder.java");
        }
    }
}
