package dev.mnistnative.model;

import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.binding.NativeNet;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.metrics.Metrics;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Task;
import dev.mnistnative.net.internal.NativeNets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A trained net for inference, with what its numbers mean: immutable, usable by any number of threads at once.
 *
 * <p>{@code predict}, {@code probabilities}, {@code topK} and {@code evaluate} take samples as they come and do to them
 * what was done in training ({@link Preprocessing}), whatever type carries them. The raw ways in are named
 * {@code logits…}: they take the numbers that the net itself sees. Samples are [count, features], row-major, one or
 * many; logits and probabilities are [count, classes]. Numbers that are not finite are an
 * {@link IllegalArgumentException} that names their place.
 *
 * <p>After close every call is an {@link IllegalStateException}; closing while another thread's call is under way is
 * one, too, and changes nothing. A model that is forgotten frees its memory when the garbage collector finds it, and
 * logs a warning.
 */
public final class Model implements AutoCloseable {
    private final Parameters parameters;
    private final ModelInfo info;
    private final Mlp net;
    private final NativeModels models;

    /**
     * A class and how likely it is.
     *
     * @param label the class
     * @param probability 0..1
     */
    public record Prediction(int label, float probability) {}

    private Model(Parameters parameters, ModelInfo info, NativeModels models) {
        this.parameters = parameters;
        this.info = info;
        this.net = parameters.net();
        this.models = models;
    }

    /** A model on the processor whose samples are taken as their type says. */
    public static Model of(Parameters parameters) {
        return of(parameters, Placement.CPU);
    }

    /**
     * The same where one wants it.
     *
     * @throws dev.mnistnative.MnistNativeException if the device asked for cannot be used or memory runs out
     */
    public static Model of(Parameters parameters, Placement where) {
        return of(parameters, where, ModelInfo.NONE);
    }

    /**
     * The same with what its numbers mean.
     *
     * @throws IllegalArgumentException if the info does not fit the net
     * @throws dev.mnistnative.MnistNativeException if the device asked for cannot be used or memory runs out
     */
    public static Model of(Parameters parameters, Placement where, ModelInfo info) {
        Objects.requireNonNull(parameters, "parameters");
        Objects.requireNonNull(where, "where");
        Objects.requireNonNull(info, "info").requireFit(parameters.net());
        NativeNet net = NativeNets.of(parameters.net());
        return new Model(
                parameters,
                info,
                new NativeModels(where, placement -> NativeModel.create(net, placement, parameters.values())));
    }

    /**
     * A model on the processor with what a file holds, see {@link SavedModel#read(Path)}.
     *
     * @throws dev.mnistnative.DataFormatException if the file does not hold the parameters of such a net
     */
    public static Model load(Path file) throws IOException {
        return load(file, Placement.CPU);
    }

    /**
     * The same where one wants it.
     *
     * @throws dev.mnistnative.DataFormatException if the file does not hold the parameters of such a net
     * @throws dev.mnistnative.MnistNativeException if the device asked for cannot be used or memory runs out
     */
    public static Model load(Path file, Placement where) throws IOException {
        SavedModel saved = SavedModel.read(file);
        return of(saved.parameters(), where, saved.info());
    }

    /**
     * Writes the net and what its numbers mean, in the format that the name's ending tells, whole or not at all. What
     * is loaded from safetensors or ONNX predicts the same.
     *
     * @param file ends in {@code .safetensors}, {@code .onnx} or {@code .npz}
     * @throws IllegalArgumentException if it does not
     */
    public void save(Path file) throws IOException {
        new SavedModel(parameters, info).write(file);
    }

    /** What the net is. */
    public Mlp net() {
        return net;
    }

    /** Its weights and biases. */
    public Parameters parameters() {
        return parameters;
    }

    /** What its numbers mean: preprocessing, names, ignore_index. */
    public ModelInfo info() {
        return info;
    }

    /**
     * What computes; never {@code auto}. Where that was asked for: what computes 64 samples and more at a time, while
     * fewer are left to the processor.
     */
    public Device device() {
        return models.many().device();
    }

