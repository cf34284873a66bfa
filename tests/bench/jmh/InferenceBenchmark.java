package dev.mnistnative.bench;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A model of the article's net: one image by buffer and by array, 10,000 images, and a call that does nothing. */
@State(Scope.Benchmark)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class InferenceBenchmark {
    private static final int IMAGES = 10_000, PIXELS = 784, CLASSES = 10;

    @Param({"FLOAT32", "BF16", "INT8"})
    public Precision precision;

    private Dataset test;
    private Model model;
    private byte[] imageArray;
    private ByteBuffer image;
    private FloatBuffer logits;

    @Setup(Level.Trial)
    public void create() {
        test = Mnist.test();
        try (Dataset train = Mnist.train();
                Trainer trainer = Trainer.create(Preset.ARTICLE.settings().toBuilder()
                        .epochs(1)
                        .precision(precision == Precision.INT8 ? Precision.FLOAT32 : precision)
                        .build())) {
            trainer.fit(train);
            model = Model.of(trainer.parameters(), Placement.CPU.in(precision));
        }
        image = test.pixels().slice(0, PIXELS);
        imageArray = new byte[PIXELS];
        image.get(0, imageArray);
        logits = ByteBuffer.allocateDirect(4 * IMAGES * CLASSES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @TearDown(Level.Trial)
    public void close() {
        model.close();
        test.close();
    }

    /** The mean, and the percentiles of single calls: p0.50 and p0.99 are what a caller waits for. */
    @Benchmark
    @BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public FloatBuffer oneImageFromABuffer() {
        model.logits(image, test.scale(), logits.slice(0, CLASSES));
        return logits;
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public int oneImageFromAnArray() {
        return model.predict(imageArray);
    }

    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @OperationsPerInvocation(IMAGES)
    public FloatBuffer images() {
        model.logits(test.pixels(), test.scale(), logits);
        return logits;
    }

    /** Across the boundary and back: locks, handle and status are checked, and nothing is computed. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public long emptyCall() {
        return MnistRuntime.nativeBytes();
    }
}
