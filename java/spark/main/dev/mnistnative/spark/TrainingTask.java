package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * A task of a fit: takes the samples of its shards from all partitions and trains on each as a plain program would,
 * averaging with the others where there are others. The first task tells the outcome, which all have.
 */
record TrainingTask(TrainingPlan plan) implements FlatMapFunction<Iterator<byte[]>, byte[]> {
    @Override
    public Iterator<byte[]> call(Iterator<byte[]> samples) throws IOException {
        TaskContext context = TaskContext.get();
        int rank = context.partitionId();
        TrainingOutcome outcome = train(samples, context, rank);
        return rank == 0
                ? List.of(Wire.bytes(outcome)).iterator()
                : List.<byte[]>of().iterator();
    }

    private TrainingOutcome train(Iterator<byte[]> samples, TaskContext context, int rank) throws IOException {
        List<TrainingData> shards = new ArrayList<>();
        try (Peers peers = plan.tasks() == 1 ? null : connect(BarrierTaskContext.get(), rank)) {
            String refusal = null;
            try {
                read(samples, rank, shards);
            } catch (IllegalArgumentException e) {
                refusal = e.getMessage();
            }
            Averaging averaging = averaging(peers, context);
            if (refusal != null) {
                for (int i = 0; i < plan.shardsPerTask() && averaging != null; i++) {
                    averaging.refuse(refusal);
                }
                return TrainingOutcome.refused(refusal);
            }
            return new ShardThreads(plan, context, averaging).run(rank, shards);
        } catch (OutOfMemoryError e) {
            throw withRemedy(e);
        } finally {
            shards.forEach(TrainingData::close);
        }
    }

    private Peers connect(BarrierTaskContext context, int rank) throws IOException {
        return Peers.connect(
                rank,
                SparkEnv.get().blockManager().blockManagerId().host().replaceAll("^\\[|]$", ""),
                plan.key(),
                context.stageAttemptNumber(),
                new Peers.Waiting(plan.syncTimeout(), context::isInterrupted),
                word -> context.allGather(word[0]));
    }

    /** Null where a shard learns alone. */
    private Averaging averaging(Peers peers, TaskContext context) throws IOException {
        if (plan.shards() == 1) {
            return null;
        }
        Averaging.Others others = peers == null
                ? null
                : (vectors, length) -> new StateSum(
                        peers, plan.isSealed() ? plan.key() : null, context.stageAttemptNumber(), vectors, length);
        return new Averaging(others, plan.shardsPerTask(), plan.shards(), plan.syncSteps(), plan.stateLength());
    }

    /** Spark's own settings do not count what lies outside the heap. */
    private OutOfMemoryError withRemedy(OutOfMemoryError cause) {
        long rows = (long) plan.rowsPerShard() * plan.shardsPerTask() + plan.validationRows();
        OutOfMemoryError told = new OutOfMemoryError("the samples of a training task take up to "
                + (rows * plan.features() * Float.BYTES >> 20)
                + " MiB outside the heap: set spark.executor.memoryOverhead to that and 100 MiB more ("
                + cause.getMessage() + ")");
        told.initCause(cause);
        return told;
    }

    private void read(Iterator<byte[]> samples, int rank, List<TrainingData> shards) {
        int first = rank * plan.shardsPerTask();
        SampleStore[] stores = new SampleStore[plan.shardsPerTask()];
        for (int i = 0; i < stores.length; i++) {
            stores[i] = new SampleStore(plan, plan.shardRows(first + i), plan.rowsPerShard());
        }
        SampleStore validation = new SampleStore(plan, plan.validationRows(), plan.validationRows());
        SampleBytes.Reader reader =
                new SampleBytes.Reader(plan.features(), plan.answers().columns().answers());
        while (samples.hasNext()) {
            reader.read(samples.next());
            if (reader.isValidation()) {
                validation.put(reader.number(), reader);
            } else {
                stores[(int) (reader.number() % plan.shards()) - first].put(reader.number() / plan.shards(), reader);
            }
        }
        Dataset held = plan.validationRows() == 0 ? null : validation.build();
        for (SampleStore store : stores) {
            Dataset rows = store.build();
            shards.add(held == null ? TrainingData.of(rows) : TrainingData.withValidation(rows, held));
        }
    }
}
