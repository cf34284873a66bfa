package dev.mnistnative.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The optimizers that scale each gradient by its own history: Adam and its kin, with the same settings. */
public sealed interface Adaptive extends Optimizer permits Adam, AdamW {
    /** Decay of the first moment, in [0, 1). */
    double beta1();

    /** Decay of the second moment, in [0, 1). */
    double beta2();

    /** Added to the denominator. */
    double eps();

    /** PyTorch's weight_decay. */
    double weightDecay();

    /** Whether the maximum of the second moments is used. */
    boolean amsgrad();

    @Override
    default Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("beta1", beta1());
        options.put("beta2", beta2());
        options.put("eps", eps());
        options.put("weight_decay", weightDecay());
        options.put("amsgrad", amsgrad());
        return options;
    }

    /** One of the same kind with these settings. */
    Adaptive of(double lr, double beta1, double beta2, double eps, double weightDecay, boolean amsgrad);

    @Override
    default Adaptive with(double lr, Map<String, Object> changes) {
        return of(
                lr,
                (Double) changes.getOrDefault("beta1", beta1()),
                (Double) changes.getOrDefault("beta2", beta2()),
                (Double) changes.getOrDefault("eps", eps()),
                (Double) changes.getOrDefault("weight_decay", weightDecay()),
                (Boolean) changes.getOrDefault("amsgrad", amsgrad()));
    }

    @Override
    default List<String> moments() {
        return amsgrad() ? List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq") : List.of("exp_avg", "exp_avg_sq");
    }
}
