package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleLogger;
import picocli.CommandLine;

/** The launcher beside the executable jar: as without it, but from an archive of classes where there can be one. */
@Timeout(180)
class LauncherTest {
    private static final Path REAL_JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final String SHARED = "source: shared objects file";

    @TempDir
    private static Path folder;

    private static Path launcher;

    /** What a run of the launcher printed. */
    private record Run(int exitCode, String out, String err) {
        void isVersion() {
            assertEquals(new Run(0, Version.line() + "\n", ""), this);
        }
    }

    /** A folder to put into the environment, and what is in it afterwards. */
    private record Cache(Path base) {
        List<Path> files(String suffix) throws IOException {
            Path all = base.resolve("mnist-native");
            if (!Files.isDirectory(all)) {
                return List.of();
            }
            try (Stream<Path> files = Files.list(all)) {
                return files.filter(file -> file.getFileName().toString().matches("classes-.*" + suffix))
                        .toList();
            }
        }

        /** Waits until so many have been made and none is being made. */
        List<Path> archives(int count) throws IOException, InterruptedException {
            while (files("\\.jsa").size() < count || !files("\\.new").isEmpty()) {
                Thread.sleep(50);
            }
            assertEquals(count, files("\\.jsa").size());
            return files("\\.jsa");
        }
    }

    /** The executable jar is made after the tests: here is one of the same classes. */
    @BeforeAll
    static void install() throws Exception {
        Path installed = Files.createDirectory(folder.resolve("installed"));
        launcher = installed.resolve("mnist-native");
        Files.copy(Path.of("java", "launcher", "mnist-native"), launcher);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
        manifest.getMainAttributes().putValue("Enable-Native-Access", "ALL-UNNAMED");
        Set<String> names = new HashSet<>(Set.of(JarFile.MANIFEST_NAME));
        try (OutputStream file = Files.newOutputStream(installed.resolve("mnist-native.jar"));
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            jar.setLevel(Deflater.BEST_SPEED);
            for (Class<?> type : List.of(
                    Main.class,
                    CommandLine.class,
                    Pointer.class,
                    Logger.class,
                    SimpleLogger.class,
                    CsvReader.class,
                    ObjectMapper.class,
                    JsonFactory.class,
                    JsonInclude.class)) {
                addAll(jar, names, sourceOf(type));
            }
        }
    }

    private static Path sourceOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** A jar, or a folder of classes. */
    private static void addAll(JarOutputStream jar, Set<String> names, Path source) throws IOException {
        if (Files.isDirectory(source)) {
            try (Stream<Path> all = Files.walk(source)) {
                for (Path entry : all.filter(Files::isRegularFile).toList()) {
                    add(jar, names, source.relativize(entry).toString(), Files.readAllBytes(entry));
                }
            }
            return;
        }
        try (JarFile from = new JarFile(source.toFile())) {
            for (JarEntry entry : from.stream().filter(e -> !e.isDirectory()).toList()) {
                add(jar, names, entry.getName(), from.getInputStream(entry).readAllBytes());
            }
        }
    }

    private static void add(JarOutputStream jar, Set<String> names, String name, byte[] contents) throws IOException {
        if (names.add(name)) {
            jar.putNextEntry(new ZipEntry(name));
            jar.write(contents);
        }
    }

