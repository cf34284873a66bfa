package dev.mnistnative.spark;

import dev.mnistnative.MnistNativeException;
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
 *
 * @param driver where tasks meet; null: there is one task, or they meet by the barrier
 * @param checkpoints of the fit; null: none
 */
record TrainingTask(TrainingPlan plan, Rendezvous.Address driver, FitCheckpoints checkpoints)
        implements FlatMapFunction<Iterator<byte[]>, byte[]> {
    /** How tasks learn each other's addresses, and from the first where the fit goes on from. */
    private final class Meeting implements Peers.Gathering {
        private final BarrierTaskContext context;
        private final Peers.Waiting waiting;
        private final String mine;
        private String from;

        private Meeting(BarrierTaskContext context, Peers.Waiting waiting, String mine) {
            this.context = context;
            this.waiting = waiting;
            this.mine = mine;
        }

        @Override
        public String[] gather(String word) throws IOException {
            String told = mine + " " + word;
            String[] words = driver == null
                    ? context.allGather(told)
                    : Rendezvous.meet(
                            driver,
                            plan.key(),
                            context.stageAttemptNumber(),
                            context.partitionId(),
                            plan.tasks(),
                            told,
                            waiting);
            from = words[0].substring(0, words[0].indexOf(' '));
            String[] addresses = new String[words.length];
            for (int i = 0; i < words.length; i++) {
                addresses[i] = words[i].substring(words[i].indexOf(' ') + 1);
            }
            return addresses;
        }
    }

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
        Peers.Waiting waiting = new Peers.Waiting(plan.syncTimeout(), context::isInterrupted);
        String newest = rank == 0 && checkpoints != null ? checkpoints.newest(plan.shards()) : "";
        Meeting meeting = plan.tasks() == 1 ? null : new Meeting(BarrierTaskContext.get(), waiting, newest);
        try (Peers peers = meeting == null ? null : connect(context, rank, waiting, meeting)) {
            FitCheckpoints kept =
                    checkpoints == null ? null : checkpoints.beginningFrom(meeting == null ? newest : meeting.from);
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
            return new ShardThreads(plan, context, averaging, kept).run(rank, shards);
        } catch (OutOfMemoryError e) { // not passed on, for Spark would end the executor
            throw new IllegalStateException(
                    MemoryNeed.remedy(MemoryNeed.mebibytes(plan)) + " (" + e.getMessage() + ")", e);
        } catch (MnistNativeException e) {
            if (e.status() == MnistNativeException.Status.OUT_OF_MEMORY) {
                throw new IllegalStateException(
                        MemoryNeed.remedy(MemoryNeed.mebibytes(plan)) + " (" + e.getMessage() + ")", e);
            }
            throw e;
        } finally {
            shards.forEach(TrainingData::close);
        }
    }

    private Peers connect(TaskContext context, int rank, Peers.Waiting waiting, Meeting meeting) throws IOException {
        return Peers.connect(
                rank,
                Rendezvous.plain(SparkEnv.get().blockManager().blockManagerId().host()),
                plan.key(),
                context.stageAttemptNumber(),
                waiting,
                meeting);
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
