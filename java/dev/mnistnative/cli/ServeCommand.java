package dev.mnistnative.cli;

import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.Task;
import dev.mnistnative.serve.DigitServer;
import dev.mnistnative.serve.ServeSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A local page to draw a digit and watch the prediction, and to follow a training run. */
@Command(
        name = "serve",
        description = {
            "Serve a page to draw a digit on and watch the prediction, until interrupted.",
            "Also POST /predict (JSON, PNG or JPEG), GET /healthz and GET /metrics."
        },
        footer = {
            "  mnist-native serve --model m.safetensors",
            "  mnist-native serve --model m.safetensors --follow m.jsonl --port 9000"
        })
final class ServeCommand implements Callable<Integer> {
    /** One thread an answer: a single image is too small to share, and many are answered at once. */
    private static final Placement ONE_THREAD = new Placement(Device.auto(), Precision.FLOAT32, 1, "auto");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelFile model;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "8080",
            description = "Where to listen; 0: any free port (default: 8080).")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "H",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; the default is reachable from this machine alone. There is no "
                    + "password and no encryption.")
    private String host;

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            split = ",",
            description = "Names, comma-separated, to be asked by beside localhost, such as that of a proxy in front; "
                    + "any other name is refused.")
    private List<String> allowedHosts = List.of();

    @Option(
            names = "--follow",
            paramLabel = "F.jsonl",
            description = "Show the training run that writes these metrics (train --metrics).")
    private Path follow;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Requests a second that each client may make, ten times as many in a burst; 0: any number "
                    + "(default: 2000).")
    private int rate;

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            defaultValue = "1048576",
            description = "The largest request body (default: 1048576).")
    private int maxBody;

    @Mixin
    private InferenceOptions inference;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        CountDownLatch interrupted = new CountDownLatch(1);
        ServeSettings settings =
                Usage.checked(spec, () -> new ServeSettings(host, port, follow, rate, maxBody, allowedHosts));
        try (Interruption interruption = new Interruption();
                Model predictor = inference.load(model, ONE_THREAD)) {
            Usage.refuse(
                    predictor.info().task() != Task.CLASSES,
                    spec,
                    "the page shows how likely each digit is, but the outputs of " + model.path() + " are "
                            + (predictor.info().task() == Task.VALUES ? "values" : "labels of which any may be there")
                            + ": give a model of classes, or ask this one with the command predict");
            DataChecks.requirePictures(spec, predictor.net());
            new RangeNotes(spec)
                    .pictures(model.path().toString(), predictor.info().preprocessing());
            try (DigitServer server = listen(predictor, settings)) {
                interruption.cancels(interrupted::countDown);
                PrintWriter out = spec.commandLine().getOut();
                out.println("serving " + model.path() + " on " + server.url());
                StandardOutput.of(spec).requireWritten();
                interrupted.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return ExitCode.INTERRUPTED;
    }

    private DigitServer listen(Model predictor, ServeSettings settings) throws IOException {
        try {
            return new DigitServer(predictor, settings, this::log);
        } catch (UnknownHostException e) {
            throw new IOException("there is no host '" + settings.host() + "'; choose another --host", e);
        } catch (BindException e) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "cannot listen on port %d of %s (%s); choose another --port or --host",
                            settings.port(),
                            settings.host(),
                            e.getMessage()),
                    e);
        }
    }

    private void log(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}
