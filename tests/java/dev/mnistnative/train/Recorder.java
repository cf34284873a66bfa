package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

/** Collects everything that a run tells. */
final class Recorder implements TrainingListener {
    TrainingStart start;
    TrainingResult end;
    final List<EpochEnded> epochs = new ArrayList<>();
    final List<Double> losses = new ArrayList<>();
    final List<Integer> correct = new ArrayList<>();
    final List<Double> rates = new ArrayList<>();
    final List<Integer> chunks = new ArrayList<>();

    @Override
    public void onStart(TrainingStart s) {
        start = s;
    }

    @Override
    public void onSteps(StepsDone r) {
        assertEquals(losses.size() % r.position().stepsPerEpoch() + 1, r.firstStep());
        for (int i = 0; i < r.steps(); i++) {
            losses.add(r.losses()[i]);
            correct.add(r.correct()[i]);
            rates.add(r.learningRates()[i]);
        }
        chunks.add(r.steps());
    }

    @Override
    public void onEpoch(EpochEnded r) {
        epochs.add(r);
    }

    @Override
    public void onEnd(TrainingResult r) {
        end = r;
    }
}
