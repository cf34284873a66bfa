package dev.mnistnative.serve;

import dev.mnistnative.internal.Seconds;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts in Prometheus's text format. Safe for use by many threads. */
final class ServeMetrics {
    /** Upper ends of the buckets for the time of an answer, in seconds. */
    private static final double[] BUCKET_ENDS = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1};

    private final long started = System.nanoTime();
    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<Integer, LongAdder> digits = new ConcurrentHashMap<>();
    private final LongAdder[] buckets = new LongAdder[BUCKET_ENDS.length + 1];
    private final LongAdder nanoseconds = new LongAdder();

    ServeMetrics() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    /** @param path one of the known ones: clients must not be able to invent names */
    void answered(String path, int status, long nanos) {
        requests.computeIfAbsent("path=\"" + path + "\",status=\"" + status + "\"", key -> new LongAdder())
                .increment();
        int bucket = 0;
        while (bucket < BUCKET_ENDS.length && Seconds.of(nanos) > BUCKET_ENDS[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        nanoseconds.add(nanos);
    }

    void predicted(int digit) {
        digits.computeIfAbsent(digit, key -> new LongAdder()).increment();
    }

    String text(long nativeBytes) {
        StringBuilder text = new StringBuilder();
        family(text, "mnist_native_requests_total", "counter", "Requests answered.");
        requests.forEach((labels, count) -> sample(text, "mnist_native_requests_total{" + labels + "}", count.sum()));
        family(text, "mnist_native_predictions_total", "counter", "Predictions by digit.");
        digits.forEach(
                (digit, count) -> sample(text, "mnist_native_predictions_total{digit=\"" + digit + "\"}", count.sum()));
        family(text, "mnist_native_request_seconds", "histogram", "Time from a request's headers to its answer.");
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i].sum();
            String end = i < BUCKET_ENDS.length ? String.valueOf(BUCKET_ENDS[i]) : "+Inf";
            sample(text, "mnist_native_request_seconds_bucket{le=\"" + end + "\"}", sum);
        }
        sample(text, "mnist_native_request_seconds_sum", Seconds.of(nanoseconds.sum()));
        sample(text, "mnist_native_request_seconds_count", sum);
        family(text, "mnist_native_model_bytes", "gauge", "Memory of the model on the native side.");
        sample(text, "mnist_native_model_bytes", nativeBytes);
        family(text, "mnist_native_uptime_seconds", "gauge", "Seconds since the start.");
        sample(text, "mnist_native_uptime_seconds", Seconds.since(started));
        return text.toString();
    }

    private static void family(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder text, String name, long value) {
        text.append(name).append(' ').append(value).append('\n');
    }

    private static void sample(StringBuilder text, String name, double value) {
        text.append(String.format(Locale.ROOT, "%s %.6f%n", name, value));
    }
}
