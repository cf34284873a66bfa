package dev.mnistnative.binding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an embedder reads when the native library cannot be loaded, in JVMs of their own. */
class LibraryLoaderTest {
    /** A home that no folder can be made in: the caches of whoever runs the tests are left alone. */
    private static final String NO_HOME = "-Duser.home=/dev/null";

    @TempDir
    private Path temporary;

    /** Run in the other JVM: asks twice, since the second failure of a class's initialisation is another one. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) throws Exception {
            if (Boolean.getBoolean("probe.loaders")) {
                askByTwoClassLoaders();
                return;
            }
            ask(2);
            if (Boolean.getBoolean("probe.maps")) {
                System.out.println(Files.readAllLines(Path.of("/proc/self/maps")).stream()
                        .filter(line -> line.endsWith("/libmnistnative.so"))
                        .map(line -> line.substring(line.indexOf('/')))
                        .distinct()
                        .collect(Collectors.joining(" ")));
            }
        }

        /** Two applications in one server, each with all classes of its own. */
        private static void askByTwoClassLoaders() throws Exception {
            String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
            URL[] urls = new URL[entries.length];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = Path.of(entries[i]).toUri().toURL();
            }
            for (int i = 0; i < 2; i++) {
                Class<?> other =
                        new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()).loadClass(Probe.class.getName());
                Method ask = other.getDeclaredMethod("ask", int.class);
                ask.setAccessible(true);
                ask.invoke(null, 1);
            }
        }

        static void ask(int times) {
            for (int i = 0; i < times; i++) {
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
        Path classes = OtherJvms.copyWithoutNatives(temporary.resolve("classes"));
        List<String> lines =
                probe(OtherJvms.classPath(classes), List.of("-Dorg.bytedeco.javacpp.cachedir=" + temporary));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains("classifier linux-x86_64"), lines.get(0));
        assertTrue(lines.get(0).contains("no libraries for linux-x86_64"), lines.get(0));
        assertTrue(lines.get(0).contains("java.library.path"), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
    }

    @Test
    void withoutAWritableFolderTheMessageNamesTheProperty() throws Exception {
        Path none = Files.createFile(temporary.resolve("file")).resolve("none"); // nothing can be made below a file
        List<String> lines = probe(
                OtherJvms.classPath(packed()), // from a jar it must be unpacked
                List.of("-Dorg.bytedeco.javacpp.cachedir=" + none, "-Djava.io.tmpdir=" + none, NO_HOME));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains("no folder can be used"), lines.get(0));
        assertTrue(lines.get(0).contains(none + ": not a directory"), lines.get(0));
        assertTrue(lines.get(0).contains("-Ddev.mnistnative.cachedir=DIR"), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
    }

    /** A stand-in of another version beside the right classes: no call goes through. */
    @Test
    void aLibraryOfAnotherAbiIsRefused() throws Exception {
        Path libraries = Files.createDirectory(temporary.resolve("other"));
        Files.copy(libraries().resolve("libjnimnistnative.so"), libraries.resolve("libjnimnistnative.so"));
        Path source = Files.writeString(
                temporary.resolve("other.c"),
                "const char* mn_version(void) { return \"9.9.9\"; } int mn_abi_version(void) { return 99; }");
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-shared",
                        "-fPIC",
                        "-Wl,-soname,libmnistnative.so",
                        source.toString(),
                        "-o",
                        libraries.resolve("libmnistnative.so").toString())
                .redirectErrorStream(true)
                .start();
        assertEquals(0, compiler.waitFor(), new String(compiler.getInputStream().readAllBytes(), UTF_8));
        List<String> lines = probe(
                OtherJvms.classPath(OtherJvms.productClasses()),
                List.of("-Ddev.mnistnative.library.path=" + libraries));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains("ABI version 99"), lines.get(0));
        assertTrue(lines.get(0).contains(libraries.toString()), lines.get(0));
        assertTrue(lines.get(0).contains("Remedy: "), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
    }

    @Test
    void theLibrariesOfTheOverrideWin() throws Exception {
        Path libraries = libraries();
        Path classes = OtherJvms.copyWithoutNatives(
                temporary.resolve("classes")); // nothing packaged: only the override can serve
        List<String> lines =
                probe(OtherJvms.classPath(classes), List.of("-Ddev.mnistnative.library.path=" + libraries));
        assertEquals("loaded " + NativeLibrary.version(), lines.get(0));
        List<String> both = probe(
                OtherJvms.classPath(OtherJvms.productClasses()),
                List.of("-Ddev.mnistnative.library.path=" + libraries, "-Dprobe.maps=true"),
                3);
        assertEquals(libraries.resolve("libmnistnative.so").toString(), both.get(2), "not the packaged one");
    }

    @Test
    void aWrongOverrideIsNamedAndNothingElseIsTried() throws Exception {
        List<String> lines = probe(
                OtherJvms.classPath(OtherJvms.productClasses()),
                List.of("-Ddev.mnistnative.library.path=" + temporary));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains(temporary.resolve("libmnistnative.so") + " is not there"), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
        Path broken = libraries();
        Files.writeString(broken.resolve("libmnistnative.so"), "no library");
        lines = probe(
                OtherJvms.classPath(OtherJvms.productClasses()), List.of("-Ddev.mnistnative.library.path=" + broken));
        assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
        assertTrue(lines.get(0).contains(broken + ", which -Ddev.mnistnative.library.path names"), lines.get(0));
    }

    private Path libraries() throws Exception {
        Path libraries = Files.createDirectories(temporary.resolve("libraries"));
        Path packaged = OtherJvms.productLibraries();
        for (String name : List.of("libmnistnative.so", "libjnimnistnative.so")) {
            Files.copy(packaged.resolve(name), libraries.resolve(name));
        }
        return libraries;
    }

    @Test
    void aNoexecCacheIsToldWithTheRemedy() throws Exception {
        Path cache = Files.createDirectory(temporary.resolve("noexec"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "noexec,size=64m", "none", cache.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (mount.waitFor() != 0) {
            System.out.println("SKIPPED noexec cache: mounting needs more rights: " + said);
            Assumptions.abort(said);
        }
        try {
            List<String> lines = probe(OtherJvms.classPath(packed()), List.of("-Ddev.mnistnative.cachedir=" + cache));
            assertTrue(lines.get(0).startsWith("LOAD "), lines.get(0));
            assertTrue(lines.get(0).contains("noexec"), lines.get(0));
            assertTrue(lines.get(0).contains(cache.toString()), lines.get(0));
        } finally {
            new ProcessBuilder("umount", "-l", cache.toString()).start().waitFor();
        }
    }

    @Test
    void fourJvmsUnpackAtOnce() throws Exception {
        String classPath = OtherJvms.classPath(packed());
        Path cache = temporary.resolve("cache");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start(classPath, List.of("-Ddev.mnistnative.cachedir=" + cache), "output" + i));
        }
        for (int i = 0; i < 4; i++) {
            assertTrue(processes.get(i).waitFor(60, TimeUnit.SECONDS), "a JVM hangs");
            assertEquals(
                    "loaded " + NativeLibrary.version(),
                    Files.readAllLines(temporary.resolve("output" + i)).get(0));
        }
    }

    @Test
    void twoClassLoadersLoadItEachForItself() throws Exception {
        List<String> properties =
                List.of("-Dprobe.loaders=true", "-Dorg.bytedeco.javacpp.cachedir=" + temporary.resolve("cache"));
        List<String> lines = probe(OtherJvms.classPath(packed()), properties, 2);
        assertEquals("loaded " + NativeLibrary.version(), lines.get(0));
        assertEquals("loaded " + NativeLibrary.version(), lines.get(1));
    }

    @Test
    void withAllInPlaceItLoads() throws Exception {
        List<String> lines = probe(OtherJvms.classPath(OtherJvms.productClasses()), List.of());
        assertEquals("loaded " + NativeLibrary.version(), lines.get(0));
    }

    private List<String> probe(String classPath, List<String> properties) throws Exception {
        return probe(classPath, properties, 2);
    }

    private List<String> probe(String classPath, List<String> properties, int expectedLines) throws Exception {
        Path output = temporary.resolve("output");
        List<String> lines = OtherJvms.lines(start(classPath, properties, "output"), output);
        assertEquals(expectedLines, lines.size(), lines.toString());
        return lines;
    }

    private Process start(String classPath, List<String> properties, String outputName) throws IOException {
        return OtherJvms.java(Probe.class, classPath, properties, temporary.resolve(outputName))
                .start();
    }

    private Path packed() throws Exception {
        return OtherJvms.packed(temporary.resolve("product.jar"));
    }
}
