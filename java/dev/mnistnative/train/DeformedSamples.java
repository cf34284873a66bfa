package dev.mnistnative.train;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformer;
import dev.mnistnative.net.internal.NativeSamples;
import java.nio.IntBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Pictures that are deformed anew in each epoch, meanwhile the trainer reads those before: two places are lent and
 * filled in turns. Where memory has room for it, a place holds the whole set, and the next epoch is made during this
 * one; else a place holds some steps' samples in the epoch's order, and the next steps' are made during these.
 */
final class DeformedSamples implements EpochSamples {
    /** Bytes of a place that does not hold the whole set: enough that its price does not show. */
    private static final int PART_BYTES = 1 << 25;

    private static final long LOOK_MILLIS = 50;

    private final RunContext run;
    private final BatchPlan plan;
    private final EpochOrder order;
    private final Deformer deformer;
    private final boolean whole;
    private final int stepsPerPart;
    private final Deformer.Copy[] places = new Deformer.Copy[2];
    private Part lent;
    private Part made; // or being made; null: none
    private CompletableFuture<Void> making;

    /** Steps that read one filling of a place. */
    private record Part(int epoch, int number) {}

    DeformedSamples(RunContext run, Dataset training, EpochOrder order) {
        this(run, training, order, 0);
    }

    /** @param stepsPerPart for tests: a place holds the samples of so many steps; 0: as memory has room */
    DeformedSamples(RunContext run, Dataset training, EpochOrder order, int stepsPerPart) {
        this.run = run;
        this.plan = run.plan();
        this.order = order;
        TrainingSettings settings = run.settings();
        run.trainer().check(NativeSamples.of(training));
        this.deformer = new Deformer(training, settings.deformation(), settings.seed(), settings.threads());
        try {
            this.whole = stepsPerPart == 0 && deformer.fitsTwice() && takeRoomForAll();
            this.stepsPerPart = whole ? plan.steps() : stepsPerPart > 0 ? stepsPerPart : stepsPerPart(training);
            for (int i = 0; i < places.length && !whole; i++) {
                places[i] = deformer.part(Math.min(plan.samples(), this.stepsPerPart * settings.batchSize()));
            }
        } catch (RuntimeException | Error e) {
            deformer.close();
            throw e;
        }
    }

    /** The JVM may allow less direct memory than the machine has. */
    private boolean takeRoomForAll() {
        try {
            places[0] = deformer.whole();
            places[1] = deformer.whole();
            return true;
        } catch (MnistNativeException e) {
            return false;
        }
    }

    private int stepsPerPart(Dataset training) {
        long stepBytes = (long) training.features() * training.pixelType().bytes() * plan.batchSize();
        return (int) Math.min(plan.steps(), Math.max(1, PART_BYTES / stepBytes));
    }

    @Override
    public boolean lend(int epoch, int step) {
        Part wanted = new Part(epoch, step / stepsPerPart);
        if (wanted.equals(lent)) {
            return true;
        }
        if (!wanted.equals(made)) {
            make(wanted);
        }
        if (!awaitMaking()) {
            return false;
        }
        run.trainer().setData(NativeSamples.of(place(wanted).first(samples(wanted))));
        lent = wanted;
        made = null;
        Part next = whole ? new Part(epoch + 1, 0) : new Part(epoch, wanted.number + 1);
        if (next.epoch < run.settings().epochs() && next.number * stepsPerPart < plan.steps()) {
            make(next);
        }
        return true;
    }

    /** The two places in turns: the trainer has done with what was lent before the last. */
    private Deformer.Copy place(Part part) {
        return places[(whole ? part.epoch : part.number) % places.length];
    }

    private void make(Part part) {
        made = part;
        making = whole
                ? deformer.fill(place(part), part.epoch)
                : deformer.fill(place(part), part.epoch, order.indices(firstOf(part), samples(part)));
    }

    /** Place of a part's first sample in the epoch's order. */
    private int firstOf(Part part) {
        return plan.first(part.number * stepsPerPart);
    }

    private int samples(Part part) {
        if (whole) {
            return plan.samples();
        }
        int last = Math.min(plan.steps(), (part.number + 1) * stepsPerPart) - 1;
        return plan.first(last) + plan.rows(last) - firstOf(part);
    }

    /** False if the run was told to stop; what went wrong in the background is thrown as it was there. */
    private boolean awaitMaking() {
        while (!run.shouldStop()) {
            try {
                making.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                // look whether to go on
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            }
        }
        return false;
    }

    private static RuntimeException failure(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }

    @Override
    public int stepsFrom(int step) {
        return Math.min(plan.steps(), (lent.number + 1) * stepsPerPart) - step;
    }

    @Override
    public IntBuffer order(int first, int samples) {
        return whole ? order.slice(first, samples) : null;
    }

    @Override
    public int first(int first) {
        return whole ? first : first - firstOf(lent);
    }

    /** Ends the threads that deform. */
    @Override
    public void close() {
        deformer.close();
    }
}
