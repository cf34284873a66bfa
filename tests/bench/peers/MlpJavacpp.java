import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.from_blob;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The article's workload on LibTorch through JavaCPP's presets: data as one tensor, one pointer scope per step. */
public final class MlpJavacpp {
    private static Tensor images(boolean train) {
        float[] pixels = Bench.images(train);
        return from_blob(
                        new FloatPointer(pixels),
                        new long[] {pixels.length / Bench.PIXELS, Bench.PIXELS},
                        new TensorOptions(ScalarType.Float))
                .clone();
    }

    private static Tensor labels(boolean train) {
        byte[] labels = Bench.labels(train);
        return from_blob(new BytePointer(labels), new long[] {labels.length}, new TensorOptions(ScalarType.Byte))
                .to(ScalarType.Long);
    }

    private static float accuracy(Tensor logits, Tensor labels) {
        return logits.argmax(new LongOptional(1), false)
                .eq(labels)
                .to(ScalarType.Float)
                .mean()
                .item_float();
    }

    private static SequentialImpl net() {
        SequentialImpl net = new SequentialImpl();
        net.push_back(new LinearImpl(784, 312));
        net.push_back(new ReLUImpl());
        net.push_back(new LinearImpl(312, 256));
        net.push_back(new ReLUImpl());
        net.push_back(new LinearImpl(256, 10));
        return net;
    }

    public static void main(String[] args) {
        set_num_threads(Bench.THREADS);
        manual_seed(0);
        Tensor images = images(true), labels = labels(true);
        SequentialImpl net = net();
        Adam adam = new Adam(net.parameters(), new AdamOptions(2e-5));
        Bench bench = new Bench("pytorch-javacpp");
        for (int epoch = 0; epoch < Bench.EPOCHS; epoch++) {
            Tensor total = zeros(1);
            float accuracy = 0;
            for (int step = 0; step < Bench.STEPS; step++) {
                try (PointerScope scope = new PointerScope()) {
                    long from = (long) step * Bench.BATCH;
                    Tensor y = labels.narrow(0, from, Bench.BATCH);
                    adam.zero_grad();
                    Tensor out = net.forward(images.narrow(0, from, Bench.BATCH));
                    Tensor loss = cross_entropy_loss(out, y);
                    loss.backward();
                    adam.step();
                    total.add_(loss.detach());
                    if (step == Bench.STEPS - 1) accuracy = accuracy(out, y);
                }
            }
            bench.epoch(total.item_float() / Bench.STEPS, accuracy);
        }
        bench.finish();
        if (Bench.INFER) {
            infer(bench, net);
        }
    }

    private static void infer(Bench bench, SequentialImpl net) {
        try (InferenceMode mode = new InferenceMode()) {
            Tensor test = images(false), truth = labels(false);
            bench.infer(
                    () -> accuracy(net.forward(test), truth),
                    () -> {
                        try (PointerScope scope = new PointerScope()) {
                            for (int row = 0; row < 10_000; row += 1000) net.forward(test.narrow(0, row, 1000));
                        }
                    },
                    () -> {
                        try (PointerScope scope = new PointerScope()) {
                            net.forward(test.narrow(0, 0, 1));
                        }
                    });
        }
    }
}
