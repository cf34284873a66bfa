package dev.mnistnative.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Model;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications in one jar: Spring Boot's jar of jars, and all classes in one. Each is built and trains in its own JVM.
 */
@Timeout(180)
class JarFormsTest {
    private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

    @TempDir
    private Path folder;

    /** The application. */
    static final class App {
        private App() {}

        public static void main(String[] args) {
            TrainingSettings settings =
                    TrainingSettings.builder(2, 3, 2).epochs(1).batchSize(2).build();
            try (Dataset data = Dataset.ofFloats(new float[] {1, 0, 0, 1, 1, 0, 0, 1}, 2, new int[] {0, 1, 0, 1});
                    Trainer trainer = Trainer.create(settings)) {
                System.out.println(trainer.fit(data, data).reason());
                try (Model model = trainer.model()) {
                    System.out.println(model.logits(data.sample(0)).length + " logits");
                }
                System.out.println(
                        App.class.getProtectionDomain().getCodeSource().getLocation());
            }
        }
    }

    /** A jar being written, in which each name may come only once. */
    private static final class Jar implements AutoCloseable {
        private final JarOutputStream out;
        private final Set<String> names = new HashSet<>();

        Jar(OutputStream to, Manifest manifest) throws IOException {
            out = new JarOutputStream(to, manifest);
            names.add(JarFile.MANIFEST_NAME);
        }

        void add(String name, byte[] contents, boolean compressed) throws IOException {
            if (names.add(name)) {
                JarEntry entry = new JarEntry(name);
                if (!compressed) { // as Spring Boot wants its jars within the jar
                    CRC32 sum = new CRC32();
                    sum.update(contents);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(contents.length);
                    entry.setCrc(sum.getValue());
                }
                out.putNextEntry(entry);
                out.write(contents);
                out.closeEntry();
            }
        }

        void addAll(Path jar) throws IOException {
            try (JarFile from = new JarFile(jar.toFile())) {
                for (JarEntry entry :
                        from.stream().filter(e -> !e.isDirectory()).toList()) {
                    add(entry.getName(), from.getInputStream(entry).readAllBytes(), true);
                }
            }
        }

        void addClasses(Path classes, String below, Predicate<String> wanted) throws IOException {
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String name = classes.relativize(file).toString();
                    if (wanted.test(name)) {
                        add(below + name, Files.readAllBytes(file), true);
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    private static Manifest manifest(String main) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
        return manifest;
    }

    private static Path classesOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static boolean isProduct(String name) {
        return name.endsWith(".class") || name.endsWith(".so") || name.endsWith("libraries.sha256");
    }

    private static boolean isApp(String name) {
        return name.startsWith(App.class.getName().replace('.', '/'));
    }

    /** Jars of the class path whose names begin so. */
    private static List<Path> jars(String prefix) {
        List<Path> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().startsWith(prefix))
                .toList();
        assertTrue(!jars.isEmpty(), prefix);
        return jars;
    }

    private static List<Path> libraries() {
        return Stream.of("javacpp-", "slf4j-api-", "fastcsv-")
                .flatMap(p -> jars(p).stream())
                .toList();
    }

    @Test
    void withinSpringBootsJarOfJars() throws Exception {
        ByteArrayOutputStream product = new ByteArrayOutputStream();
        try (Jar jar = new Jar(product, manifest("none"))) {
            jar.addClasses(classesOf(Trainer.class), "", JarFormsTest::isProduct);
        }
        Manifest manifest = manifest(LAUNCHER);
        manifest.getMainAttributes().putValue("Start-Class", App.class.getName());
        manifest.getMainAttributes().putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        manifest.getMainAttributes().putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        Path file = folder.resolve("nested.jar");
        try (Jar jar = new Jar(Files.newOutputStream(file), manifest)) {
            jar.addAll(jars("spring-boot-loader-").get(0));
            jar.add("BOOT-INF/classes/", new byte[0], false); // its own entry, as the launcher wants it
            jar.addClasses(classesOf(App.class), "BOOT-INF/classes/", JarFormsTest::isApp);
            jar.add("BOOT-INF/lib/mnist-native.jar", product.toByteArray(), false);
            for (Path library : libraries()) {
                jar.add("BOOT-INF/lib/" + library.getFileName(), Files.readAllBytes(library), false);
            }
        }
        assertTrue(trains(file).contains("nested.jar/!BOOT-INF/classes"));
    }

    @Test
    void shadedIntoAnothersJar() throws Exception {
        Path file = folder.resolve("fat.jar");
        try (Jar jar = new Jar(Files.newOutputStream(file), manifest(App.class.getName()))) {
            jar.addClasses(classesOf(App.class), "", JarFormsTest::isApp);
            jar.addClasses(classesOf(Trainer.class), "", JarFormsTest::isProduct);
            for (Path library : libraries()) {
                jar.addAll(library);
            }
        }
        assertTrue(trains(file).endsWith("fat.jar"));
    }

    /** Runs the application, whose last line is where it comes from. */
    private String trains(Path jar) throws Exception {
        Path out = folder.resolve("out");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Ddev.mnistnative.cachedir=" + folder.resolve("cache"),
                        "-jar",
                        jar.toString())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it hangs");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(0, process.exitValue(), Files.readString(errors));
        List<String> lines = Files.readAllLines(out);
        assertEquals(List.of("COMPLETED", "2 logits"), lines.subList(0, 2));
        return lines.get(2);
    }
}
