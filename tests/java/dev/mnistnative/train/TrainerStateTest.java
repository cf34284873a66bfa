package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a trainer's state is, and that it is all of it. */
class TrainerStateTest {
    private final Dataset data = Toy.data(200, 1);

    static Stream<Optimizer> optimizers() {
        return Stream.of(
                new Adam(1e-2),
                new Adam(1e-2, 0.8, 0.99, 1e-6, 1e-3, true),
                new AdamW(1e-2),
                new Sgd(0.1),
                new Sgd(0.05, 0.9, 0, 0, true));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void theNextStepsAreThoseOfTheTrainerThatHadIt(Optimizer optimizer) {
        TrainingSettings settings = Toy.settings().optimizer(optimizer).build();
        try (Trainer first = Trainer.create(settings);
                Trainer second = Trainer.create(settings.toBuilder().seed(9).build())) {
            first.fit(data);
            TrainerState state = first.state();
            assertEquals(optimizer.moments(), state.moments().keySet().stream().toList());
            assertEquals(39, state.optimizerStep());
            assertNotEquals(state, second.state());
            second.setState(state);
            assertEquals(state, second.state());
            assertEquals(state.hashCode(), second.state().hashCode());
            assertEquals(39, second.optimizerSteps());
            Dataset more = Toy.data(100, 3);
            first.fit(more);
            second.fit(more);
            assertEquals(first.state(), second.state());
            assertNotEquals(state, first.state());
        }
    }

    @Test
    void anothersIsRefusedAndNothingChanges() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            TrainerState before = trainer.state();
            Parameters parameters = trainer.parameters();
            refused("its own moments", trainer, new TrainerState(parameters, Map.of(), 0), "exp_avg_sq");
            Mlp wide = Mlp.of(Toy.FEATURES, Toy.CLASSES);
            refused("its own net", trainer, new TrainerState(Parameters.initial(wide, 0), Map.of(), 0), "7");
            assertEquals(before, trainer.state());
        }
    }

    private static void refused(String why, Trainer trainer, TrainerState state, String named) {
        String message = assertThrows(IllegalArgumentException.class, () -> trainer.setState(state), why)
                .getMessage();
        assertTrue(message.contains(named), message);
    }

    @Test
    void whatCannotBeAStateIsRefused() {
        Parameters parameters = Parameters.initial(Mlp.of(3, 2), 0);
        Map<String, float[]> shortMoment = Map.of("exp_avg", new float[7]);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new TrainerState(parameters, shortMoment, 0))
                .getMessage()
                .startsWith("the moment exp_avg has 7 values"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new TrainerState(parameters, Map.of(), -1))
                .getMessage()
                .startsWith("optimizerStep is -1"));
        assertThrows(NullPointerException.class, () -> new TrainerState(null, Map.of(), 0));
    }
}
