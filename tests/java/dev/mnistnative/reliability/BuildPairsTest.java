package dev.mnistnative.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.binding.DroppedClassLoaders;
import dev.mnistnative.binding.OtherJvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loading the native library while others do: two builds at once, and class loader after class loader. */
@Timeout(1800)
class BuildPairsTest {
    @TempDir
    private Path folder;

    /** Run in the other JVM: prints which core it has, by its content. */
    static final class Loaded {
        private Loaded() {}

        public static void main(String[] args) throws Exception {
            MnistRuntime.cpu();
            List<String> files;
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                files = maps.filter(line -> line.endsWith("/libmnistnative.so"))
                        .map(line -> line.substring(line.indexOf('/')))
                        .distinct()
                        .toList();
            }
            for (String file : files) {
                System.out.println(hash(Path.of(file)));
            }
        }
    }

    private static String hash(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    /** The same code in other bytes, as another build has it: something follows behind its end. */
    private Path otherBuild(Path libraries) throws Exception {
        Path other = Files.createDirectory(folder.resolve("libraries"));
        StringBuilder sums = new StringBuilder();
        for (String name : List.of("libmnistnative.so", "libjnimnistnative.so")) {
            Path file = Files.copy(libraries.resolve(name), other.resolve(name));
            Files.writeString(file, "another build", StandardOpenOption.APPEND);
            sums.append(hash(file)).append("  ").append(name).append('\n');
        }
        Files.writeString(other.resolve("libraries.sha256"), sums);
        return other;
    }

    @Test
    void twoBuildsOfOneNameStartedTogetherGetEachItsOwn() throws Exception {
        Path here = OtherJvms.productLibraries();
        Path there = otherBuild(here);
        List<Path> libraries = List.of(here, there);
        assertNotEquals(hash(here.resolve("libmnistnative.so")), hash(there.resolve("libmnistnative.so")));
        Path[] jars = new Path[2];
        for (int i = 0; i < 2; i++) {
            Path jar = Files.createDirectory(folder.resolve("build" + i)).resolve("mnist-native.jar");
            jars[i] = OtherJvms.packed(jar, libraries.get(i));
        }
        int pairs = Effort.of(2, 120);
        for (int pair = 0; pair < pairs; pair++) {
            // each second pair unpacks, the others find what was unpacked
            Path cache = folder.resolve("cache" + pair / 2);
            Process[] processes = new Process[2];
            for (int i = 0; i < 2; i++) {
                processes[i] = OtherJvms.java(
                                Loaded.class,
                                OtherJvms.classPath(jars[i]),
                                List.of("-Ddev.mnistnative.cachedir=" + cache, "-XX:TieredStopAtLevel=1"),
                                folder.resolve("output" + i))
                        .start();
            }
            for (int i = 0; i < 2; i++) {
                List<String> lines = OtherJvms.lines(processes[i], folder.resolve("output" + i));
                assertEquals(List.of(hash(libraries.get(i).resolve("libmnistnative.so"))), lines, "pair " + pair);
            }
        }
        Effort.report(pairs + " pairs of JVMs with two builds: none failed, each had its own library");
    }

    @Test
    void classLoadersThatHaveTrainedLeaveNothing() throws Exception {
        int count = Effort.of(3, 50);
        assertEquals(
                List.of("class loaders 0, libraries 0, threads 0"), DroppedClassLoaders.run(folder, count, List.of()));
        Effort.report(count + " class loaders dropped after training: all collected, the libraries unloaded");
    }
}
