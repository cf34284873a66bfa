package dev.mnistnative.bench;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingResult;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The article's net on the embedded MNIST: one call of fit for a single step, for an epoch, and for an epoch with its
 * evaluation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TrainingBenchmark {
    private static final int BATCH = 320;

    @Param({"1", "2"})
    public int threads;

    @Param({"FLOAT32", "BF16"})
    public Precision precision;

    private Dataset train, firstBatch, test;
    private Trainer trainer;

    @Setup(Level.Trial)
    public void create() {
        train = Mnist.train();
        firstBatch = train.limit(BATCH);
        test = Mnist.test();
        trainer = Trainer.create(Preset.ARTICLE.settings().toBuilder()
                .epochs(1)
                .threads(threads)
                .precision(precision)
                .build());
    }

    @TearDown(Level.Trial)
    public void close() {
        trainer.close();
        firstBatch.close();
        train.close();
        test.close();
    }

    @Benchmark
    public TrainingResult step() {
        return trainer.fit(firstBatch);
    }

    @Benchmark
    public TrainingResult epoch() {
        return trainer.fit(train);
    }

    @Benchmark
    public TrainingResult epochAndEvaluation() {
        return trainer.fit(train, test);
    }
}
