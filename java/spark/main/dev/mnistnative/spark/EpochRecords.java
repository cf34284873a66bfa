package dev.mnistnative.spark;

import dev.mnistnative.net.Evaluation;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.RunPosition;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What each epoch of a fit came to, kept beside the checkpoints: a run that goes on tells the epochs that it does
 * itself, the summary is of all.
 */
final class EpochRecords implements TrainingListener {
    private final HadoopStore store; // null: nothing is kept
    private final Map<Integer, EpochEnded> epochs = new TreeMap<>(); // by their numbers, from 1

    /**
     * @param store of the shard that tells the summary; null: nothing is kept
     * @param before epochs that were finished before
     */
    EpochRecords(HadoopStore store, int before) {
        this.store = store;
        for (int epoch = 1; epoch <= before && store != null; epoch++) {
            try (DataInputStream in = new DataInputStream(store.open(name(epoch)))) {
                epochs.put(epoch, read(in));
            } catch (IOException e) {
                throw new UncheckedIOException(store + " has no whole record of epoch " + epoch, e);
            }
        }
    }

    private static String name(int epoch) {
        return "epoch-" + epoch;
    }

    @Override
    public void onEpoch(EpochEnded event) {
        int epoch = event.position().epoch();
        epochs.put(epoch, event);
        if (store != null) {
            try {
                store.write(name(epoch), out -> write(event, new DataOutputStream(out)));
            } catch (IOException e) {
                throw new UncheckedIOException(store + " takes no record of epoch " + epoch + ": " + e.getMessage(), e);
            }
        }
    }

    /** The result with the epochs that were finished before, too, and the time that they took. */
    TrainingResult complete(TrainingResult result) {
        if (epochs.size() == result.epochs().size()) {
            return result;
        }
        List<EpochEnded> all = new ArrayList<>(epochs.values());
        double seconds =
                all.stream().mapToDouble(epoch -> epoch.timing().seconds()).sum();
        return new TrainingResult(result.reason(), all, result.message(), seconds, result.best());
    }

    private static void write(EpochEnded event, DataOutputStream out) throws IOException {
        RunPosition position = event.position();
        out.writeInt(position.epoch());
        out.writeInt(position.epochs());
        out.writeInt(position.step());
        out.writeInt(position.stepsPerEpoch());
        EpochEnded.Training training = event.training();
        for (double number : new double[] {
            training.loss(),
            training.objective(),
            training.absoluteError(),
            training.accuracy(),
            training.lastBatchAccuracy(),
            event.timing().seconds(),
            event.timing().evaluationSeconds(),
            event.timing().samplesPerSecond()
        }) {
            out.writeDouble(number);
        }
        out.writeBoolean(event.evaluation().isPresent());
        if (event.evaluation().isPresent()) {
            Evaluation evaluation = event.evaluation().get();
            out.writeDouble(evaluation.loss());
            out.writeDouble(evaluation.objective());
            out.writeDouble(evaluation.accuracy());
            out.writeDouble(evaluation.absoluteError());
            out.writeDouble(evaluation.squaredError());
            out.writeLong(evaluation.counted());
        }
        out.flush();
    }

    private static EpochEnded read(DataInputStream in) throws IOException {
        RunPosition position = new RunPosition(in.readInt(), in.readInt(), in.readInt(), in.readInt());
        EpochEnded.Training training = new EpochEnded.Training(
                in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
        EpochEnded.Timing timing = new EpochEnded.Timing(in.readDouble(), in.readDouble(), in.readDouble());
        Optional<Evaluation> evaluation = in.readBoolean()
                ? Optional.of(new Evaluation(
                        in.readDouble(),
                        in.readDouble(),
                        in.readDouble(),
                        in.readDouble(),
                        in.readDouble(),
                        in.readLong(),
                        Optional.empty()))
                : Optional.empty();
        return new EpochEnded(position, training, evaluation, timing);
    }
}
