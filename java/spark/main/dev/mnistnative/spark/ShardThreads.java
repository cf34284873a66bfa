package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.Replicas;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.TaskContext;

/**
 * Trains a task's shards side by side, a thread each.
 *
 * @param averaging where they meet; null: there is one shard in all
 * @param checkpoints of the fit; null: none
 */
record ShardThreads(TrainingPlan plan, TaskContext context, Averaging averaging, FitCheckpoints checkpoints) {
    /** What all shards come to, told by the first of this task. */
    TrainingOutcome run(int rank, List<TrainingData> shards) {
        int first = rank * plan.shardsPerTask();
        if (shards.size() == 1) {
            return train(0, first, shards.get(0));
        }
        ExecutorService threads =
                Executors.newFixedThreadPool(shards.size(), work -> new Thread(work, "mnist-native-shard"));
        try {
            List<Future<TrainingOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < shards.size(); i++) {
                int shard = i;
                outcomes.add(threads.submit(() -> train(shard, first + shard, shards.get(shard))));
            }
            TrainingOutcome told = null;
            for (Future<TrainingOutcome> outcome : outcomes) {
                TrainingOutcome one = outcome.get(); // all: data and trainers are in use until the last has ended
                told = told == null ? one : told;
            }
            return told;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("training was cancelled with its task", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
            awaitEnd(threads);
        }
    }

    /** The shards' memory is not to be closed under them. */
    private static void awaitEnd(ExecutorService threads) {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, java.util.concurrent.TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private TrainingOutcome train(int here, int shard, TrainingData data) {
        try {
            TrainingSettings settings = plan.settings(shard, Math.max(1, context.cpus() / plan.shardsPerTask()));
            try (Trainer trainer = Trainer.create(settings)) {
                if (plan.initialWeights() != null) {
                    trainer.setParameters(Parameters.of(settings.layers(), plan.initialWeights()));
                } else if (shard > 0) { // whose seed is another
                    trainer.setParameters(Parameters.initial(settings.layers(), plan.seed()));
                }
                Replicas replicas = averaging == null ? Replicas.NONE : averaging.replica(here);
                HadoopStore store = checkpoints == null ? null : checkpoints.store(shard);
                Checkpoints kept = store == null ? Checkpoints.NONE : checkpoints.of(store);
                EpochRecords epochs = new EpochRecords(
                        shard == 0 ? store : null, checkpoints == null ? 0 : checkpoints.epochsBefore());
                TrainingResult result = trainer.fit(data, kept, replicas, epochs, new StopsWithTask(context, trainer));
                return outcome(epochs.complete(result), shard, trainer, data.training());
            }
        } catch (IllegalArgumentException e) {
            return refused(e.getMessage());
        } catch (RuntimeException | Error e) {
            if (averaging != null) {
                averaging.fail(e);
            }
            throw e;
        }
    }

    private TrainingOutcome refused(String why) {
        if (averaging != null) {
            averaging.refuse(why);
        }
        return TrainingOutcome.refused(why);
    }

    private TrainingOutcome outcome(TrainingResult result, int shard, Trainer trainer, Dataset training) {
        if (result.reason() == StopReason.DIVERGED) {
            String where = plan.shards() == 1 ? "" : " on shard " + shard + " of " + plan.shards();
            return refused("training diverged" + where + ": " + result.message());
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
