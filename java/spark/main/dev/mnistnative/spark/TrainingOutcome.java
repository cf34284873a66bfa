package dev.mnistnative.spark;

import java.io.Serializable;

/**
 * What comes back from training: a model as a safetensors file, and how it went; or why there is none. What would fail
 * again on every attempt comes as a refusal, which the driver throws: Spark would try an exception four times.
 */
final class TrainingOutcome implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] model;
    private final TrainingSummary summary;
    private final String refusal;

    private TrainingOutcome(byte[] model, TrainingSummary summary, String refusal) {
        this.model = model;
        this.summary = summary;
        this.refusal = refusal;
    }

    static TrainingOutcome of(byte[] model, TrainingSummary summary) {
        return new TrainingOutcome(model, summary, null);
    }

    static TrainingOutcome refused(String why) {
        return new TrainingOutcome(null, null, why);
    }

    /** A safetensors file. */
    byte[] model() {
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return model;
    }

    TrainingSummary summary() {
        return summary;
    }
}
