package example;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;

/** Trains a little on MNIST with nothing but the published jars on the class path. */
public final class Embedder {
    private Embedder() {}

    public static void main(String[] args) {
        try (Dataset train = Mnist.train().limit(3_200)) {
            check(train.size() == 3_200, "3,200 training samples");
        }
        checkAbsent("picocli.CommandLine", "org.bytedeco.cuda.global.cudart", "com.fasterxml.jackson.core.JsonFactory");
    }

    private static void checkAbsent(String... classNames) {
        for (String name : classNames) {
            try {
                Class.forName(name, false, Embedder.class.getClassLoader());
            } catch (ClassNotFoundException expected) {
                continue;
            }
            throw new AssertionError(name + " is on an embedder's class path");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("expected: " + what);
        }
        System.out.println("embedder: " + what);
    }
}
