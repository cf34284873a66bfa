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

/** Other JVMs that load the library, and the class paths they are started with. */
public final class OtherJvms {
    private static final int SECONDS = 120;

    private OtherJvms() {}

    /** The product's classes, as they are built. */
    public static Path productClasses() throws Exception {
        return Path.of(NativeLibrary.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** Where the libraries of this platform lie among them. */
    public static Path productLibraries() throws Exception {
        return productClasses().resolve("dev/mnistnative/binding/linux-x86_64");
    }

    /** This JVM's class path with other product classes, and without JavaCPP's own native library. */
    public static String classPath(Path classes) throws Exception {
        String product = productClasses().toString();
        String rest = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .filter(entry -> !entry.equals(product))
                .filter(entry -> !entry.matches(".*/javacpp-[0-9.]+-linux-x86_64\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));
        return classes + File.pathSeparator + rest;
    }

    /** The product's classes, copied without libraries. */
    public static Path copyWithoutNatives(Path target) throws Exception {
        copy(productClasses(), target, List.of(".class"));
        return target;
    }

    /** The product in a jar. */
    public static Path packed(Path jar) throws Exception {
        return packed(jar, productLibraries());
    }

    /** The product's classes in a jar with the libraries of a folder, which holds their list as well. */
    public static Path packed(Path jar, Path libraries) throws Exception {
        try (FileSystem inside = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            copy(productClasses(), inside.getPath("/"), List.of(".class"));
            Path place = inside.getPath("/dev/mnistnative/binding/linux-x86_64");
            copy(libraries, place, List.of(".so", ".sha256"));
        }
        return jar;
    }

    private static void copy(Path from, Path target, List<String> suffixes) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(f -> suffixes.stream().anyMatch(f.toString()::endsWith))
                    .toList()) {
                Path to = target.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    /** A JVM that runs a class of the tests, and writes its standard output into a file. */
    public static ProcessBuilder java(
            Class<?> main, String classPath, List<String> properties, Path output, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(properties);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeAll(List.of("HOME", "XDG_CACHE_HOME")); // only what the properties say
        return builder;
    }

    /** What a JVM has written when it has ended by itself, without an error. */
    public static List<String> lines(Process process, Path output) throws IOException, InterruptedException {
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "the other JVM hangs");
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(output);
        assertEquals(0, process.exitValue(), lines.toString());
        return lines;
    }
}
