package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.nio.IntBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Samples of a training set that a run is not trained on.
 *
 * @param dropped of each epoch: the last batch, which is not full; other ones in each epoch where the order is shuffled
 * @param ignored their label is the loss's ignore_index
 * @param weightless the class weight of their label is 0
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

    private static void requireCounted(String set, Dataset data, CrossEntropyLoss loss) {
        float[] weights = loss.classWeights();
        IntBuffer labels = data.labels();
        for (int i = 0; i < data.size(); i++) {
            int label = labels.get(i);
            boolean weightless = weights != null && label >= 0 && label < weights.length && weights[label] == 0;
            if (label != loss.ignoreIndex() && !weightless) {
                return;
            }
        }
        throw new IllegalArgumentException("none of the " + data.size() + " " + set + " samples counts: the label of "
                + "each is the ignore_index " + loss.ignoreIndex() + " or has a class weight of 0");
    }

    /** Labels that are no class of the net are left to the native side's check. */
    static Unused of(Dataset training, BatchPlan plan, TrainingSettings settings) {
        long ignoreIndex = settings.loss().ignoreIndex();
        int classes = settings.layers().classes();
        float[] weights = settings.loss().classWeights();
        int[] seen = new int[classes];
        int[] droppedOnly = new int[classes];
        int ignored = 0;
        int weightless = 0;
        IntBuffer labels = training.labels();
        for (int i = 0; i < plan.samples(); i++) {
            int label = labels.get(i);
            if (label == ignoreIndex) {
                ignored++;
            } else if (label >= 0 && label < classes) {
                weightless += weights != null && weights[label] == 0 ? 1 : 0;
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
