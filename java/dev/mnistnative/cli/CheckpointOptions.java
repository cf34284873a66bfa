package dev.mnistnative.cli;

import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.train.CheckpointWritten;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a run is kept, and whether it goes on. */
final class CheckpointOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--checkpoint-dir",
            paramLabel = "D",
            description = "Keep in this folder what is needed to go on with the same bits; the newest three are kept.")
    private Path folder;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "N",
            description = "Epochs between two checkpoints (default: 1). One is also written when the run ends or is "
                    + "interrupted.")
    private Integer every;

    @Option(
            names = "--resume",
            description = "Go on from the newest undamaged checkpoint of --checkpoint-dir; begin if there is none. "
                    + "All settings but --epochs, --threads and --device must be the same.")
    private boolean resume;

    private SideCheckpoints store;

    /** Refuses what contradicts itself. */
    void check() {
        Usage.refuse(
                folder == null && (every != null || resume),
                command,
                (resume ? "--resume" : "--checkpoint-every") + " needs --checkpoint-dir");
        Usage.refuse(
                every != null && every < 1, command, "--checkpoint-every is " + every + ", but must be at least 1");
    }

    /** Those of one of several seeds, in a folder of its own. */
    CheckpointOptions of(long seed) {
        CheckpointOptions mine = new CheckpointOptions();
        mine.command = command;
        mine.folder = Seeds.named(folder, seed);
        mine.every = every;
        mine.resume = resume;
        return mine;
    }

    Checkpoints checkpoints(ModelInfo info, Screen screen) {
        if (folder == null) {
            return Checkpoints.NONE;
        }
        store = new SideCheckpoints(folder, screen);
        Checkpoints fromNow =
                Checkpoints.in(store).every(every == null ? 1 : every).describing(info);
        return resume ? fromNow.resuming() : fromNow;
    }

    /** The folder, or null. */
    Path folder() {
        return folder;
    }

    /** Whether the newest checkpoint is missing. */
    boolean haveFailed() {
        return store != null && store.hasFailed();
    }

    boolean resumes() {
        return resume;
    }

    /** Tells what the run goes on from and where it was left. */
    TrainingListener notes(Screen screen) {
        return new TrainingListener() {
            private String last;

            @Override
            public void onStart(TrainingStart start) {
                start.resumed().ifPresent(from -> {
                    screen.note("going on from " + from.checkpoint() + ": " + from.epochs() + " epochs and "
                            + from.steps() + " steps are done");
                    last = from.checkpoint();
                });
            }

            @Override
            public void onCheckpoint(CheckpointWritten event) {
                last = haveFailed() ? last : event.checkpoint();
            }

            @Override
            public void onEnd(TrainingResult result) {
                if (result.reason() == StopReason.INTERRUPTED && last != null) {
                    screen.note("kept in " + last + ": go on with --resume");
                } else if (result.reason() == StopReason.COMPLETED
                        && result.epochs().isEmpty()) {
                    screen.note("all epochs were done already: give more --epochs to train on");
                }
            }
        };
    }
}
