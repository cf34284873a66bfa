package dev.mnistnative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of the README and of docs/embedding.md are compiled and run exactly as they stand there. */
class ReadmeExampleTest {
    private static final Pattern CLASS_NAME = Pattern.compile("public class (\\w+)");
    private static final Pattern ACCURACY = Pattern.compile("accuracy (0\\.\\d+)");

    @TempDir
    private Path directory;

    private static String example(String page, String title) throws IOException {
        String readme = Files.readString(Path.of(page));
        int section = readme.indexOf("\n## " + title + "\n");
        assertTrue(section >= 0, page + " has no section \"## " + title + "\"");
        int start = readme.indexOf("\n```java\n", section);
        int next = readme.indexOf("\n## ", section + 1);
        assertTrue(start >= 0 && (next < 0 || start < next), "the section has no fenced java block");
        start += "\n```java\n".length();
        return readme.substring(start, readme.indexOf("\n```\n", start) + 1);
    }

    @ParameterizedTest
    @CsvSource({"README.md, Embedding", "docs/embedding.md, One program"})
    void theExampleCompilesWithoutWarningsAndTrains(String page, String title) throws Exception {
        String source = example(page, title);
        Matcher name = CLASS_NAME.matcher(source);
        assertTrue(name.find(), "the example has no public class");
        Path file = Files.writeString(directory.resolve(name.group(1) + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = compiler.run(
                null,
                messages,
                messages,
                "-Xlint:all,-options,-classfile,-path,-processing",
                "-d",
                directory.toString(),
                "-proc:none",
                "-classpath",
                System.getProperty("java.class.path"),
                file.toString());
        assertEquals("", messages.toString(StandardCharsets.UTF_8));
        assertEquals(0, status);
        String output = run(name.group(1));
        Matcher accuracy = ACCURACY.matcher(output);
        assertTrue(accuracy.find(), output);
        assertTrue(Double.parseDouble(accuracy.group(1)) > 0.8, output);
    }

    private String run(String className) throws Exception {
        PrintStream console = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
            loader.loadClass(className).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(console);
        }
        return output.toString(StandardCharsets.UTF_8);
    }
}
