package dev.mnistnative.cli;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.report.html.RunRecord;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.report.terminal.SeedsProgress;
import dev.mnistnative.report.terminal.SeedsSummary;
import dev.mnistnative.report.terminal.StartNote;
import dev.mnistnative.train.BestEpoch;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Sweep;
import dev.mnistnative.train.SweepRun;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** A run under several seeds, side by side. */
final class SeedRuns {
    private final CommandSpec spec;
    private final Options options;
    private final Path save;
    private final Screen screen;
    private final StandardOutput out;
    private final Missing missing = new Missing();
    private final Interruption interruption;

    /** The options of the run. */
    record Options(
            SettingsOptions settings,
            TrainingDataOptions data,
            ReportOptions reports,
            CheckpointOptions checkpoints,
            Path save) {}

    /** @param interruption ends all of them */
    SeedRuns(CommandSpec spec, Options options, Interruption interruption) {
        this.spec = spec;
        this.options = options;
        this.save = options.save();
        this.interruption = interruption;
        screen = options.reports().screen();
        out = StandardOutput.of(spec);
    }

    /** Refuses names of files that would be the same for all. */
    static void check(CommandSpec spec, Options options) {
        Seeds.requireMark(spec, "--save", options.save());
        Seeds.requireMark(spec, "--checkpoint-dir", options.checkpoints().folder());
        options.reports().requireMarks();
    }

    /**
     * Does all runs; the exit code.
     *
     * @param start what they start from, or null
     */
    int run(TrainingSettings settings, SavedModel start) throws IOException {
        long[] seeds = options.settings().seeds().values();
        ModelInfo known = start == null ? ModelInfo.NONE : start.info();
        try (TrainingDataOptions.Read read = options.data().read(settings, known)) {
            LongFunction<PreparedData> data = data(read);
            Sweep sweep = Sweep.of(Arrays.stream(seeds)
                    .mapToObj(seed -> settings.toBuilder().seed(seed).build())
                    .map(run -> options.settings()
                            .balanced(run, () -> data.apply(run.seed()).data().training()))
                    .toList());
            OutputPaths.requireSpace(
                    spec,
                    "--save",
                    Seeds.named(save, seeds[0]),
                    (long) Float.BYTES * settings.layers().parameterCount() * seeds.length);
            interruption.cancels(() -> {
                screen.note("stopping after the steps that are under way"
                        + (options.checkpoints().folder() == null ? "" : "; checkpoints are written then"));
                sweep.cancel();
            });
            out.whenReaderIsGone(sweep::cancel);
            SeedsSummary summary = new SeedsSummary(screen, settings.loss().task());
            summary.begins(
                    seeds.length, sweep.sideBySide(), sweep.settings().get(0).threads());
            SeedsProgress progress =
                    new SeedsProgress(screen, seeds.length, options.reports().drawsBar());
            List<SweepRun<TrainingResult>> runs = sweep.run((number, trainer) -> {
                if (start != null) {
                    FinishedRun.begin(trainer, start);
                }
                PreparedData mine = data.apply(trainer.settings().seed());
                return one(trainer, mine, number == 0, progress, summary);
            });
            return end(runs, summary);
        }
    }

    private LongFunction<PreparedData> data(TrainingDataOptions.Read read) {
        if (options.data().dependOnSeed()) {
            return seed -> options.data().prepare(read, seed);
        }
        PreparedData all = options.data().prepare(read, 0);
        return seed -> all;
    }

