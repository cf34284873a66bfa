package dev.mnistnative.cli;

import dev.mnistnative.bench.Benchmark;
import dev.mnistnative.bench.BenchmarkResult;
import dev.mnistnative.bench.BenchmarkSamples;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.report.files.BenchmarkReport;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.report.terminal.StartNote;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.TrainingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times a net on this machine. */
@Command(
        name = "bench",
        description = {
            "Time a step, an epoch, an evaluation and the reading of a single image: medians and best times after a "
                    + "warm-up, and images a second.",
            "The article's net, batches and optimizer unless told otherwise. It trains on MNIST where that fits the "
                    + "net, else on made-up pixels without zeros."
        },
        footer = {
            "  mnist-native bench --threads 1",
            "  mnist-native bench --layers 784,2048,2048,10 --precision bf16 --json"
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NetOptions net;

    @Mixin
    private OptimizerOptions optimizer;

    @Option(
            names = "--dense",
            description = "Made-up pixels without zeros also where MNIST fits: products with zeros are left out "
                    + "otherwise.")
    private boolean dense;

    @Mixin
    private PlacementOptions placement;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            defaultValue = "6",
            description = "How long to measure, about (default: 6).")
    private double seconds;

    @Option(names = "--json", description = "Print one JSON object, times in seconds.")
    private boolean json;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        TrainingSettings settings = settings();
        boolean mnist = !dense && BenchmarkSamples.mnistFits(settings.layers());
        PrintWriter out = spec.commandLine().getOut();
        Screen screen = new Screen(out, spec.commandLine().getErr(), true);
        try (TrainingData samples =
                mnist ? BenchmarkSamples.mnist() : BenchmarkSamples.madeUp(settings.layers(), settings.batchSize())) {
            Benchmark benchmark = Usage.checked(spec, () -> new Benchmark(settings, samples, seconds));
            BenchmarkResult result = benchmark.run(StartNote.ofBenchmark(screen));
            BenchmarkReport report = new BenchmarkReport(result, mnist ? "MNIST" : "made-up pixels");
            if (json) {
                report.json(out);
            } else {
                report.text(out);
                noteWithoutEpoch(result, screen);
            }
        }
        return ExitCode.DONE;
    }

    private TrainingSettings settings() {
        TrainingSettings article = Preset.ARTICLE.settings();
        TrainingSettings.Builder builder = net.over(article).toBuilder()
                .optimizer(optimizer.over(article.optimizer()))
                .placement(placement.over(article.placement()));
        return Usage.checked(spec, builder::build);
    }

    private static void noteWithoutEpoch(BenchmarkResult result, Screen screen) {
        if (result.epoch() == null) {
            screen.note("no epoch was over in time: give more --seconds than 3 epochs last");
        }
    }
}
