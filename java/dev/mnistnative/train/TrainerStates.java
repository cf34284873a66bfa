package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.net.Parameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes a {@link TrainerState} out of a native trainer and puts it in. */
final class TrainerStates {
    private TrainerStates() {}

    static TrainerState read(NativeTrainer trainer, TrainingSettings settings) {
        Map<String, float[]> moments = new LinkedHashMap<>();
        List<String> names = settings.optimizer().moments();
        for (int i = 0; i < names.size(); i++) {
            moments.put(names.get(i), trainer.read(slot(i)));
        }
        return new TrainerState(Parameters.of(settings.layers(), trainer.read()), moments, trainer.step());
    }

    /** @param state that fits the settings */
    static void write(NativeTrainer trainer, TrainerState state, TrainingSettings settings) {
        trainer.write(state.parameters().values());
        List<String> names = settings.optimizer().moments();
        for (int i = 0; i < names.size(); i++) {
            trainer.write(slot(i), state.moments().get(names.get(i)));
        }
        trainer.setStep(state.optimizerStep());
    }

    /** The native slots of the moments follow that of the parameters. */
    private static int slot(int moment) {
        return NativeTrainer.FIRST_MOMENT + moment;
    }
}
