import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads run.sh's results and prints Markdown tables: the machine round by round, medians of the rounds by data, batch
 * and threads, and how many times as long as ours each peer takes: the median of the rounds' ratios, which a machine
 * that changes between two rounds disturbs less than the ratio of the medians.
 *
 * <p>java Table.java [--chart FILE.svg] RESULTS...; the chart shows milliseconds a step of MNIST at batch 320.
 */
public final class Table {
    private static final String OURS = "mnist-native-float32";
    private static final Map<String, String> TITLES = Map.of(
            "mnist-native-bf16", "mnist-native, bf16",
            OURS, "mnist-native, float32",
            "libtorch-cpp-fused", "LibTorch C++, fused Adam",
            "libtorch-cpp", "LibTorch C++",
            "tensorflow-java", "TensorFlow Java",
            "pytorch-javacpp", "JavaCPP presets for PyTorch",
            "pytorch-article", "the article's program, PyTorch");
    private static final List<String> JVM_PEERS = List.of("tensorflow-java", "pytorch-javacpp");
    private static final Pattern RUN = Pattern.compile(
            "RUN round=(\\d+) wall=(\\S+) rss_kb=(\\d+) RESULT (\\S+) threads=(\\d+) data=(\\S+) batch=(\\d+)(.*)");
    private static final Pattern FIGURE = Pattern.compile("(\\w+)=(\\S+)");

    private record Case(String data, int batch, int threads) {}

    /** What one program reached: figure → round → value. */
    private static final class Row {
        final String name;
        final Map<String, TreeMap<Integer, Double>> figures = new TreeMap<>();

        Row(String name) {
            this.name = name;
        }

        void put(String figure, int round, double value) {
            figures.computeIfAbsent(figure, f -> new TreeMap<>()).put(round, value);
        }

        double median(String figure) {
            return Table.median(figures.getOrDefault(figure, new TreeMap<>()).values().stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray());
        }

        double ms() {
            return median("ms_step");
        }

        /** The rounds' ratios of this row's step to that of another. */
        double[] times(Row other) {
            Map<Integer, Double> theirs = other.figures.get("ms_step");
            return figures.get("ms_step").entrySet().stream()
                    .filter(round -> theirs.containsKey(round.getKey()))
                    .mapToDouble(round -> round.getValue() / theirs.get(round.getKey()))
                    .toArray();
        }

        String cell(String figure, String form) {
            double value = median(figure);
            return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, form, value);
        }

