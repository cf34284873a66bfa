package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Samples of a training set that a run is not trained on.
 *
 * @param dropped of each epoch: the last batch, which is not full; other ones in each epoch where the order is shuffled
 * @param ignored their label is the loss's ignore_index
 * @param weightless their own weight or the class weight of their label is 0
 * @param classesNeverSeen labels that stand in the dropped batch alone, in every epoch
 */
public record Unused(int dropped, int ignored, int weightless, List<Integer> classesNeverSeen) {
    public Unused {
        classesNeverSeen = List.copyOf(classesNeverSeen);
    }

    /**
     * Refuses data of which nothing could be learnt, or by which nothing could be decided.
     *
     * @throws IllegalArgumentException if no sample counts
     */
    static void requireCounted(TrainingData data, TrainingSettings settings) {
        requireCounted("training", data.training(), settings.loss());
        if (settings.earlyStopping() > 0 || settings.keep() == Keep.BEST) {
            data.evaluation().ifPresent(set -> requireCounted(data.evaluatedOn().toString(), set, settings.loss()));
        }
    }

    private static void requireCounted(String set, Dataset data, Loss loss) {
        Weights weights = new Weights(data, loss);
        for (int i = 0; i < data.size(); i++) {
            if (!weights.ignored(i) && weights.of(i) != 0) {
                return;
            }
        }
        throw new IllegalArgumentException("none of the " + data.size() + " " + set + " samples counts: "
                + (loss.takesTargets()
                        ? "the weight of each is 0"
                        : "the label of each is the ignore_index " + loss.ignoreIndex()
                                + " or has a class weight of 0, or its sample weight is 0"));
    }

    /** How much samples count in the loss. */
    private static final class Weights {
        private final IntBuffer labels; // null: the loss takes targets
        private final FloatBuffer samples; // null: all 1
        private final float[] classes; // null: all 1
        private final long ignoreIndex;

        Weights(Dataset data, Loss loss) {
            labels = loss.takesTargets() ? null : data.labels();
            samples = data.sampleWeights().orElse(null);
            classes = loss instanceof CrossEntropyLoss labelled ? labelled.classWeights() : null;
            ignoreIndex = loss.ignoreIndex();
        }

        boolean ignored(int sample) {
            return labels != null && labels.get(sample) == ignoreIndex;
        }

        /** Labels that are no class of the net are left to the native side's check. */
        double of(int sample) {
            double weight = samples == null ? 1 : samples.get(sample);
            int label = labels == null ? -1 : labels.get(sample);
            return classes != null && label >= 0 && label < classes.length ? weight * classes[label] : weight;
        }
    }

    /** Labels that are no class of the net are left to the native side's check. */
    static Unused of(Dataset training, BatchPlan plan, TrainingSettings settings) {
        Weights weights = new Weights(training, settings.loss());
        int classes = settings.loss().takesTargets() ? 0 : settings.layers().classes();
        int[] seen = new int[classes];
        int[] droppedOnly = new int[classes];
        int ignored = 0;
        int weightless = 0;
        for (int i = 0; i < plan.samples(); i++) {
            if (weights.ignored(i)) {
                ignored++;
                continue;
            }
            weightless += weights.of(i) == 0 ? 1 : 0;
            int label = weights.labels == null ? -1 : weights.labels.get(i);
            if (label >= 0 && label < classes) {
                (settings.shuffle() || i < plan.samplesUsed() ? seen : droppedOnly)[label]++;
            }
        }
        List<Integer> never = IntStream.range(0, classes)
                .filter(c -> seen[c] == 0 && droppedOnly[c] > 0)
                .boxed()
                .toList();
        return new Unused(plan.samples() - plan.samplesUsed(), ignored, weightless, never);
    }
}
