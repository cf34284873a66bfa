package dev.mnistnative.format;

import dev.mnistnative.array.NpyArray;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Scaling;
import dev.mnistnative.net.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A net as NumPy's arrays: the weights float32 under the state dict's names; beside them what its numbers mean, {@code
 * activation}, {@code input_range}, {@code scale}, {@code scale_of}, {@code ignore_index} and {@code task} without
 * dimension, {@code mean} and {@code std} float64 [features], {@code class_names}, {@code feature_names} and {@code
 * target_names} as texts.
 */
final class NetArrays {
    private NetArrays() {}

    static Map<String, NpyArray> of(SavedModel model) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        StateDict.ofParameters(model.parameters())
                .forEach((name, tensor) -> arrays.put(name, NpyArray.ofFloats(tensor.shape(), tensor.data())));
        MetadataCodec.activations(model.parameters().net())
                .ifPresent(text -> arrays.put(MetadataCodec.ACTIVATION, text(text)));
        ModelInfo info = model.info();
        MetadataCodec.range(info).ifPresent(id -> arrays.put(MetadataCodec.INPUT_RANGE, text(id)));
        Scaling scaling = info.preprocessing().scaling();
        if (scaling instanceof Scaling.Bytes bytes) {
            arrays.put(MetadataCodec.SCALE, NpyArray.ofDoubles(List.of(), bytes.factor()));
            arrays.put(MetadataCodec.SCALE_OF, text(MetadataCodec.BYTES));
        } else if (scaling instanceof Scaling.All all) {
            arrays.put(MetadataCodec.SCALE, NpyArray.ofDoubles(List.of(), all.factor()));
        }
        info.preprocessing().standardizer().ifPresent(fitted -> putStandardizer(arrays, fitted));
        putTexts(arrays, MetadataCodec.CLASS_NAMES, info.classNames());
        putTexts(arrays, MetadataCodec.FEATURE_NAMES, info.featureNames());
        if (info.ignoreIndex() != ModelInfo.NONE.ignoreIndex()) {
            arrays.put(MetadataCodec.IGNORE_INDEX, NpyArray.ofLong(info.ignoreIndex()));
        }
        if (info.task() != Task.CLASSES) {
            arrays.put(MetadataCodec.TASK, text(info.task().id()));
        }
        putTexts(arrays, MetadataCodec.TARGET_NAMES, info.targetNames());
        return arrays;
    }

    private static NpyArray text(String text) {
        return NpyArray.ofTexts(List.of(), List.of(text));
    }

    private static void putStandardizer(Map<String, NpyArray> arrays, Standardizer fitted) {
        List<Long> features = List.of((long) fitted.mean().length);
        arrays.put(MetadataCodec.MEAN, NpyArray.ofDoubles(features, fitted.mean()));
        arrays.put(MetadataCodec.STD, NpyArray.ofDoubles(features, fitted.std()));
    }

    private static void putTexts(Map<String, NpyArray> arrays, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            arrays.put(name, NpyArray.ofTexts(List.of((long) texts.size()), texts));
        }
    }
}
