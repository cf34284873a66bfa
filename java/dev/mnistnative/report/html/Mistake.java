package dev.mnistnative.report.html;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Model;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A wrong prediction.
 *
 * @param index of the sample
 * @param label what it is
 * @param prediction what the net takes it for
 * @param probability that the net gives to its prediction
 */
record Mistake(int index, int label, int prediction, float probability) {
    /** The wrong predictions that the net is surest of, the surest first. */
    static List<Mistake> surest(Model model, Dataset samples, int count) {
        int[] predictions = model.predictions(samples);
        List<Mistake> all = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            int label = samples.label(i);
            int prediction = predictions[i];
            if (label != prediction && label != samples.ignoreIndex()) {
                float[] probabilities = model.probabilities(samples.sample(i));
                all.add(new Mistake(i, label, prediction, probabilities[prediction]));
            }
        }
        all.sort(Comparator.comparing(Mistake::probability).reversed());
        return all.subList(0, Math.min(count, all.size()));
    }
}
