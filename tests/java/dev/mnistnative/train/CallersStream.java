package dev.mnistnative.train;

import dev.mnistnative.binding.gpu.CudaStream;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Device;
import java.util.Arrays;

/** Training on a stream of the caller's gives the same bits as on the trainer's own. Run by cuda-standin-train.sh. */
public class CallersStream {
    /** CUDA's names for its two default streams. */
    private static final long LEGACY = 1;

    private static final long PER_THREAD = 2;

    public static void main(String[] args) {
        float[] pixels = new float[100 * 7];
        int[] labels = new int[100];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i * 37 % 101 / 101.0f;
        }
        Arrays.setAll(labels, i -> i % 3);
        try (Dataset data = Dataset.ofFloats(pixels, 7, labels)) {
            float[] own = train(data);
            float[] theirs = train(data, CudaStream.at(PER_THREAD), CudaStream.at(LEGACY), null);
            if (!Arrays.equals(own, theirs)) {
                throw new AssertionError("another stream gave other bits");
            }
        }
        System.out.println("the caller's stream: the same bits as on the trainer's own");
    }

    /** As many epochs as streams, each on its own; three on the trainer's own where none is given. */
    private static float[] train(Dataset data, CudaStream... streams) {
        TrainingSettings settings = TrainingSettings.builder(7, 13, 3)
                .batchSize(16)
                .epochs(1)
                .device(Device.cuda(0))
                .build();
        try (Trainer trainer = Trainer.create(settings)) {
            for (int i = 0; i < 3; i++) {
                if (i < streams.length) {
                    trainer.useStream(streams[i]);
                }
                trainer.fit(data);
            }
            return trainer.parameters().values();
        }
    }
}
