package dev.mnistnative.train;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.format.FileContents;
import dev.mnistnative.format.Safetensors;
import dev.mnistnative.format.Tensor;
import dev.mnistnative.format.TensorFile;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * One checkpoint as a safetensors file: the weights under their state-dict names, {@code optimizer.NAME} for each of
 * the optimizer's moments, {@code best.parameters} where the best epoch's are kept, and all else in the metadata, with
 * a SHA-256 over everything.
 *
 * @param state of the run
 * @param fingerprint what must be the same to go on
 * @param model what is known of the model's samples and classes
 */
record CheckpointFile(RunState state, Map<String, String> fingerprint, ModelInfo model) {
    private static final String VERSION = "3";
    private static final String VERSION_KEY = "checkpoint_version";
    static final String CHECKSUM_KEY = "sha256";
    private static final String FINGERPRINT_PREFIX = "run.";

    void write(OutputStream out) throws IOException {
        TrainerState trainer = state.trainer();
        Map<String, Tensor> tensors = new LinkedHashMap<>(Safetensors.stateDict(trainer.parameters()));
        trainer.moments()
                .forEach((name, values) ->
                        tensors.put(Safetensors.OPTIMIZER_PREFIX + name, Tensor.ofFloats(values, values.length)));
        state.place()
                .evaluations()
                .bestParameters()
                .ifPresent(best -> tensors.put(
                        Safetensors.BEST_PARAMETERS,
                        Tensor.ofFloats(best.values(), best.net().parameterCount())));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(VERSION_KEY, VERSION);
        metadata.put("epoch", String.valueOf(state.epoch()));
        metadata.put("step_in_epoch", String.valueOf(state.step()));
        metadata.put("optimizer_step", String.valueOf(trainer.optimizerStep()));
        metadata.putAll(state.place().totals().entries());
        metadata.putAll(state.place().evaluations().entries());
        fingerprint.forEach((field, value) -> metadata.put(FINGERPRINT_PREFIX + field, value));
        metadata.putAll(Safetensors.metadata(trainer.parameters().net(), model));
        metadata.put(CHECKSUM_KEY, checksum(tensors, metadata));
        Safetensors.write(out, new TensorFile(tensors, metadata));
    }

    /**
     * @param location where it lies, for messages
     * @throws DataFormatException if it is damaged or no checkpoint of this version
     */
    static CheckpointFile read(InputStream in, String location, TrainingSettings settings) throws IOException {
        TensorFile file = Safetensors.read(in, location);
        try {
            Map<String, String> metadata = file.metadata();
            FileContents.require(
                    VERSION.equals(metadata.get(VERSION_KEY)), "it is no checkpoint of version " + VERSION);
            FileContents.require(
                    checksum(file.tensors(), metadata).equals(metadata.get(CHECKSUM_KEY)),
                    "its checksum is wrong: it is damaged");
            Map<String, String> fingerprint = new LinkedHashMap<>();
            metadata.forEach((key, value) -> {
                if (key.startsWith(FINGERPRINT_PREFIX)) {
                    fingerprint.put(key.substring(FINGERPRINT_PREFIX.length()), value);
                }
            });
            return new CheckpointFile(state(file, settings), fingerprint, Safetensors.info(file));
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(location + ": " + e.getMessage(), e);
        }
    }

    private static RunState state(TensorFile file, TrainingSettings settings) {
        CheckpointHeader header = new CheckpointHeader(file.metadata());
        Parameters parameters = Safetensors.parameters(file);
        Map<String, float[]> moments = new LinkedHashMap<>();
        file.tensors().forEach((name, tensor) -> {
            if (name.startsWith(Safetensors.OPTIMIZER_PREFIX)) {
                moments.put(name.substring(Safetensors.OPTIMIZER_PREFIX.length()), tensor.toFloats());
            }
        });
        RunPlace place = new RunPlace(
                header.integer("epoch"),
                header.integer("step_in_epoch"),
                EpochTotals.of(header),
                EvaluationHistory.of(settings, header, best(file, parameters.net())));
        return new RunState(place, new TrainerState(parameters, moments, header.whole("optimizer_step")));
    }

    private static Parameters best(TensorFile file, Mlp net) {
        Tensor best = file.tensors().get(Safetensors.BEST_PARAMETERS);
        return best == null ? null : Parameters.of(net, best.toFloats());
    }

    /** Over all metadata but itself and over all tensors. */
    static String checksum(Map<String, Tensor> tensors, Map<String, String> metadata) {
        MessageDigest sum = sha256();
        new TreeMap<>(metadata).forEach((key, value) -> {
            if (!key.equals(CHECKSUM_KEY)) {
                add(sum, key);
                add(sum, value);
            }
        });
        tensors.forEach((name, tensor) -> {
            add(sum, name + " " + tensor.type().safetensors() + " " + tensor.shape());
            sum.update(tensor.data());
        });
        return HexFormat.of().formatHex(sum.digest());
    }

    private static void add(MessageDigest sum, String text) {
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        sum.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
