package dev.mnistnative.model;

import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelEvaluation;
import dev.mnistnative.net.ModelMetadata;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.internal.DeviceChoice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A trained net for inference: immutable, usable by any number of threads at once. Pixels are [count, features],
 * row-major, one sample or many; logits are [count, classes].
 *
 * <p>After close every call is an {@link IllegalStateException}; closing while another thread's call is under way is
 * one, too, and changes nothing. A model that is forgotten frees its memory when the garbage collector finds it, and
 * logs a warning.
 */
public final class Model implements AutoCloseable {
    private final Mlp net;
    private final DeviceChoice<NativeModel> choice;
    private final ModelMetadata metadata;

    /**
     * A class and how likely it is.
     *
     * @param label the class
     * @param probability 0..1
     */
    public record Prediction(int label, float probability) {}

    private Model(Mlp net, DeviceChoice<NativeModel> choice, ModelMetadata metadata) {
        this.net = net;
        this.choice = choice;
        this.metadata = metadata;
    }

    /** A model on the processor. */
    public static Model of(Parameters parameters) {
        return of(parameters, Placement.CPU);
    }

    /**
     * A model where one wants it.
     *
     * @throws dev.mnistnative.MnistNativeException if the device asked for cannot be used or memory runs out
     */
    public static Model of(Parameters parameters, Placement where) {
        return of(parameters, where, ModelMetadata.NONE);
    }

    /**
     * The same, with what is known of its samples and classes.
     *
     * @throws IllegalArgumentException if the metadata does not fit the net
     */
    public static Model of(Parameters parameters, Placement where, ModelMetadata metadata) {
        metadata.requireFit(parameters.net());
        int[] sizes = parameters.net().sizesArray();
        float[] values = parameters.values();
        return new Model(
                parameters.net(),
                DeviceChoice.make(where, placement -> NativeModel.create(sizes, placement, values)),
                metadata);
    }

    /**
     * A model on the processor with what a file holds, see {@link SavedModel#read}.
     *
     * @throws dev.mnistnative.DataFormatException if the file does not hold the parameters of such a net
     */
    public static Model load(Path file) throws IOException {
        SavedModel saved = SavedModel.read(file);
        return of(saved.parameters(), Placement.CPU, saved.metadata());
    }

    /** What was done to the samples before the net saw them, and the classes' names. */
    public ModelMetadata metadata() {
        return metadata;
    }

    /** What the net is. */
    public Mlp net() {
        return net;
    }

    /** What computes; never {@code auto}. */
    public Device device() {
        return choice.device();
    }

    /** Why this device was taken where {@code auto} was asked for, else "". */
    public String deviceReason() {
        return choice.reason();
    }

    /** Logits of one or many samples, as the net was trained to see them (scaled, standardised). */
    public float[] logits(float[] pixels) {
        int count = InferenceArguments.count("pixels", pixels.length, net.features());
        float[] logits = new float[InferenceArguments.logits(count, net)];
        choice.object().logits(pixels, count, logits);
        return logits;
    }

    /** Logits of one or many samples of unsigned bytes; byte b stands for the float32 nearest to b * scale. */
    public float[] logits(byte[] pixels, double scale) {
        int count = InferenceArguments.count("pixels", pixels.length, net.features());
        float[] logits = new float[InferenceArguments.logits(count, net)];
        choice.object().logits(pixels, scale, count, logits);
        return logits;
    }

    /**
     * Logits without a copy: both buffers direct and in native byte order, read and written from their positions, which
     * do not move. Takes the samples between the position and the limit of {@code pixels}.
     */
    public void logits(FloatBuffer pixels, FloatBuffer logits) {
        InferenceArguments.requireDirect("pixels", pixels.isDirect(), pixels.order() == ByteOrder.nativeOrder());
        int count = InferenceArguments.count("pixels", pixels.remaining(), net.features());
        InferenceArguments.requireRoom(logits, count, net);
        choice.object().logits(pixels, count, logits);
    }

    /** As {@link #logits(FloatBuffer, FloatBuffer)}, of unsigned bytes times scale. */
    public void logits(ByteBuffer pixels, double scale, FloatBuffer logits) {
        InferenceArguments.requireDirect("pixels", pixels.isDirect(), true);
        int count = InferenceArguments.count("pixels", pixels.remaining(), net.features());
        InferenceArguments.requireRoom(logits, count, net);
        choice.object().logits(pixels, scale, count, logits);
    }

    /** Softmax of the logits [count, classes]. */
    public float[] probabilities(float[] pixels) {
        return Softmax.rows(logits(pixels), net.classes());
    }

    /** Softmax of the logits [count, classes] of unsigned bytes times scale. */
    public float[] probabilities(byte[] pixels, double scale) {
        return Softmax.rows(logits(pixels, scale), net.classes());
    }

    /** The class of one sample: that of the largest logit, the first if some are equal. */
    public int predict(float[] pixels) {
        InferenceArguments.requireOne("pixels", pixels.length, net.features());
        return Softmax.argmax(logits(pixels), 0, net.classes());
    }

    /** The class of one sample of unsigned bytes times scale. */
    public int predict(byte[] pixels, double scale) {
        InferenceArguments.requireOne("pixels", pixels.length, net.features());
        return Softmax.argmax(logits(pixels, scale), 0, net.classes());
    }

    /** The k most likely classes of one sample, the likeliest first; of equal ones the smaller label first. */
    public List<Prediction> topK(float[] pixels, int k) {
        InferenceArguments.requireOne("pixels", pixels.length, net.features());
        if (k < 1 || k > net.classes()) {
            throw new IllegalArgumentException("k is " + k + ", but must be between 1 and " + net.classes());
        }
        float[] probabilities = probabilities(pixels);
        return IntStream.range(0, probabilities.length)
                .mapToObj(label -> new Prediction(label, probabilities[label]))
                .sorted(Comparator.comparing(Prediction::probability).reversed())
                .limit(k)
                .toList();
    }

    /**
     * Loss, accuracy and confusion matrix on a data set with labels. Samples with its ignore_index count for nothing.
     *
     * @throws IllegalArgumentException if features or labels do not fit the net
     */
    public ModelEvaluation evaluate(Dataset data) {
        return Evaluator.evaluate(this, data);
    }

    /** Bytes of host and device memory held on the native side; 0 after close. */
    public long nativeBytes() {
        return choice.object().nativeBytes();
    }

    /** Frees the native memory; a second call does nothing. */
    @Override
    public void close() {
        choice.object().close();
    }
}
