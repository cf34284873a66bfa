import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The article's workload on TensorFlow Java in graph mode: batches made into tensors once, one session run per step.
 */
public final class MlpTensorflow {
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final List<Variable<TFloat32>> weights = new ArrayList<>();
    private final Random random = new Random(0);

    private Operand<TFloat32> linear(Operand<TFloat32> x, int in, int out) {
        Variable<TFloat32> w = uniform(in, in, out), b = uniform(in, out);
        return tf.nn.biasAdd(tf.linalg.matMul(x, w), b);
    }

    /** PyTorch's default: U(-1/sqrt(fan in), 1/sqrt(fan in)). */
    private Variable<TFloat32> uniform(int fanIn, long... shape) {
        float[] values = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(fanIn));
        Variable<TFloat32> variable = tf.variable(tf.constant(Shape.of(shape), DataBuffers.of(values)));
        weights.add(variable);
        return variable;
    }

    private static TFloat32[] images(boolean train, int batch) {
        float[] pixels = Bench.images(train);
        TFloat32[] batches = new TFloat32[pixels.length / Bench.PIXELS / batch];
        for (int i = 0; i < batches.length; i++) {
            float[] part = java.util.Arrays.copyOfRange(pixels, i * batch * Bench.PIXELS,
                    (i + 1) * batch * Bench.PIXELS);
            batches[i] = TFloat32.tensorOf(Shape.of(batch, Bench.PIXELS), DataBuffers.of(part));
        }
        return batches;
    }

    private static TInt64[] labels(boolean train, int batch) {
        byte[] labels = Bench.labels(train);
        TInt64[] batches = new TInt64[labels.length / batch];
        for (int i = 0; i < batches.length; i++) {
            long[] part = new long[batch];
            for (int k = 0; k < batch; k++) part[k] = labels[i * batch + k];
            batches[i] = TInt64.vectorOf(part);
        }
        return batches;
    }

    private void run() {
        Placeholder<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, Bench.PIXELS)));
        Placeholder<TInt64> y = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1)));
        Placeholder<TFloat32> power1 = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        Placeholder<TFloat32> power2 = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        Operand<TFloat32> hidden = tf.nn.relu(linear(tf.nn.relu(linear(x, 784, 312)), 312, 256));
        Operand<TFloat32> out = linear(hidden, 256, 10);
        SparseSoftmaxCrossEntropyWithLogits<TFloat32> entropy = tf.nn.sparseSoftmaxCrossEntropyWithLogits(out, y);
        Operand<TFloat32> loss = tf.math.mean(entropy.loss(), tf.constant(0));
        Operand<TFloat32> accuracy = tf.math.mean(tf.dtypes.cast(
                tf.math.equal(tf.math.argMax(out, tf.constant(1)), y), TFloat32.class), tf.constant(0));
        // The C++ library has no gradient for this loss, so start from the one the op itself gives.
        Operand<TFloat32> upstream = tf.math.mul(entropy.backprop(), tf.constant(1f / Bench.BATCH));
        Gradients gradients = tf.gradients(out, List.copyOf(weights), Gradients.dx(List.of(upstream)));
        List<Op> updates = new ArrayList<>();
        for (int i = 0; i < gradients.dy().size(); i++) {
            Variable<TFloat32> w = weights.get(i);
            Operand<TFloat32> zero = tf.zeros(tf.constant(w.shape().asArray()), TFloat32.class);
            updates.add(tf.train.applyAdam(w, tf.variable(zero), tf.variable(zero), power1, power2, tf.constant(2e-5f),
                    tf.constant(0.9f), tf.constant(0.999f), tf.constant(1e-8f), gradients.<TFloat32>dy(i)));
        }
        ConfigProto config = ConfigProto.newBuilder().setIntraOpParallelismThreads(Bench.THREADS)
                .setInterOpParallelismThreads(1).build();
        TFloat32[] images = images(true, Bench.BATCH);
        TInt64[] labels = labels(true, Bench.BATCH);
        try (Session session = new Session(graph, config)) {
            session.initialize();
            Bench bench = new Bench("tensorflow-java");
            double beta1 = 1, beta2 = 1;
            for (int epoch = 0; epoch < Bench.EPOCHS; epoch++) {
                double total = 0, last = 0;
                for (int step = 0; step < Bench.STEPS; step++) {
                    try (TFloat32 p1 = TFloat32.scalarOf((float) (beta1 *= 0.9));
                            TFloat32 p2 = TFloat32.scalarOf((float) (beta2 *= 0.999))) {
                        Session.Runner runner = session.runner().feed(x, images[step]).feed(y, labels[step])
                                .feed(power1, p1).feed(power2, p2).fetch(loss);
                        updates.forEach(runner::addTarget);
                        if (step == Bench.STEPS - 1) runner.fetch(accuracy);
                        try (Result result = runner.run()) {
                            total += ((TFloat32) result.get(0)).getFloat();
                            if (result.size() > 1) last = ((TFloat32) result.get(1)).getFloat();
                        }
                    }
                }
                bench.epoch(total / Bench.STEPS, last);
            }
            bench.finish();
            if (!Bench.INFER) return;
            TFloat32[] test = images(false, 1000), one = images(false, 1);
            TFloat32 all = images(false, 10_000)[0];
            TInt64 truth = labels(false, 10_000)[0];
            bench.infer(() -> {
                try (Result result = session.runner().feed(x, all).feed(y, truth).fetch(accuracy).run()) {
                    return ((TFloat32) result.get(0)).getFloat();
                }
            }, () -> {
                for (TFloat32 batch : test) session.runner().feed(x, batch).fetch(out).run().close();
            }, () -> session.runner().feed(x, one[0]).fetch(out).run().close());
        }
    }

    public static void main(String[] args) {
        new MlpTensorflow().run();
    }
}
