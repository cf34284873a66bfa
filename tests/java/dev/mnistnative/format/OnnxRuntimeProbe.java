package dev.mnistnative.format;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

/** A process of its own for another version of ONNX Runtime: runs a model on a sample and prints what comes out. */
public final class OnnxRuntimeProbe {
    private OnnxRuntimeProbe() {}

    /** Arguments: the model, then the sample's features. */
    public static void main(String[] args) throws OrtException {
        float[] sample = new float[args.length - 1];
        for (int f = 0; f < sample.length; f++) {
            sample[f] = Float.parseFloat(args[f + 1]);
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(args[0]);
                OnnxTensor input =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(sample), new long[] {1, sample.length});
                OrtSession.Result result = session.run(Map.of("pixels", input))) {
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            while (values.hasRemaining()) {
                System.out.println(values.get());
            }
        }
    }
}
