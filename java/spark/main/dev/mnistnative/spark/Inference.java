package dev.mnistnative.spark;

import dev.mnistnative.model.Model;
import dev.mnistnative.net.Placement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Appends a model's columns to rows, on an executor: {@value #BATCH} rows at a time go through the native model by
 * buffers that are used again and again.
 *
 * @param file the model's bytes, one copy an executor
 * @param where device, precision and threads of a task
 * @param features place of the features column
 * @param width columns of a row that comes in
 * @param added makes the new columns of a row
 */
record Inference(Broadcast<byte[]> file, Where where, int features, int width, AddedColumns added)
        implements MapPartitionsFunction<Row, Row> {
    static final int BATCH = 256;

    /** Buffers that no task uses, of at most so many tasks. */
    private static final ConcurrentLinkedDeque<Buffers> IDLE = new ConcurrentLinkedDeque<>();

    private static final int MOST_IDLE = Runtime.getRuntime().availableProcessors();

    /** Device, precision and threads as text and number, which travel. */
    record Where(String device, String precision, int threads) implements java.io.Serializable {
        /** Of a task with so many cores, which takes none from those beside it. */
        Placement placement(int cpus) {
            return TrainingPlan.placement(device, precision, threads > 0 ? Math.min(threads, cpus) : cpus, cpus);
        }
    }

    /** The columns that a model adds to a row. */
    interface AddedColumns extends java.io.Serializable {
        /** How many. */
        int count();

        /**
         * Writes them.
         *
         * @param outputs of the net for a batch, [rows, outputs]
         * @param from place of the row's first output
         * @param row the values of the row that goes out
         * @param at place of the first new column
         */
        void write(float[] outputs, int from, Object[] row, int at);
    }

    private record Buffers(FloatBuffer inputs, FloatBuffer outputs) {
        private static Buffers of(int features, int outputs) {
            return new Buffers(direct(BATCH * features), direct(BATCH * outputs));
        }

        private static FloatBuffer direct(int floats) {
            return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        private boolean fit(int features, int outputs) {
            return inputs.capacity() >= BATCH * features && this.outputs.capacity() >= BATCH * outputs;
        }
    }

    private static Buffers borrow(int features, int outputs) {
        Buffers idle = IDLE.poll();
        return idle != null && idle.fit(features, outputs) ? idle : Buffers.of(features, outputs);
    }

    private static void giveBack(Buffers buffers) {
        if (IDLE.size() < MOST_IDLE) {
            IDLE.add(buffers);
        }
    }

    /**
     * The rows with their new columns. An encoder drops columns' metadata, which names classes and features: it is put
     * back, by places, for two columns may have one name.
     *
     * @param outgoing the schema with the new columns
     */
    Dataset<Row> appendTo(Dataset<Row> rows, StructType outgoing) {
        StructType numbered = new StructType();
        Column[] named = new Column[outgoing.size()];
        for (int i = 0; i < named.length; i++) {
            StructField field = outgoing.fields()[i];
            numbered = numbered.add("c" + i, field.dataType(), field.nullable());
            named[i] = functions.col("c" + i).as(field.name(), field.metadata());
        }
        return rows.mapPartitions(this, Encoders.row(numbered)).select(named);
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskContext context = TaskContext.get();
        Long key = file.id();
        Model model = NativeModels.acquire(key, () -> NativeModels.make(file.value(), where.placement(context.cpus())));
        Buffers buffers = borrow(model.net().features(), model.net().classes());
        TaskCompletionListener end = ended -> {
            giveBack(buffers);
            NativeModels.release(key);
        };
        context.addTaskCompletionListener(end);
        return new Rows(rows, model, buffers);
    }

    /** Rows with their new columns, a batch behind those that come in. */
    private final class Rows implements Iterator<Row> {
        private final Iterator<Row> incoming;
        private final Model model;
        private final Buffers buffers;
        private final Row[] held = new Row[BATCH];
        private final float[] sample;
        private final float[] outputs;
        private int next;
        private int size;

        private Rows(Iterator<Row> incoming, Model model, Buffers buffers) {
            this.incoming = incoming;
            this.model = model;
            this.buffers = buffers;
            this.sample = new float[model.net().features()];
            this.outputs = new float[BATCH * model.net().classes()];
        }

        @Override
        public boolean hasNext() {
            return next < size || incoming.hasNext();
        }

        @Override
        public Row next() {
            if (next == size) {
                compute();
            }
            Row row = held[next];
            held[next] = null;
            Object[] values = new Object[width + added.count()];
            for (int i = 0; i < width; i++) {
                values[i] = row.get(i);
            }
            added.write(outputs, next * model.net().classes(), values, width);
            next++;
            return RowFactory.create(values);
        }

        private void compute() {
            next = 0;
            for (size = 0; size < BATCH && incoming.hasNext(); size++) {
                held[size] = incoming.next();
                Features.read(held[size], features, sample);
                buffers.inputs().put(size * sample.length, sample);
            }
            if (size == 0) {
                throw new java.util.NoSuchElementException("there are no more rows");
            }
            model.logits(buffers.inputs().slice(0, size * sample.length), buffers.outputs());
            buffers.outputs().get(0, outputs, 0, size * model.net().classes());
        }
    }
}