    /** Why this device was taken where {@code auto} was asked for, else "". */
    public String deviceReason() {
        return models.many().reason();
    }

    /** Raw: logits of one or many samples in the numbers that the net sees (scaled, standardised). */
    public float[] logits(float[] inputs) {
        int count = InferenceArguments.count("inputs", inputs.length, net.features());
        InferenceArguments.requireFinite("inputs", inputs, net.features());
        float[] logits = new float[InferenceArguments.logits(count, net)];
        models.of(count).logits(inputs, count, logits);
        return logits;
    }

    /**
     * Raw: logits of one or many samples of unsigned bytes; the net sees for byte b the float32 nearest to b * scale.
     */
    public float[] logits(byte[] inputs, double scale) {
        int count = InferenceArguments.count("inputs", inputs.length, net.features());
        float[] logits = new float[InferenceArguments.logits(count, net)];
        models.of(count).logits(inputs, scale, count, logits);
        return logits;
    }

    /**
     * Raw and without a copy: both buffers direct and in native byte order, read and written from their positions,
     * which do not move. Takes the samples between the position and the limit of {@code inputs}, in the numbers that
     * the net sees.
     */
    public void logits(FloatBuffer inputs, FloatBuffer logits) {
        InferenceArguments.requireDirect("inputs", inputs.isDirect(), inputs.order() == ByteOrder.nativeOrder());
        int count = InferenceArguments.count("inputs", inputs.remaining(), net.features());
        InferenceArguments.requireFinite("inputs", inputs, net.features());
        InferenceArguments.requireRoom(logits, count, net);
        models.of(count).logits(inputs, count, logits);
    }

    /** As {@link #logits(FloatBuffer, FloatBuffer)}, of unsigned bytes times scale. */
    public void logits(ByteBuffer inputs, double scale, FloatBuffer logits) {
        InferenceArguments.requireDirect("inputs", inputs.isDirect(), true);
        int count = InferenceArguments.count("inputs", inputs.remaining(), net.features());
        InferenceArguments.requireRoom(logits, count, net);
        models.of(count).logits(inputs, scale, count, logits);
    }

    /**
     * The net's outputs for each of one or many samples [count, outputs], which are taken as they come: logits, or the
     * values themselves of a net of such.
     */
    public float[] outputs(float[] samples) {
        return logitsOf(samples);
    }

    /** The same of samples of unsigned bytes. */
    public float[] outputs(byte[] samples) {
        return logitsOf(samples);
    }

    /**
     * How likely each class is for each of one or many samples [count, classes]: they add up to 1. Where each output is
     * a label of its own ({@link ModelInfo#task}), how likely that is.
     *
     * @throws IllegalStateException if the outputs are values
     */
    public float[] probabilities(float[] samples) {
        requireProbabilities();
        return Probabilities.rows(info.task(), logitsOf(samples), net.classes());
    }

    /** The same of samples of unsigned bytes. */
    public float[] probabilities(byte[] samples) {
        requireProbabilities();
        return Probabilities.rows(info.task(), logitsOf(samples), net.classes());
    }

    private void requireProbabilities() {
        if (info.task() == Task.VALUES) {
            throw new IllegalStateException("the net's outputs are values, not probabilities: ask for outputs");
        }
    }

    private void requireClasses() {
        if (info.task() != Task.CLASSES) {
            throw new IllegalStateException("the net's outputs are no classes: ask for "
                    + (info.task() == Task.VALUES ? "outputs" : "probabilities"));
        }
    }

    /**
     * The class of one sample: that of the largest logit, the first if some are equal.
     *
     * @throws IllegalStateException if the outputs are no classes
     */
    public int predict(float[] sample) {
        requireClasses();
        InferenceArguments.requireOne("sample", sample.length, net.features());
        return ArgMax.of(logitsOf(sample), 0, net.classes());
    }

    /** The class of one sample of unsigned bytes. */
    public int predict(byte[] sample) {
        requireClasses();
        InferenceArguments.requireOne("sample", sample.length, net.features());
        return ArgMax.of(logitsOf(sample), 0, net.classes());
    }

