package dev.mnistnative.cli;

import dev.mnistnative.report.files.MetricsFile;
import dev.mnistnative.report.files.MetricsTable;
import dev.mnistnative.report.files.TensorBoardEvents;
import dev.mnistnative.report.terminal.EpochLines;
import dev.mnistnative.report.terminal.ProgressBarReport;
import dev.mnistnative.report.terminal.ProgressLines;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.report.terminal.StartNote;
import dev.mnistnative.report.terminal.StepLines;
import dev.mnistnative.train.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a run tells, and to whom. */
final class ReportOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--metrics",
            paramLabel = "F.jsonl|F.csv",
            description = "Write one JSON object a line to this file, or, where it ends in .csv, a row an epoch.")
    private Path metrics;

    @Option(
            names = "--log-steps",
            paramLabel = "N",
            description = "With --metrics or --tensorboard: the loss of every N-th step too.")
    private Integer logSteps;

    @Option(
            names = "--report",
            paramLabel = "F.html",
            description = "Write a page on the run: curves, confusion matrix, mistakes, weights, settings.")
    private Path report;

    @Option(names = "--tensorboard", paramLabel = "D", description = "Write TensorBoard event files to this folder.")
    private Path tensorboard;

    @Option(names = "--quiet", description = "No progress and no notes: results and errors only.")
    private boolean quiet;

    @Option(
            names = "--progress",
            paramLabel = "auto|always|never",
            description = "auto: a bar on a terminal, plain lines elsewhere (default).")
    private ProgressDisplay progress;

    /** Refuses what contradicts itself. */
    void check() {
        Usage.refuse(
                logSteps != null && logSteps < 1, command, "--log-steps is " + logSteps + ", but must be at least 1");
        Usage.refuse(
                logSteps != null && (metrics == null || metricsAreTable()) && tensorboard == null,
                command,
                "--log-steps needs --metrics or --tensorboard to write to"
                        + (metricsAreTable() ? "; a CSV table holds epochs only" : ""));
        Usage.refuse(
                quiet && progress == ProgressDisplay.ALWAYS,
                command,
                "--quiet and --progress always exclude each other: leave one out");
    }

    /** The screen of this run. */
    Screen screen() {
        CommandLine line = command.commandLine();
        return new Screen(line.getOut(), line.getErr(), !quiet, Terminal.hasColours());
    }

    /**
     * Opens the reports asked for.
     *
     * @param goesOn whether metrics and curves go on where the checkpoint of an earlier run is
     */
    Reports open(Preset preset, Screen screen, boolean goesOn) throws IOException {
        return opened(goesOn, screen, path -> path, reports -> {
            reports.add(new StartNote(screen));
            if (drawsBar()) {
                reports.add(new ProgressBarReport(screen, Terminal.showsBlocks(), Terminal.columns()));
            } else if (tellsProgress()) {
                reports.add(new ProgressLines(screen));
            }
            reports.add(
                    preset.stepsPerLine() == 0 ? new EpochLines(screen) : new StepLines(screen, preset.stepsPerLine()));
        });
    }

    /** Opens the files of one of several seeds; its progress is told otherwise. */
    Reports open(long seed, Screen screen, boolean goesOn) throws IOException {
        return opened(goesOn, screen, path -> Seeds.named(path, seed), reports -> {});
    }

    private Reports opened(boolean goesOn, Screen screen, UnaryOperator<Path> names, Consumer<Reports> first)
            throws IOException {
        Reports reports = new Reports();
        try {
            first.accept(reports);
            Path table = names.apply(metrics);
            int every = logSteps == null ? 0 : logSteps;
            if (metricsAreTable()) {
                reports.add(new SideOutput("metrics " + table, new MetricsTable(table, goesOn), screen));
            } else if (metrics != null) {
                reports.add(new SideOutput("metrics " + table, new MetricsFile(table, every, goesOn), screen));
            }
            if (tensorboard != null) {
                Path events = names.apply(tensorboard);
                reports.add(
                        new SideOutput("TensorBoard " + events, new TensorBoardEvents(events, every, goesOn), screen));
            }
            return reports;
        } catch (IOException | RuntimeException e) {
            reports.close();
            throw e;
        }
    }

    private boolean metricsAreTable() {
        return metrics != null && metrics.toString().endsWith(".csv");
    }

    /** Tells where what was asked for is written. */
    void tellFiles(BiConsumer<String, Path> summary) {
        summary.accept("report", report);
        summary.accept("metrics", metrics);
        summary.accept("TensorBoard", tensorboard);
    }

    /** The page to write at the end, or null. */
    Path report() {
        return report;
    }

    /** Refuses names that would be the same for all of several seeds. */
    void requireMarks() {
        Seeds.requireMark(command, "--metrics", metrics);
        Seeds.requireMark(command, "--report", report);
        Seeds.requireMark(command, "--tensorboard", tensorboard);
    }

    /** Whether plain lines tell of progress, now and then. */
    boolean tellsProgress() {
        return !quiet && progress != ProgressDisplay.NEVER;
    }

    boolean drawsBar() {
        return progress == ProgressDisplay.ALWAYS
                || !quiet && (progress == null || progress == ProgressDisplay.AUTO) && Terminal.canRedraw();
    }
}
