package dev.mnistnative.train;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.binding.NativeNet;
import dev.mnistnative.binding.NativeOptimizer;
import dev.mnistnative.binding.NativePlacement;
import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.binding.gpu.CudaStream;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.internal.DeviceChoice;
import dev.mnistnative.net.internal.NativeNets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A net in training: its parameters and the optimizer's state, on the native side.
 *
 * <p>One thread at a time: while a call is under way, every other thread's call is an {@link IllegalStateException},
 * {@link #close} included; so is every call after close. Only {@link #cancel}, {@link #nativeBytes} and
 * {@link #settings} may be called by any thread at any time. A trainer that is forgotten frees its memory when the
 * garbage collector finds it, and logs a warning.
 */
public final class Trainer implements AutoCloseable {
    private final TrainingSettings settings;
    private final NativeTrainer trainer;
    private final Device device;
    private final String deviceReason;
    private volatile boolean cancelled;
    BooleanSupplier ended = () -> false; // by the sweep that it belongs to, also before a fit
    private boolean fitting; // guarded by the trainer's guard
    private RunPlace place; // of a run that is done in portions, guarded likewise; null: none is under way
    private int placeOf; // samples of that run

    private Trainer(TrainingSettings settings, DeviceChoice<NativeTrainer> choice) {
        this.settings = settings;
        this.trainer = choice.object();
        this.device = choice.device();
        this.deviceReason = choice.reason();
    }

    /**
     * A trainer with PyTorch's initial values for the settings' seed.
     *
     * @throws IllegalArgumentException if the settings do not fit together
     * @throws dev.mnistnative.MnistNativeException if the device asked for cannot be used or memory runs out
     */
    public static Trainer create(TrainingSettings settings) {
        Objects.requireNonNull(settings, "settings");
        NativeNet net = NativeNets.of(settings.layers());
        DeviceChoice<NativeTrainer> choice =
                DeviceChoice.make(settings.placement(), placement -> createNative(net, placement, settings));
        return new Trainer(settings, choice);
    }

    private static NativeTrainer createNative(NativeNet net, NativePlacement placement, TrainingSettings settings) {
        NativeTrainer made = NativeTrainer.create(
                net,
                placement,
                NativeOptimizer.of(
                        settings.optimizer().code(), settings.optimizer().options()),
                NativeLosses.of(settings.loss()));
        try {
            made.initialize(settings.seed());
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /** The settings. */
    public TrainingSettings settings() {
        return settings;
    }

    /** What computes; never {@code auto}. */
    public Device device() {
        return device;
    }

    /** {@link #fit(TrainingData, Checkpoints, TrainingListener...)} without an evaluation and without checkpoints. */
    public TrainingResult fit(Dataset training, TrainingListener... listeners) {
        return fit(TrainingData.of(training), listeners);
    }

    /** The same, evaluated on a test set after every epoch. */
    public TrainingResult fit(Dataset training, Dataset test, TrainingListener... listeners) {
        return fit(TrainingData.withTest(training, test), listeners);
    }

    /** {@link #fit(TrainingData, Checkpoints, TrainingListener...)} without checkpoints. */
    public TrainingResult fit(TrainingData data, TrainingListener... listeners) {
        return fit(data, Checkpoints.NONE, listeners);
    }

    /** {@link #fit(TrainingData, Checkpoints, Replicas, TrainingListener...)} without replicas. */
    public TrainingResult fit(TrainingData data, Checkpoints checkpoints, TrainingListener... listeners) {
        return fit(data, checkpoints, Replicas.NONE, listeners);
    }

    /**
     * Trains for the settings' epochs, from the present parameters and optimizer state on. Each call is a run of its
     * own: its epochs, orders and learning rates begin anew.
     *
     * <p>Between two chunks of steps (some 0.05 s apart) listeners are told, and {@link #cancel} and the thread's
     * interruption are seen; an interrupted thread stays interrupted. How steps fall into chunks changes no bit of the
     * result. A loss that is not finite, of a step or of an evaluation, ends the run with {@link StopReason#DIVERGED};
     * parameters and optimizer state are then those at the start of the chunk that had it. The training set's memory
     * stays in use until the next fit or close.
     *
     * <p>Where the settings keep the best epoch, the trainer has its parameters when fit returns, whatever the reason;
     * the optimizer's state is the last step's. A batch of which no sample counts, or none has a class weight above 0,
     * has no loss to minimise: its gradient is zero (PyTorch's is NaN).
     *
     * <p>Checkpoints are kept and, if so asked, the run goes on from the newest: parameters, optimizer state, epoch,
     * step, orders, learning rates and early stopping are then what they were, and the run ends with the same bits as
     * one that was never cut. Its result and its listeners have the epochs that are finished from then on.
     *
     * @param data features and labels that fit the layers; the evaluation is run after every epoch
     * @param checkpoints kept of the run; {@link Checkpoints#NONE} for none
     * @param replicas trainers to average with; {@link Replicas#NONE} for none
     * @param listeners told in this order
     * @throws IllegalArgumentException if the data does not fit the settings, if another run uses the checkpoints'
     *     folder, or if the checkpoint's settings (other than epochs, threads and device) or data are others; the
     *     message names the field
     * @throws java.io.UncheckedIOException if a checkpoint cannot be written; the trainer stays usable. Also, of a
     *     {@link dev.mnistnative.DataFormatException}, if no checkpoint of the folder is undamaged
     */
    public TrainingResult fit(
            TrainingData data, Checkpoints checkpoints, Replicas replicas, TrainingListener... listeners) {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(checkpoints, "checkpoints");
        Objects.requireNonNull(replicas, "replicas");
        trainer.guard().enter();
        try {
            place = null;
            return fitInside(data, checkpoints, replicas, Optional.empty(), List.of(listeners));
        } finally {
            trainer.guard().exit();
        }
    }

    /** {@link #fit(TrainingData, Portion, Checkpoints, TrainingListener...)} without checkpoints. */
    public TrainingResult fit(TrainingData data, Portion portion, TrainingListener... listeners) {
        return fit(data, portion, Checkpoints.NONE, listeners);
    }

    /**
     * Trains for a portion of the settings' epochs. Call after call goes on where the one before ended, in the middle
     * of an epoch, too: its order, the learning rates, the optimizer's state and steps, evaluations and early stopping
     * are those of one run, and so is every bit of what it comes to. As long as the result's reason is
     * {@link StopReason#PAUSED} there is more to come; a run that was interrupted is gone on with, too. After its end
     * the next call begins a run of its own, as {@link #fit(TrainingData, TrainingListener...)} does at any time.
     *
     * <p>Where the settings keep the best epoch, the trainer has its parameters once the run is over, and the last
     * step's between the portions. With checkpoints each portion ends with one, from which another trainer goes on.
     *
     * @param data the same each time; nothing checks more than the number of its samples
     * @throws IllegalArgumentException as above, or if the run under way is on another number of samples
     */
    public TrainingResult fit(
            TrainingData data, Portion portion, Checkpoints checkpoints, TrainingListener... listeners) {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(portion, "portion");
        Objects.requireNonNull(checkpoints, "checkpoints");
        trainer.guard().enter();
        try {
            if (place != null && placeOf != data.training().size()) {
                throw new IllegalArgumentException("the run under way is on " + placeOf + " samples, but the data has "
                        + data.training().size() + ": give the same data, or begin a run of its own without a portion");
            }
            return fitInside(data, checkpoints, Replicas.NONE, Optional.of(portion), List.of(listeners));
        } finally {
            trainer.guard().exit();
        }
    }

    private TrainingResult fitInside(
            TrainingData data,
            Checkpoints checkpoints,
            Replicas replicas,
            Optional<Portion> portion,
            List<TrainingListener> listeners) {
        if (fitting) {
            throw new IllegalStateException("fit is already under way: a listener cannot call it");
        }
        fitting = true;
        cancelled = false;
        try {
            return run(data, checkpoints, replicas, portion, listeners);
        } finally {
            fitting = false;
        }
    }

    private TrainingResult run(
            TrainingData data,
            Checkpoints wanted,
            Replicas replicas,
            Optional<Portion> portion,
            List<TrainingListener> listeners) {
        if (settings.earlyStopping() > 0 && data.evaluation().isEmpty()) {
            throw new IllegalArgumentException(
                    "earlyStopping needs an evaluation: give fit a test or a validation set, or set it to 0");
        }
        if (settings.keep() == Keep.BEST && data.evaluation().isEmpty()) {
            throw new IllegalArgumentException(
                    "keep BEST needs an evaluation: give fit a test or a validation set, or keep LAST");
        }
        BatchPlan plan = new BatchPlan(data.training().size(), settings.batchSize(), settings.dropLast());
        Fitting.require(data, settings);
        Unused.requireCounted(data, settings);
        Unused unused = Unused.of(data.training(), plan, settings);
        try (RunCheckpoints checkpoints = new RunCheckpoints(trainer, settings, wanted, data)) {
            Optional<RunPlace> from = place != null
                    ? Optional.of(place)
                    : checkpoints.restore(plan).map(RunState::place);
            TrainingStart start = start(plan, data, unused, checkpoints.resumed());
            RunContext context = new RunContext(trainer, start, plan, listeners, checkpoints, this::shouldEnd);
            place = null; // where the run fails there is nothing to go on with
            try (Run run = new Run(context, data, replicas)) {
                TrainingResult result = run.run(from, portion);
                if (portion.isPresent() && result.reason().leavesMore()) {
                    place = checkpoints.place().orElseThrow();
                    placeOf = plan.samples();
                }
                return result;
            }
        }
    }

    private boolean shouldEnd() {
        return cancelled || ended.getAsBoolean();
    }

    private TrainingStart start(BatchPlan plan, TrainingData data, Unused unused, Optional<Resumed> resumed) {
        boolean onCpu = device.kind() == Device.Kind.CPU;
        String isa =
                !onCpu ? "" : settings.isa().equals("auto") ? MnistRuntime.cpu().bestIsa() : settings.isa();
        int threads = !onCpu ? 1 : settings.threads() == 0 ? MnistRuntime.cpu().cores() : settings.threads();
        boolean weighted = Fitting.isWeighted(data);
        int evaluationSamples = data.evaluation().map(Dataset::size).orElse(0);
        return new TrainingStart(
                settings,
                new TrainingStart.Machine(
                        device, deviceReason, isa, threads, trainer.describe(), MnistRuntime.version()),
                new TrainingStart.Data(
                        plan.samples(), plan.steps(), evaluationSamples, data.evaluatedOn(), unused, weighted),
                resumed);
    }

    /**
     * Ends the fit that is under way at its next chunk's border, from any thread; it returns with
     * {@link StopReason#INTERRUPTED}. Does nothing where no fit is under way.
     */
    public void cancel() {
        cancelled = true;
    }

    /** {@link #step(Dataset, double)} at the optimizer's learning rate, warmed up by the steps done so far. */
    public StepResult step(Dataset batch) {
        return step(batch, settings.warmedUp(settings.optimizer().lr(), optimizerSteps()));
    }

    /**
     * One optimizer step on these samples as one batch, in their order, from the present state on: for samples that
     * come one after the other and are never all there. Steps on the batches of an epoch give the bits of that epoch.
     * The samples are taken as they are, and their memory stays in use until the next step, fit or close. Schedules
     * count epochs, which there are none of here: give the rate where it is to change.
     *
     * @throws IllegalArgumentException if the samples do not fit the settings or the rate is negative or not finite
     * @throws dev.mnistnative.MnistNativeException of status DIVERGED if the loss is not finite; nothing has changed
     */
    public StepResult step(Dataset batch, double learningRate) {
        Objects.requireNonNull(batch, "batch");
        trainer.guard().enter();
        try {
            if (fitting) {
                throw new IllegalStateException("fit is under way: a listener cannot step");
            }
            return StepResult.of(trainer, settings, batch, learningRate);
        } finally {
            trainer.guard().exit();
        }
    }

    /** Steps that the optimizer has done, over all runs; Adam's bias correction follows it. */
    public long optimizerSteps() {
        return trainer.step();
    }

    /**
     * Queues the trainer's work on the caller's CUDA stream from now on. What the trainer queued before is done then,
     * and every call still waits for its own results: the work comes after what the caller queued before and ahead of
     * what it queues next.
     *
     * @param stream of the trainer's GPU; null: the trainer's own again
     * @throws dev.mnistnative.MnistNativeException if the trainer is not on a GPU
     */
    public void useStream(CudaStream stream) {
        trainer.setStream(stream);
    }

    /** A copy of the present parameters. */
    public Parameters parameters() {
        return Parameters.of(settings.layers(), trainer.read());
    }

    /**
     * Sets the parameters; the optimizer's state stays as it is.
     *
     * @throws IllegalArgumentException if they are of another shape or not all finite numbers
     */
    public void setParameters(Parameters parameters) {
        Objects.requireNonNull(parameters, "parameters");
        if (!parameters.net().equals(settings.layers().withoutDropout())) {
            throw new IllegalArgumentException("the parameters are of shape " + parameters.net()
                    + ", but the trainer's layers are " + settings.layers());
        }
        float[] values = parameters.values();
        Require.finite("parameters", values);
        trainer.write(values);
    }

    /** A copy of all that steps change: parameters, the optimizer's moments and its steps. */
    public TrainerState state() {
        trainer.guard().enter();
        try {
            return TrainerStates.read(trainer, settings);
        } finally {
            trainer.guard().exit();
        }
    }

    /**
     * Sets all that steps change: the next steps are then those of the trainer that had this state.
     *
     * @throws IllegalArgumentException if it is another net's or another optimizer's, or its parameters are not all
     *     finite numbers; then nothing has changed
     */
    public void setState(TrainerState state) {
        Objects.requireNonNull(state, "state");
        state.requireFit(settings);
        Require.finite("parameters", state.parameters().values());
        trainer.guard().enter();
        try {
            TrainerStates.write(trainer, state, settings);
        } finally {
            trainer.guard().exit();
        }
    }

    /**
     * A model with a copy of the present parameters, on the same device, whose samples are taken as their type says. To
     * be closed by the caller.
     */
    public Model model() {
        return model(ModelInfo.NONE
                .withIgnoreIndex(settings.loss().ignoreIndex())
                .withTask(settings.loss().task()));
    }

    /**
     * The same with what was done to the samples that it was trained on, and what its numbers mean; the model does it
     * to the samples that it is given, and keeps it where it is saved.
     *
     * @throws IllegalArgumentException if the info does not fit the net
     */
    public Model model(ModelInfo info) {
        return Model.of(parameters(), settings.placement().on(device), info);
    }

    /** Bytes of host and device memory held on the native side; 0 after close. From any thread. */
    public long nativeBytes() {
        return trainer.nativeBytes();
    }

    /** One line: device, instruction-set level or GPU, threads, precision; and why this device if it was chosen. */
    public String describe() {
        String text = trainer.describe();
        return deviceReason.isEmpty() ? text : text + " (" + deviceReason + ")";
    }

    /**
     * Frees the native memory; a second call does nothing.
     *
     * @throws IllegalStateException if a call is under way, in this thread or another; then nothing has changed
     */
    @Override
    public void close() {
        trainer.close();
    }
}