    private TrainingResult one(
            Trainer trainer, PreparedData data, boolean first, SeedsProgress progress, SeedsSummary summary)
            throws IOException {
        long seed = trainer.settings().seed();
        CheckpointOptions checkpoints = options.checkpoints().of(seed);
        Path page = Seeds.named(options.reports().report(), seed);
        RunRecord record = new RunRecord();
        TrainingResult result;
        Reports opened = options.reports().open(seed, screen, checkpoints.resumes());
        try (Reports reports = opened) {
            if (first) {
                reports.add(new StartNote(screen));
            }
            reports.add(checkpoints.notes(screen));
            reports.add(interruption.signsOfLife());
            if (options.reports().tellsProgress()) {
                reports.add(progress.ofRun());
            }
            if (page != null) {
                reports.add(record);
            }
            result = trainer.fit(data.data(), checkpoints.checkpoints(data.info(), screen), reports.listeners());
        }
        FinishedRun net = new FinishedRun(trainer, data);
        boolean whole = result.reason() != StopReason.INTERRUPTED && result.reason() != StopReason.DIVERGED;
        synchronized (missing) {
            Path weights = Seeds.named(save, seed);
            if (weights != null && (whole || out.isReaderGone() && result.reason() == StopReason.INTERRUPTED)) {
                missing.unless("weights " + weights, () -> net.save(weights, screen));
            }
            if (page != null) {
                missing.unless("report " + page, () -> net.report(page, record));
            }
            opened.missing().forEach(missing::add);
            if (checkpoints.haveFailed()) {
                missing.add("newest checkpoint in " + checkpoints.folder());
            }
        }
        if (result.reason() == StopReason.DIVERGED) {
            throw new MnistNativeException(MnistNativeException.Status.DIVERGED, result.message());
        }
        if (whole) {
            summary.ended(seed, result, evaluations(net, result));
        }
        return result;
    }

    /** What each epoch was evaluated on and, if that is another, the test set. */
    private static Map<EvaluatedOn, Evaluation> evaluations(FinishedRun net, TrainingResult result) {
        TrainingData data = net.data().data();
        Map<EvaluatedOn, Evaluation> all = new LinkedHashMap<>();
        try (Model model = net.model()) {
            data.evaluation().ifPresent(set -> {
                Optional<Evaluation> last = result.epochs().isEmpty()
                        ? Optional.empty()
                        : result.lastEpoch().evaluation();
                Evaluation seen = result.best()
                        .map(BestEpoch::evaluation)
                        .or(() -> last)
                        .orElseGet(() -> model.evaluate(set)); // all epochs were done before a checkpoint
                all.put(data.evaluatedOn(), seen);
            });
            net.data().heldBack().ifPresent(set -> all.put(EvaluatedOn.TEST, model.evaluate(set)));
        }
        return all;
    }

    private int end(List<SweepRun<TrainingResult>> runs, SeedsSummary summary) throws IOException {
        List<SweepRun<TrainingResult>> failed =
                runs.stream().filter(run -> run.failure().isPresent()).toList();
        boolean interrupted = runs.stream()
                .anyMatch(run -> run.failure().isEmpty()
                        && run.result()
                                .filter(r -> r.reason() != StopReason.INTERRUPTED)
                                .isEmpty());
        requireNotAllAlike(runs, failed);
        failed.forEach(run -> Failures.print(
                spec.commandLine(),
                "seed " + run.settings().seed() + ": "
                        + Failures.sentence(run.failure().get())));
        summary.saved("weights", save);
        options.reports().tellFiles(summary::saved);
        summary.saved("checkpoints", options.checkpoints().folder());
        summary.print(interrupted ? "interrupted" : "done", runs.size());
        if (!failed.isEmpty()) {
            screen.warning(failed.size() + " of " + runs.size() + " seeds failed: "
                    + failed.stream()
                            .map(run -> String.valueOf(run.settings().seed()))
                            .collect(Collectors.joining(", ")));
        }
        missing.requireNone(null);
        return interrupted ? ExitCode.INTERRUPTED : failed.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** What is wrong for all of them is told once, as of a single run. */
    private static void requireNotAllAlike(List<SweepRun<TrainingResult>> runs, List<SweepRun<TrainingResult>> failed)
            throws IOException {
        long kinds = failed.stream()
                .map(run -> run.failure().get().toString())
                .distinct()
                .count();
        if (failed.size() < runs.size() || kinds != 1) {
            return;
        }
        Exception all = failed.get(0).failure().get();
        if (all instanceof IOException io) {
            throw io;
        }
        throw all instanceof RuntimeException e ? e : new IllegalStateException(all);
    }
}
