package dev.mnistnative.spark;

import dev.mnistnative.model.Model;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A model as a function of SQL. A task's first call takes the executor's native model, which all of its calls use; the
 * task's end gives it back. Spark may compute constants on the driver, where there is no task: such a call has a model
 * of its own.
 *
 * @param file the model's bytes, one copy an executor
 */
record SqlFunction(Broadcast<byte[]> file, Inference.Where where, SqlAnswer answer) implements UDF1<Object, Object> {
    private static final Map<Use, Model> IN_USE = new ConcurrentHashMap<>();

    /** A task's use of a model. */
    private record Use(long task, long file) {}

    @Override
    public Object call(Object features) {
        if (features == null) {
            return null;
        }
        TaskContext context = TaskContext.get();
        if (context == null) {
            try (Model model = make(1)) {
                return compute(model, features);
            }
        }
        Model model = IN_USE.computeIfAbsent(new Use(context.taskAttemptId(), file.id()), use -> take(context, use));
        return compute(model, features);
    }

    private Model take(TaskContext context, Use use) {
        Object key = "function of " + use.file();
        Model model = NativeModels.acquire(key, () -> make(context.cpus()));
        TaskCompletionListener end = ended -> {
            IN_USE.remove(use);
            NativeModels.release(key);
        };
        context.addTaskCompletionListener(end);
        return model;
    }

    private Model make(int cpus) {
        return NativeModels.make(file.value(), where.placement(cpus));
    }

    private Object compute(Model model, Object features) {
        Row row = RowFactory.create(features);
        float[] sample = new float[model.net().features()];
        Features.read(row, 0, sample);
        return answer.of(model.logits(sample));
    }
}
