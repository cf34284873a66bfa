package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/** The one task of a fit on one worker: takes the samples of all partitions and trains, as a plain program would. */
record TrainingTask(TrainingPlan plan) implements FlatMapFunction<Iterator<byte[]>, byte[]> {
    @Override
    public Iterator<byte[]> call(Iterator<byte[]> samples) {
        return List.of(Wire.bytes(train(samples))).iterator();
    }

    private TrainingOutcome train(Iterator<byte[]> samples) {
        TaskContext context = TaskContext.get();
        try (TrainingData data = read(samples)) {
            TrainingSettings settings = plan.settings(context.cpus());
            try (Trainer trainer = Trainer.create(settings)) {
                if (plan.initialWeights() != null) {
                    trainer.setParameters(Parameters.of(settings.layers(), plan.initialWeights()));
                }
                TrainingResult result = trainer.fit(data, new StopsWithTask(context, trainer));
                return outcome(result, trainer, data.training());
            }
        } catch (IllegalArgumentException e) {
            return TrainingOutcome.refused(e.getMessage());
        } catch (OutOfMemoryError e) {
            throw withRemedy(e);
        }
    }

    /** Spark's own settings do not count what lies outside the heap. */
    private OutOfMemoryError withRemedy(OutOfMemoryError cause) {
        long bytes = ((long) plan.trainingRows() + plan.validationRows()) * plan.features() * Float.BYTES;
        OutOfMemoryError told = new OutOfMemoryError("the samples of a training task take up to " + (bytes >> 20)
                + " MiB outside the heap: set spark.executor.memoryOverhead to that and 100 MiB more ("
                + cause.getMessage() + ")");
        told.initCause(cause);
        return told;
    }

    private TrainingData read(Iterator<byte[]> samples) {
        SampleStore training = new SampleStore(plan, plan.trainingRows());
        SampleStore validation = new SampleStore(plan, plan.validationRows());
        SampleBytes.Reader reader =
                new SampleBytes.Reader(plan.features(), plan.answers().columns().answerCount());
        while (samples.hasNext()) {
            reader.read(samples.next());
            (reader.isValidation() ? validation : training).put(reader.number(), reader);
        }
        Dataset rows = training.build();
        return plan.validationRows() == 0
                ? TrainingData.of(rows)
                : TrainingData.withValidation(rows, validation.build());
    }

    private TrainingOutcome outcome(TrainingResult result, Trainer trainer, Dataset training) {
        if (result.reason() == StopReason.DIVERGED) {
            return TrainingOutcome.refused("training diverged: " + result.message());
        }
        if (result.reason() == StopReason.INTERRUPTED) {
            throw new IllegalStateException("training was cancelled with its task");
        }
        ModelInfo info = plan.info().withPreprocessing(Preprocessing.fittedTo(training));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            new SavedModel(trainer.parameters(), info).write(file, ModelFormat.SAFETENSORS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return TrainingOutcome.of(file.toByteArray(), TrainingSummary.of(result));
    }

    /** A task that Spark kills (a cancelled job, a failed stage) may not be interrupted: it has to ask. */
    private record StopsWithTask(TaskContext context, Trainer trainer) implements TrainingListener {
        @Override
        public void onSteps(StepsDone event) {
            if (context.isInterrupted()) {
                trainer.cancel();
            }
        }
    }
}