        String title() {
            return TITLES.getOrDefault(name, name);
        }
    }

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<Case, Map<String, Row>> rows = new LinkedHashMap<>();
    private final List<String> machine = new ArrayList<>();

    public static void main(String[] args) throws IOException {
        boolean charts = args.length > 1 && args[0].equals("--chart");
        Table table = new Table();
        for (String file : Arrays.copyOfRange(args, charts ? 2 : 0, args.length)) {
            table.read(Path.of(file));
        }
        table.print();
        if (charts) {
            table.writeChart(Path.of(args[1]));
        }
    }

    private void read(Path file) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("MACHINE ")) {
                machine.add(line.substring("MACHINE ".length()));
            }
            Matcher run = RUN.matcher(line);
            if (!run.find()) {
                continue;
            }
            int round = Integer.parseInt(run.group(1));
            Case key = new Case(run.group(6), Integer.parseInt(run.group(7)), Integer.parseInt(run.group(5)));
            Row row = rows.computeIfAbsent(key, k -> new LinkedHashMap<>()).computeIfAbsent(run.group(4), Row::new);
            row.put("wall", round, Double.parseDouble(run.group(2)));
            row.put("rss", round, Double.parseDouble(run.group(3)) / 1024);
            Matcher figure = FIGURE.matcher(run.group(8));
            while (figure.find()) {
                row.put(figure.group(1), round, Double.parseDouble(figure.group(2)));
            }
        }
    }

    private static List<Row> byTime(Map<String, Row> programs) {
        return programs.values().stream()
                .sorted(Comparator.comparingDouble(Row::ms))
                .toList();
    }

    private void print() {
        machine.forEach(line -> out.println("- " + line));
        out.println();
        out.println("| data | batch | threads | program | ms a step (least to most) | times ours (least to most)"
                + " | process, s | peak RSS, MB | images/s | one image, µs | loss |");
        out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        rows.forEach((key, programs) -> byTime(programs).forEach(row -> out.println("| "
                + String.join(
                        " | ",
                        key.data(),
                        "" + key.batch(),
                        "" + key.threads(),
                        row.title(),
                        spread(row.figures.get("ms_step").values().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()),
                        programs.containsKey(OURS) ? spread(row.times(programs.get(OURS))) : "-",
                        row.cell("wall", "%.2f"),
                        row.cell("rss", "%.0f"),
                        row.cell("images_s", "%,.0f"),
                        row.cell("single_us", "%.1f"),
                        row.cell("loss", "%.4f"))
                + " |")));
        out.println();
        out.println("| data | batch | threads | LibTorch takes, times ours | the fastest JVM peer | which it is |");
        out.println("|---|---|---|---|---|---|");
        rows.forEach((key, programs) -> printRatios(key, programs));
    }

    private void printRatios(Case key, Map<String, Row> programs) {
        Row ours = programs.get(OURS);
        Row libtorch = programs.getOrDefault("libtorch-cpp-fused", programs.get("libtorch-cpp"));
        Row jvm = byTime(programs).stream()
                .filter(row -> JVM_PEERS.contains(row.name))
                .findFirst()
                .orElse(null);
        out.printf(
                Locale.ROOT,
                "| %s | %d | %d | %s | %s | %s |%n",
                key.data(),
                key.batch(),
                key.threads(),
                ours == null || libtorch == null ? "-" : spread(libtorch.times(ours)),
                ours == null || jvm == null ? "-" : spread(jvm.times(ours)),
                jvm == null ? "-" : jvm.title());
    }

    /** Median and, of more than one value, the least and the most. */
    private static String spread(double[] values) {
        if (values.length == 0) {
            return "-";
        }
        String median = String.format(Locale.ROOT, "%.2f", median(values));
        return values.length == 1
                ? median
                : String.format(
                        Locale.ROOT,
                        "%s (%.2f to %.2f)",
                        median,
                        Arrays.stream(values).min().getAsDouble(),
                        Arrays.stream(values).max().getAsDouble());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    /** Horizontal bars on a card of its own colour, so that it reads on a light page and on a dark one. */
    private void writeChart(Path file) throws IOException {
        int left = 230, scale = 420, bar = 18, gap = 6, y = 46;
        Map<Integer, List<Row>> shown = new TreeMap<>();
        rows.forEach((key, programs) -> {
            if (key.data().equals("mnist") && key.batch() == 320) {
                shown.put(key.threads(), byTime(programs));
            }
        });
        if (shown.isEmpty()) {
            System.err.println("SKIPPED chart: it shows MNIST at batch 320, of which there is no result");
            return;
        }
        double most = shown.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Row::ms)
                .max()
                .orElseThrow();
        List<String> parts = new ArrayList<>();
        for (Map.Entry<Integer, List<Row>> threads : shown.entrySet()) {
            parts.add(String.format(
                    "<text x=\"16\" y=\"%d\" font-weight=\"600\">%d thread%s</text>",
                    y + 13, threads.getKey(), threads.getKey() > 1 ? "s" : ""));
            y += bar + gap;
            for (Row row : threads.getValue()) {
                double width = scale * row.ms() / most;
                parts.add(String.format(
                        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 8, y + 13, row.title()));
                parts.add(String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>",
                        left, y, width, bar, row.name.startsWith("mnist-native") ? "#2563eb" : "#94a3b8"));
                parts.add(String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%d\">%.2f ms</text>",
                        left + width + 6, y + 13, row.ms()));
                y += bar + gap;
            }
            y += gap;
        }
        int width = left + scale + 80, height = y + 6;
        String head = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$d %2$d\" width=\"%1$d\""
                + " height=\"%2$d\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1e293b\">\n"
                + "<title>Milliseconds for a training step of 320 images, shorter is better</title>\n"
                + "<rect width=\"%1$d\" height=\"%2$d\" rx=\"8\" fill=\"#f8fafc\"/>\n"
                + "<text x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"600\">A training step of 320 images"
                + " (784-312-256-10, Adam), shorter is better</text>\n";
        Files.writeString(
                file,
                String.format(head, width, height) + parts.stream().collect(Collectors.joining("\n")) + "\n</svg>\n");
    }
}
