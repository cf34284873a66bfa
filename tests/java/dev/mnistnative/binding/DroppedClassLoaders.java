package dev.mnistnative.binding;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.io.File;
import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Run in a JVM of its own: trains in as many class loaders as it is told, each with all classes of its own, as an
 * application server does that deploys an application anew; then waits until they are gone.
 */
public final class DroppedClassLoaders {
    private static final int SECONDS = Integer.getInteger("dropped.seconds", 20);

    private DroppedClassLoaders() {}

    /** What main() says of so many class loaders, in a JVM whose cache is in the folder. */
    public static List<String> run(Path folder, int count, List<String> properties) throws Exception {
        List<String> all = new ArrayList<>(properties);
        all.addAll(List.of("-Ddev.mnistnative.cachedir=" + folder, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        Path output = folder.resolve("output");
        String classPath = OtherJvms.classPath(OtherJvms.packed(folder.resolve("product.jar")));
        Process process = OtherJvms.java(DroppedClassLoaders.class, classPath, all, output, "" + count)
                .start();
        return OtherJvms.lines(process, output);
    }

    /** Trains within a class loader. */
    public static void train() {
        TrainingSettings settings =
                TrainingSettings.builder(2, 3, 2).epochs(1).batchSize(2).build();
        try (Dataset data = Dataset.ofFloats(new float[] {1, 0, 0, 1, 1, 0, 0, 1}, 2, new int[] {0, 1, 0, 1});
                Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data, data);
            try {
                trainer.step(Dataset.ofFloats(new float[] {1, 0}, 2, new int[] {7})); // an error leaves a message
                throw new AssertionError("a label of 7 for 2 classes was taken");
            } catch (IllegalArgumentException e) {
                // as it should be
            }
        }
    }

    /** The argument: how many. */
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        ReferenceQueue<ClassLoader> queue = new ReferenceQueue<>();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loaders.add(trainInOne(queue));
        }
        // The JDK itself may keep the last class of which it worked something out, until the next: that one is not
        // counted.
        trainInOne(queue);
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (System.nanoTime() < end && (alive(loaders) > 0 || mapped() > 0)) {
            System.gc();
            Thread.sleep(50);
        }
        System.out.println("class loaders " + alive(loaders) + ", libraries " + mapped() + ", threads "
                + Thread.getAllStackTraces().keySet().stream()
                        .filter(t -> t.getName().contains("JavaCPP"))
                        .count());
    }

    private static WeakReference<ClassLoader> trainInOne(ReferenceQueue<ClassLoader> queue) throws Exception {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
        URL[] urls = new URL[entries.length];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = Path.of(entries[i]).toUri().toURL();
        }
        try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Method train = loader.loadClass(DroppedClassLoaders.class.getName()).getMethod("train");
            train.invoke(null);
            return new WeakReference<>(loader, queue);
        }
    }

    private static long alive(List<WeakReference<ClassLoader>> loaders) {
        return loaders.stream().filter(loader -> loader.get() != null).count();
    }

    /**
     * Our libraries in the memory of this process, without those of the class loader that is not counted: its two, and
     * the core of an earlier one, which the dynamic linker has bound its glue to.
     */
    private static long mapped() throws IOException {
        long files = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("mnistnative.so"))
                .map(line -> line.substring(line.indexOf('/')))
                .distinct()
                .count();
        return Math.max(0, files - 3);
    }
}
