package dev.mnistnative.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an embedder reads when the native library cannot be loaded, in JVMs of their own. */
class LibraryLoaderTest {
    @TempDir
    private Path temporary;

    /** Run in the other JVM: asks twice, since the second failure of a class's initialisation is another one. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println("loaded " + NativeLibrary.version());
                } catch (dev.mnistnative.MnistNativeException e) {
                    System.out.println(e.status() + " " + e.getMessage());
                }
            }
        }
    }

    @Test
    void withoutTheNativeArtifactTheMessageNamesIt() throws Exception {
        Path classes = copyWithoutNatives(productClasses());
        List<String> lines = probe(classPath(classes), List.of("-Dorg.bytedeco.javacpp.cachedir=" + temporary));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains("classifier linux-x86_64"), lines.get(0));
        assertTrue(lines.get(0).contains("no libraries for linux-x86_64"), lines.get(0));
        assertTrue(lines.get(0).contains("java.library.path"), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
    }

    @Test
    void withoutAWritableCacheTheMessageNamesTheProperty() throws Exception {
        Path none = Files.createFile(temporary.resolve("file")).resolve("none"); // nothing can be made below a file
        List<String> lines = probe(
                classPath(packed(productClasses())), // from a jar it must be unpacked
                List.of("-Dorg.bytedeco.javacpp.cachedir=" + none, "-Duser.home=" + none, "-Djava.io.tmpdir=" + none));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains("-Dorg.bytedeco.javacpp.cachedir=DIR"), lines.get(0));
        assertTrue(lines.get(0).contains("none usable"), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
    }

    @Test
    void withAllInPlaceItLoads() throws Exception {
        List<String> lines = probe(classPath(productClasses()), List.of());
        assertEquals("loaded " + NativeLibrary.version(), lines.get(0));
    }

    private List<String> probe(String classPath, List<String> properties) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(properties);
        command.addAll(List.of("-cp", classPath, Probe.class.getName()));
        Path output = temporary.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the other JVM hangs");
        List<String> lines = Files.readAllLines(output);
        assertEquals(2, lines.size(), lines.toString());
        return lines;
    }

    private static Path productClasses() throws Exception {
        return Path.of(NativeLibrary.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** This JVM's class path with other product classes. */
    private static String classPath(Path classes) throws Exception {
        String product = productClasses().toString();
        String rest = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).toString().equals(product))
                .collect(Collectors.joining(File.pathSeparator));
        return classes + File.pathSeparator + rest;
    }

    private Path copyWithoutNatives(Path classes) throws IOException {
        Path copy = temporary.resolve("classes");
        copy(classes, copy, ".class");
        return copy;
    }

    private Path packed(Path classes) throws IOException {
        Path jar = temporary.resolve("product.jar");
        try (FileSystem inside = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            copy(classes, inside.getPath("/"), ".class");
            copy(classes, inside.getPath("/"), ".so");
        }
        return jar;
    }

    private static void copy(Path classes, Path target, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path from : files.filter(f -> f.toString().endsWith(suffix)).toList()) {
                Path to = target.resolve(classes.relativize(from).toString());
                Files.createDirectories(to.getParent());
                Files.copy(from, to);
            }
        }
    }
}