    /** The k most likely classes of one sample, the likeliest first; of equal ones the smaller label first. */
    public List<Prediction> topK(float[] sample, int k) {
        requireTop(sample.length, k);
        return top(probabilities(sample), k);
    }

    /** The k most likely classes of one sample of unsigned bytes, the likeliest first. */
    public List<Prediction> topK(byte[] sample, int k) {
        requireTop(sample.length, k);
        return top(probabilities(sample), k);
    }

    private void requireTop(int values, int k) {
        requireClasses();
        InferenceArguments.requireOne("sample", values, net.features());
        if (k < 1 || k > net.classes()) {
            throw new IllegalArgumentException("k is " + k + ", but must be between 1 and " + net.classes());
        }
    }

    private static List<Prediction> top(float[] probabilities, int k) {
        return IntStream.range(0, probabilities.length)
                .mapToObj(label -> new Prediction(label, probabilities[label]))
                .sorted(Comparator.comparing(Prediction::probability).reversed())
                .limit(k)
                .toList();
    }

    private float[] logitsOf(float[] samples) {
        InferenceArguments.count("samples", samples.length, net.features());
        InferenceArguments.requireFinite("samples", samples, net.features());
        return logits(info.preprocessing().apply(samples));
    }

    private float[] logitsOf(byte[] samples) {
        InferenceArguments.count("samples", samples.length, net.features());
        Preprocessing preprocessing = info.preprocessing();
        return preprocessing.standardizer().isPresent()
                ? logits(preprocessing.apply(samples))
                : logits(samples, preprocessing.factor(samples)); // the same bits, a fourth of the memory
    }

    /**
     * Loss, accuracy and confusion matrix on a data set with labels, whose samples are taken as they come. Samples with
     * the data set's ignore_index count for nothing.
     *
     * @throws IllegalArgumentException if features or labels do not fit the net
     */
    public Evaluation evaluate(Dataset data) {
        return prepared(
                data,
                seen -> Evaluator.over(models.of(seen.size()), net, info.task(), seen)
                        .evaluation());
    }

    /**
     * The most likely class of each sample of a data set with labels, whose samples are taken as they come.
     *
     * @return [data.size()]
     * @throws IllegalArgumentException if features or labels do not fit the net
     */
    public int[] predictions(Dataset data) {
        return prepared(
                data,
                seen -> Evaluator.over(models.of(seen.size()), net, info.task(), seen)
                        .predictions());
    }

    /**
     * How well the model does on a data set, by what its outputs are ({@link ModelInfo#task}): a
     * {@link dev.mnistnative.metrics.ClassMetrics} of labels, a {@link dev.mnistnative.metrics.LabelMetrics} or a
     * {@link dev.mnistnative.metrics.ValueMetrics} of targets. Samples are taken as they come, each counting the same.
     *
     * @throws IllegalArgumentException if features, labels or targets do not fit the net
     * @throws IllegalStateException if the data does not have the labels or targets
     */
    public Metrics metrics(Dataset data) {
        return prepared(data, seen -> new Outputs(models.of(seen.size()), net, seen).metrics(info.task()));
    }

    /**
     * The net's outputs for every sample of a data set, which are taken as they come: logits, or the values themselves
     * of a net of such.
     *
     * @return [data.size(), outputs], row-major
     * @throws IllegalArgumentException if the features do not fit the net or the outputs are too many for an array
     */
    public float[] outputs(Dataset data) {
        return prepared(data, seen -> new Outputs(models.of(seen.size()), net, seen).all());
    }

    /** Uses the samples as the net sees them. */
    <T> T prepared(Dataset data, Function<Dataset, T> use) {
        Dataset seen = info.preprocessing().apply(data);
        try {
            return use.apply(seen);
        } finally {
            if (seen != data) {
                seen.close();
            }
        }
    }

    /** Bytes of host and device memory held on the native side; 0 after close. */
    public long nativeBytes() {
        return models.nativeBytes();
    }

    /** Frees the native memory; a second call does nothing. */
    @Override
    public void close() {
        models.close();
    }
}
