package dev.mnistnative.train;

/** How the learning rate changes from epoch to epoch: closed forms of torch.optim.lr_scheduler. */
public sealed interface LearningRateSchedule {
    /**
     * The learning rate of an epoch.
     *
     * @param base the optimizer's learning rate
     * @param epoch from 0
     * @param epochs of the whole run
     */
    double at(double base, int epoch, int epochs);

    /** Its name and settings in words, e.g. {@code step: every 5, gamma 0.1}. */
    String description();

    /** The same in every epoch. */
    static LearningRateSchedule constant() {
        return new Constant();
    }

    /** StepLR(step_size=epochs, gamma): times gamma after every so many epochs. */
    static LearningRateSchedule step(int epochs, double gamma) {
        return new Step(epochs, gamma);
    }

    /** CosineAnnealingLR(T_max=the run's epochs, eta_min=min): down to min along half a cosine. */
    static LearningRateSchedule cosine(double min) {
        return new Cosine(min);
    }

    /** The same in every epoch. */
    record Constant() implements LearningRateSchedule {
        @Override
        public double at(double base, int epoch, int epochs) {
            return base;
        }

        @Override
        public String description() {
            return Description.of("constant");
        }
    }

    /**
     * torch.optim.lr_scheduler.StepLR.
     *
     * @param stepSize epochs between two changes, at least 1
     * @param gamma the factor, finite and not negative
     */
    record Step(int stepSize, double gamma) implements LearningRateSchedule {
        public Step {
            Require.atLeast("schedule: step's epochs", stepSize, 1);
            Require.notNegative("schedule: step's gamma", gamma);
        }

        @Override
        public double at(double base, int epoch, int epochs) {
            double rate = base; // PyTorch multiplies on; a power would round differently
            for (int change = epoch / stepSize; change > 0; change--) {
                double next = rate * gamma;
                if (next == rate) {
                    break; // gamma is 1, or the rate is 0 or the smallest number that does not round to 0: it stays
                }
                rate = next;
            }
            return rate;
        }

        @Override
        public String description() {
            return Description.of("step", "every", stepSize, "gamma", gamma);
        }
    }

    /**
     * torch.optim.lr_scheduler.CosineAnnealingLR over the run.
     *
     * @param min eta_min, finite and not negative
     */
    record Cosine(double min) implements LearningRateSchedule {
        public Cosine {
            Require.notNegative("schedule: cosine's minimum", min);
        }

        @Override
        public double at(double base, int epoch, int epochs) {
            // StrictMath: the same bits on every JVM
            return min + (base - min) * (1 + StrictMath.cos(Math.PI * epoch / epochs)) / 2;
        }

        @Override
        public String description() {
            return Description.of("cosine", "min", min);
        }
    }
}
