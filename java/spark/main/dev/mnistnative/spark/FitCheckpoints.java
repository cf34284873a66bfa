package dev.mnistnative.spark;

import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.train.Checkpoints;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Where a fit keeps what it needs to go on: a folder below {@code checkpointPath}, named by what decides its bits, with
 * a folder for each shard. An attempt goes on from the newest checkpoint that all shards have: as none trains on before
 * all have averaged, they are one apart at most.
 *
 * @param folder of the fit
 * @param configuration of Hadoop, as bytes
 * @param everySteps steps between two within an epoch; 0: none within one
 * @param everyEpochs epochs between two
 * @param from name of the checkpoint that this attempt goes on from; empty: it begins
 */
record FitCheckpoints(String folder, byte[] configuration, int everySteps, int everyEpochs, String from)
        implements Serializable {
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d+)-(\\d+)\\.safetensors");
    private static final Comparator<String> OLDEST_FIRST =
            Comparator.comparingInt((String name) -> place(name, 1)).thenComparingInt(name -> place(name, 2));

    /**
     * @param path the setting's
     * @param identity of the fit: the same for the same rows and parameters
     * @param averages between two checkpoints
     * @param syncSteps steps between two averages
     * @param stepsPerEpoch of each shard
     */
    static FitCheckpoints of(
            String path, String identity, Configuration hadoop, int averages, int syncSteps, int stepsPerEpoch) {
        int inAnEpoch = (stepsPerEpoch + syncSteps - 1) / syncSteps;
        boolean within = averages < inAnEpoch;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Path folder = new Path(path, "fit-" + identity);
        try {
            hadoop.write(new DataOutputStream(bytes));
            folder = folder.getFileSystem(hadoop).makeQualified(folder); // executors have other working directories
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "checkpointPath is " + path + ", which cannot be used: " + e.getMessage(), e);
        }
        return new FitCheckpoints(
                folder.toString(),
                bytes.toByteArray(),
                within ? averages * syncSteps : 0,
                within ? 1 : averages / inAnEpoch,
                "");
    }

    private static int place(String name, int group) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(group)) : -1;
    }

    private Configuration hadoop() {
        Configuration read = new Configuration(false);
        try {
            read.readFields(new DataInputStream(new ByteArrayInputStream(configuration)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read;
    }

    /** A shard's folder. */
    HadoopStore store(int shard) {
        return new HadoopStore(new Path(folder, "shard-" + shard), hadoop());
    }

    /** Name of the newest checkpoint that so many shards all have; empty if there is none. */
    String newest(int shards) throws IOException {
        Set<String> common = null;
        for (int shard = 0; shard < shards; shard++) {
            Set<String> has = new HashSet<>(store(shard).list());
            has.removeIf(name -> !NAME.matcher(name).matches());
            if (common == null) {
                common = has;
            } else {
                common.retainAll(has);
            }
        }
        return common.stream().max(OLDEST_FIRST).orElse("");
    }

    /** The same for an attempt that goes on from what {@link #newest} told. */
    FitCheckpoints beginningFrom(String name) {
        return new FitCheckpoints(folder, configuration, everySteps, everyEpochs, name);
    }

    /** Epochs that were finished before {@link #from}. */
    int epochsBefore() {
        return Math.max(0, place(from, 1));
    }

    /** What a shard's trainer takes; the store then lists what this attempt may use. */
    Checkpoints of(HadoopStore store) {
        store.beginFrom(from);
        return new Checkpoints(Optional.of(store), everyEpochs, everySteps, 2, true, ModelInfo.NONE);
    }

    /** Removes all of the fit. */
    void remove() throws IOException {
        Path path = new Path(folder);
        path.getFileSystem(hadoop()).delete(path, true);
    }
}
