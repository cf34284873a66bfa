package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32C;

/**
 * What must be the same for a run to go on with the same bits: every setting but the epochs, the threads and the
 * device, and the data.
 */
final class Fingerprint {
    private static final String EPOCHS = "epochs";

    /** Bytes that a checksum takes at once. */
    private static final int BLOCK_BYTES = 1 << 28;

    private Fingerprint() {}

    /**
     * Fields by name. What is evaluated on counts where something is decided by it, the epochs where the schedule does.
     */
    static Map<String, String> of(TrainingSettings settings, TrainingData data) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("layers", settings.layers().toString());
        fields.put("dropout", String.valueOf(settings.layers().hiddenDropout()));
        fields.put("inputDropout", String.valueOf(settings.layers().inputDropout()));
        fields.put("batchSize", String.valueOf(settings.batchSize()));
        fields.put("shuffle", String.valueOf(settings.shuffle()));
        fields.put("dropLast", String.valueOf(settings.dropLast()));
        fields.put("optimizer", settings.optimizer().toString());
        fields.put("schedule", settings.schedule().toString());
        fields.put("warmupSteps", String.valueOf(settings.warmupSteps()));
        fields.put("loss", settings.loss().toString());
        fields.put("deformation", settings.deformation().toString());
        fields.put("seed", String.valueOf(settings.seed()));
        fields.put("precision", settings.precision().toString());
        fields.put("isa", settings.isa());
        fields.put("earlyStopping", String.valueOf(settings.earlyStopping()));
        fields.put("keep", settings.keep().toString());
        if (settings.schedule() instanceof LearningRateSchedule.Cosine) {
            fields.put(EPOCHS, String.valueOf(settings.epochs()));
        }
        fields.put("training data", describe(data.training()));
        if (settings.earlyStopping() > 0 || settings.keep() == Keep.BEST) {
            data.evaluation().ifPresent(evaluation -> fields.put("evaluation data", describe(evaluation)));
        }
        return fields;
    }

    /** @throws IllegalArgumentException that names the first field that differs */
    static void requireSame(String file, Map<String, String> kept, Map<String, String> present) {
        present.forEach((field, value) -> {
            String before = kept.get(field);
            if (!value.equals(before)) {
                String why = field.equals(EPOCHS) ? " (the cosine schedule depends on them)" : "";
                throw new IllegalArgumentException(field + " is " + value + ", but the checkpoint " + file
                        + " was made with " + before + why + ": go on with the same, or begin in another folder");
            }
        });
    }

    private static String describe(Dataset data) {
        CRC32C sum = new CRC32C();
        int block =
                Math.max(1, BLOCK_BYTES / (data.features() * data.pixelType().bytes()));
        for (int first = 0; first < data.size(); first += block) {
            sum.update(data.pixels(first, Math.min(block, data.size() - first)));
        }
        if (data.hasLabels()) {
            IntBuffer labels = data.labels();
            add(sum, labels.limit(), labels::get);
        }
        if (data.hasTargets()) {
            FloatBuffer targets = data.targets();
            add(sum, targets.limit(), i -> Float.floatToRawIntBits(targets.get(i)));
        }
        data.sampleWeights()
                .ifPresent(weights -> add(sum, weights.limit(), i -> Float.floatToRawIntBits(weights.get(i))));
        return String.format(
                Locale.ROOT,
                "%d x %d %s, scale %s, CRC-32C %08x",
                data.size(),
                data.features(),
                data.pixelType(),
                data.scale(),
                sum.getValue());
    }

    private static void add(CRC32C sum, int count, IntUnaryOperator number) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES);
        for (int i = 0; i < count; i++) {
            bytes.clear().putInt(number.applyAsInt(i)).flip();
            sum.update(bytes);
        }
    }
}
