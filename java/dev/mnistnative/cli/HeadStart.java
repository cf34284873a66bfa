package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Begins, on threads of their own and before the command line is parsed, what a run on the embedded MNIST will need:
 * the native library (0.2 s), the training set (0.35 s) and the test set. One after the other they were half of the
 * time that is not training in a run of three epochs. What fails here fails again, and is reported, where it is really
 * asked for.
 */
final class HeadStart {
    private static final Set<String> OTHER_DATA_OR_NONE =
            Set.of("--data", "--images", "--help", "-h", "--version", "-V");

    private static FutureTask<Dataset> trainingSet;
    private static FutureTask<Dataset> testSet;

    private HeadStart() {}

    /** For {@code train} with these arguments, as they were typed; a wrong guess costs a little time, nothing else. */
    static void begin(String[] args) {
        for (String argument : args) {
            int end = argument.indexOf('=');
            if (OTHER_DATA_OR_NONE.contains(end < 0 ? argument : argument.substring(0, end))) {
                return;
            }
        }
        FutureTask<Dataset> training = new FutureTask<>(Mnist::train);
        FutureTask<Dataset> test = new FutureTask<>(Mnist::test);
        if (start("head-start-mnist", training)) {
            trainingSet = training;
        }
        Runnable rest = () -> {
            loadLibrary();
            test.run();
        };
        if (start("head-start-native", rest)) {
            testSet = test;
        }
    }

    /** The embedded training set: the one that was begun, once, or else a new one. */
    static Dataset trainingSet() {
        FutureTask<Dataset> begun = trainingSet;
        trainingSet = null;
        Dataset read = result(begun);
        return read == null ? Mnist.train() : read;
    }

    /** The embedded test set, in the same way. */
    static Dataset testSet() {
        FutureTask<Dataset> begun = testSet;
        testSet = null;
        Dataset read = result(begun);
        return read == null ? Mnist.test() : read;
    }

    /** Null where it was not begun or has failed: reading it anew tells why. */
    private static Dataset result(FutureTask<Dataset> begun) {
        if (begun == null) {
            return null;
        }
        try {
            return begun.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            return null;
        }
    }

    /** The reading of the training set that was begun and not asked for, or null. */
    static FutureTask<Dataset> begun() {
        return trainingSet;
    }

    private static void loadLibrary() {
        try {
            MnistRuntime.cpu();
        } catch (RuntimeException | Error e) {
            // the first real use says so
        }
    }

    /** Whether it is begun: where the system allows no more threads, the work is done when it is asked for. */
    private static boolean start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) { // it says "unable to create native thread"
            return false;
        }
    }
}
