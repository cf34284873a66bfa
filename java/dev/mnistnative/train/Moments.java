package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import java.util.LinkedHashMap;
import java.util.Map;

/** The vectors that an optimizer keeps beside the parameters, by PyTorch's names. */
final class Moments {
    private Moments() {}

    /** Names and native slots of those that the optimizer has. */
    static Map<String, Integer> of(Optimizer optimizer) {
        Map<String, Integer> slots = new LinkedHashMap<>();
        if (optimizer instanceof Sgd sgd) {
            if (sgd.momentum() != 0) {
                slots.put("momentum_buffer", NativeTrainer.FIRST_MOMENT);
            }
            return slots;
        }
        slots.put("exp_avg", NativeTrainer.FIRST_MOMENT);
        slots.put("exp_avg_sq", NativeTrainer.SECOND_MOMENT);
        if (optimizer instanceof Adaptive adaptive && adaptive.amsgrad()) {
            slots.put("max_exp_avg_sq", NativeTrainer.MAX_SECOND_MOMENT);
        }
        return slots;
    }

    static Map<String, float[]> read(NativeTrainer trainer, Optimizer optimizer) {
        Map<String, float[]> values = new LinkedHashMap<>();
        of(optimizer).forEach((name, slot) -> values.put(name, trainer.read(slot)));
        return values;
    }

    static void write(NativeTrainer trainer, Optimizer optimizer, Map<String, float[]> values) {
        of(optimizer).forEach((name, slot) -> trainer.write(slot, values.get(name)));
    }
}
