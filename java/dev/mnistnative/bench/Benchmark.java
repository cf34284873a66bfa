package dev.mnistnative.bench;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.internal.Seconds;
import dev.mnistnative.model.Model;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Times training, evaluation and inference through the Java API: each is warmed up, then repeated for a while. */
public final class Benchmark {
    /** Shares of the time. */
    private static final double TRAINING = 0.5;

    private static final double EVALUATION = 0.25;
    private static final double ONE_IMAGE = 0.25;

    /** How much of its share each part runs before its times count. */
    private static final double WARM_UP = 0.2;

    private static final int MOST_CALLS = 1 << 20;

    private final TrainingSettings settings;
    private final TrainingData samples;
    private final double seconds;

    /**
     * @param settings with layers; the epochs do not matter
     * @param samples labelled bytes to train and to evaluate on
     * @param seconds for everything; slow things are done once and may take longer
     */
    public Benchmark(TrainingSettings settings, TrainingData samples, double seconds) {
        if (!(seconds > 0) || !Double.isFinite(seconds)) {
            throw new IllegalArgumentException("seconds is " + seconds + ", but must be a finite number above 0");
        }
        this.settings =
                settings.toBuilder().epochs(Integer.MAX_VALUE).earlyStopping(0).build();
        this.samples = samples;
        this.seconds = seconds;
    }

    /** Measures. The listener is told of the first start. */
    public BenchmarkResult run(TrainingListener listener) {
        try (Trainer trainer = Trainer.create(settings)) {
            Recorder warmUp = train(trainer, WARM_UP * TRAINING, listener);
            Recorder training = train(trainer, (1 - WARM_UP) * TRAINING);
            evaluate(trainer, WARM_UP * EVALUATION);
            Recorder evaluation = evaluate(trainer, (1 - WARM_UP) * EVALUATION);
            return new BenchmarkResult(
                    warmUp.start(),
                    test().size(),
                    training.steps(),
                    training.epochs(),
                    evaluation.evaluations(),
                    oneImage(trainer));
        }
    }

    private Recorder train(Trainer trainer, double share, TrainingListener... listeners) {
        Recorder recorder = Recorder.ofSteps(trainer, share * seconds);
        return fit(trainer, TrainingData.of(samples.training()), recorder, listeners);
    }

    /** Epochs of one step: what counts is the evaluation after each. */
    private Recorder evaluate(Trainer trainer, double share) {
        try (Dataset oneBatch = samples.training().limit(settings.batchSize())) {
            return fit(trainer, TrainingData.withTest(oneBatch, test()), Recorder.ofEpochs(trainer, share * seconds));
        }
    }

    private Dataset test() {
        return samples.evaluation().orElseThrow();
    }

    private static Recorder fit(Trainer trainer, TrainingData data, Recorder recorder, TrainingListener... listeners) {
        TrainingListener[] all = Arrays.copyOf(listeners, listeners.length + 1);
        all[listeners.length] = recorder;
        TrainingResult result = trainer.fit(data, all);
        if (result.reason() == StopReason.DIVERGED) {
            throw new MnistNativeException(MnistNativeException.Status.DIVERGED, result.message());
        }
        return recorder;
    }

    private Timings oneImage(Trainer trainer) {
        try (Model model = trainer.model()) {
            ByteBuffer pixels = test().pixels().slice(0, settings.layers().features());
            FloatBuffer logits = ByteBuffer.allocateDirect(settings.layers().classes() * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            double scale = test().scale();
            Runnable call = () -> model.logits(pixels, scale, logits);
            timed(call, WARM_UP * ONE_IMAGE * seconds);
            return Timings.of(timed(call, (1 - WARM_UP) * ONE_IMAGE * seconds));
        }
    }

    /** Each call's seconds: at least one, until the time is over. */
    private static double[] timed(Runnable call, double duration) {
        double[] times = new double[MOST_CALLS];
        int count = 0;
        long begin = System.nanoTime();
        long before = begin;
        do {
            call.run();
            long after = System.nanoTime();
            times[count++] = Seconds.of(after - before);
            before = after;
        } while (count < MOST_CALLS && Seconds.of(before - begin) < duration);
        return Arrays.copyOf(times, count);
    }
}
