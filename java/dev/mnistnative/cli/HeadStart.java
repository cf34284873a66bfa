package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Begins, on threads of their own and before the command line is parsed, what a run on the embedded MNIST will need:
 * the native library (0.2 s) and the training set (0.35 s). One after the other they were half of the time that is not
 * training in a run of three epochs. What fails here fails again, and is reported, where it is really asked for.
 */
final class HeadStart {
    private static final Set<String> OTHER_DATA_OR_NONE =
            Set.of("--data", "--images", "--help", "-h", "--version", "-V");

    private static FutureTask<Dataset> trainingSet;

    private HeadStart() {}

    /** For {@code train} with these arguments, as they were typed; a wrong guess costs a little time, nothing else. */
    static void begin(String[] args) {
        boolean embedded = Arrays.stream(args).noneMatch(a -> OTHER_DATA_OR_NONE.contains(a.replaceFirst("=.*", "")));
        if (embedded) {
            FutureTask<Dataset> reading = new FutureTask<>(Mnist::train);
            if (start("head-start-mnist", reading)) {
                trainingSet = reading;
            }
            start("head-start-native", HeadStart::loadLibrary);
        }
    }

    /** The embedded training set: the one that was begun, once, or else a new one. */
    static Dataset trainingSet() {
        FutureTask<Dataset> begun = trainingSet;
        trainingSet = null;
        if (begun == null) {
            return Mnist.train();
        }
        try {
            return begun.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Mnist.train();
        } catch (ExecutionException e) {
            return Mnist.train(); // and its exception
        }
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