    private static ProcessBuilder process(Path start, Map<String, String> environment, String... args) {
        ProcessBuilder process = new ProcessBuilder();
        process.command().add(start.toString());
        process.command().addAll(List.of(args));
        process.environment()
                .keySet()
                .removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "XDG_CACHE_HOME"));
        process.environment().put("JAVA_HOME", REAL_JAVA_HOME.toString());
        process.environment().putAll(environment);
        return process;
    }

    private static Run run(Path start, Map<String, String> environment, String... args) throws Exception {
        return end(process(start, environment, args)
                .redirectError(Files.createTempFile(folder, "err", "").toFile()));
    }

    private static Run end(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(
                process.waitFor(),
                out,
                Files.readString(builder.redirectError().file().toPath()));
    }

    private static Cache cache(String name) {
        return new Cache(folder.resolve(name));
    }

    private static Map<String, String> in(Cache cache) {
        return Map.of("XDG_CACHE_HOME", cache.base().toString());
    }

    /** By the JVM's log of classes. */
    private static List<String> loaded(Cache cache, String... args) throws Exception {
        return loaded(launcher, cache, args);
    }

    private static List<String> loaded(Path start, Cache cache, String... args) throws Exception {
        Path log = Files.createTempFile(folder, "log", "");
        Map<String, String> environment =
                Map.of("XDG_CACHE_HOME", cache.base().toString(), "JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
        Run run = run(start, environment, args);
        assertEquals(0, run.exitCode(), run.err());
        return Files.readAllLines(log);
    }

    private static boolean isShared(List<String> loaded, String name) {
        String line = loaded.stream()
                .filter(each -> each.contains(" " + name + " source: "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " was not loaded"));
        return line.contains(SHARED);
    }

    @Test
    void theFirstStartsMakeOneArchiveAndTheNextUseIt() throws Exception {
        Cache cache = cache("cache with blanks");
        Path link = Files.createSymbolicLink(folder.resolve("a link"), launcher);
        List<Process> starts = Stream.of(link, launcher, link)
                .map(start -> {
                    try {
                        return process(start, in(cache), "--version").start();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        for (Process start : starts) {
            assertEquals(
                    Version.line() + "\n", new String(start.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals("", new String(start.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(0, start.waitFor());
        }
        Path archive = cache.archives(1).get(0);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(archive.getParent())));

        assertTrue(isShared(loaded(cache, "--version"), Main.class.getName()));
        List<String> training = loaded(cache, "train", "--limit", "320", "--epochs", "1", "--device", "cpu", "--quiet");
        for (String name : List.of(TrainCommand.class.getName(), "dev.mnistnative.train.Trainer", "java.lang.Object")) {
            assertTrue(isShared(training, name), name);
        }
        run(link, in(cache), "--version").isVersion();
        Run refused = run(link, in(cache), "predict", "--modle", "a file");
        assertEquals(ExitCode.USAGE, refused.exitCode());
        assertEquals("", refused.out());
        assertTrue(refused.err().contains("--model"), refused.err());

        Path folderOfArchive = archive.getParent(); // from here on others may have written it
        Files.setPosixFilePermissions(folderOfArchive, PosixFilePermissions.fromString("rwxrwx---"));
        assertFalse(isShared(loaded(cache, "--version"), Main.class.getName()));
        Files.setPosixFilePermissions(folderOfArchive, PosixFilePermissions.fromString("rwx------"));
        assertTrue(isShared(loaded(cache, "--version"), Main.class.getName()));

        byte[] whole = Files.readAllBytes(archive);
        for (int bytes : new int[] {0, 100, whole.length / 3}) {
            Files.delete(archive);
            Files.write(archive, Arrays.copyOf(whole, bytes));
            assertFalse(isShared(loaded(cache, "--version"), Main.class.getName()));
            run(launcher, in(cache), "--version").isVersion();
        }

        Path jar = launcher.resolveSibling("mnist-native.jar"); // another jar of that name, and its archive
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minus(Duration.ofDays(3))));
        assertFalse(isShared(loaded(cache, "--version"), Main.class.getName()));
        cache.archives(2);
        assertTrue(isShared(loaded(cache, "--version"), Main.class.getName()));
    }

    /** JVMs refuse an archive of a jar that lay elsewhere, and then use none at all. */
    @Test
    void aJarThatWasMovedGetsAnArchiveOfItsOwn() throws Exception {
        Cache cache = cache("cache of a jar that is moved");
        run(launcher, in(cache), "--version").isVersion();
        cache.archives(1);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        String jar = "mnist-native.jar";
        Files.createLink(elsewhere.resolve(jar), launcher.resolveSibling(jar)); // a moved one is the same file, too
        Path there = Files.createLink(elsewhere.resolve("mnist-native"), launcher);
        assertFalse(isShared(loaded(there, cache, "--version"), Main.class.getName()));
        cache.archives(2);
        assertTrue(isShared(loaded(there, cache, "--version"), Main.class.getName()));
        assertTrue(isShared(loaded(cache, "--version"), Main.class.getName()));
    }

    @Test
    void whereNoArchiveCanBeItRunsAllTheSame() throws Exception {
        Path file = Files.createFile(folder.resolve("no folder"));
        run(launcher, in(new Cache(file)), "--version").isVersion();
        run(launcher, Map.of("HOME", "", "XDG_CACHE_HOME", "relative"), "--version")
                .isVersion();

        Path noHome = folder.resolve("no home");
        run(launcher, Map.of("HOME", noHome.toString(), "XDG_CACHE_HOME", ""), "--version")
                .isVersion();

        Cache open = cache("open to others");
        Path all = Files.createDirectories(open.base().resolve("mnist-native"));
        Files.setPosixFilePermissions(all, PosixFilePermissions.fromString("rwxrwxrwx"));
        run(launcher, in(open), "--version").isVersion();
        Cache linked = cache("linked to another");
        Files.createSymbolicLink(
                Files.createDirectory(linked.base()).resolve("mnist-native"),
                Files.createDirectory(folder.resolve("another")));
        run(launcher, in(linked), "--version").isVersion();

        Cache colon = cache("a:b");
        run(launcher, in(colon), "--version").isVersion();
        Cache unused = cache("unused");
        Path chooser = javaHome("chooser", "exec '" + REAL_JAVA_HOME + "/bin/java' \"$@\"");
        run(launcher, with(chooser, unused), "--version").isVersion();

        Thread.sleep(500); // a making would have begun
        assertFalse(Files.exists(noHome));
        for (Cache none : List.of(open, linked, colon, unused)) {
            assertEquals(List.of(), none.files(".*"));
        }
    }

    @Test
    void whatFailedIsTriedAgainAfterAnHour() throws Exception {
        Path tries = Files.createFile(folder.resolve("tries"));
        Path failing = javaHome(
                "failing",
                "case \"$1\" in -XX:DumpLoadedClassList*) echo try >>'" + tries + "'; echo no; exit 1 ;; esac",
                "exec '" + REAL_JAVA_HOME + "/bin/java' \"$@\"");
        Files.createFile(Files.createDirectories(failing.resolve("lib/server")).resolve("libjvm.so"));
        Cache cache = cache("failing cache");
        for (int i = 0; i < 3; i++) {
            run(launcher, with(failing, cache), "--version").isVersion();
        }
        while (Files.size(tries) == 0) {
            Thread.sleep(20);
        }
        Thread.sleep(2000); // a making begins after a second
        assertEquals(1, Files.readAllLines(tries).size());
        assertEquals(1, cache.files("\\.new").size());
        Files.setLastModifiedTime(
                cache.files("\\.new").get(0), FileTime.from(Instant.now().minus(Duration.ofMinutes(62))));
        run(launcher, with(failing, cache), "--version").isVersion();
        while (Files.readAllLines(tries).size() < 2) {
            Thread.sleep(20);
        }
        Thread.sleep(2000);
        assertEquals(2, Files.readAllLines(tries).size());
        assertEquals(List.of(), cache.files("\\.jsa"));
    }

    @Test
    void signalsReachTheProgram() throws Exception {
        Cache none = new Cache(Files.createFile(folder.resolve("no folder either")));
        Process training = process(launcher, in(none), "--epochs", "5000", "--limit", "640", "--progress", "never")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = training.inputReader()) {
            String first = lines.readLine();
            assertTrue(first != null && first.startsWith("train_loss"), first);
            assertEquals(
                    REAL_JAVA_HOME.resolve("bin/java").toRealPath(),
                    Path.of(training.info().command().orElseThrow()).toRealPath());
            training.toHandle().destroy();
            while (lines.readLine() != null) {
                // those that were on their way
            }
            assertEquals(ExitCode.INTERRUPTED, training.waitFor());
        } finally {
            training.destroyForcibly();
        }
    }

    private static Map<String, String> with(Path javaHome, Cache cache) {
        return Map.of(
                "JAVA_HOME", javaHome.toString(), "XDG_CACHE_HOME", cache.base().toString());
    }

    /** A folder with bin/java, a script. */
    private static Path javaHome(String name, String... lines) throws IOException {
        Path home = folder.resolve(name);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }
}
