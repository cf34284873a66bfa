package dev.mnistnative.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * A line chart as inline SVG; serve/training.js draws the same chart in the browser. Colours are the page's, by the
 * classes {@code series-0}, {@code series-1} …, so that one drawing serves bright and dark pages and paper.
 */
final class LineChart {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 280;
    private static final int LEFT = 46;
    private static final int RIGHT = 14;
    private static final int TOP = 14;
    private static final int BOTTOM = 40;
    private static final int MAX_MARKS = 40;
    private static final int TICKS = 5;

    private final String title;
    private final String xLabel;
    private final DoubleFunction<String> valueText;
    private final List<Series> all = new ArrayList<>();
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private double first = Double.POSITIVE_INFINITY;
    private double last = Double.NEGATIVE_INFINITY;

    /** A line; points whose y is not finite are left out. */
    record Series(String name, boolean faint, double[] x, double[] y) {}

    /** @param valueText how a point's value is written where one asks for it */
    LineChart(String title, String xLabel, DoubleFunction<String> valueText) {
        this.title = title;
        this.xLabel = xLabel;
        this.valueText = valueText;
    }

    /** Draws in this order; a faint series is background: no marks, no colour, cut off where the others end. */
    LineChart add(String name, boolean faint, double[] x, double[] y) {
        all.add(new Series(name, faint, x, y));
        for (int i = 0; i < x.length; i++) {
            if (Double.isFinite(y[i]) && !faint) {
                least = Math.min(least, y[i]);
                most = Math.max(most, y[i]);
                first = Math.min(first, x[i]);
                last = Math.max(last, x[i]);
            }
        }
        return this;
    }

    /** The y axis reaches at least from a to b. */
    LineChart including(double a, double b) {
        least = Math.min(least, a);
        most = Math.max(most, b);
        return this;
    }

    /** The x axis reaches at least from a to b. */
    LineChart across(double a, double b) {
        first = Math.min(first, a);
        last = Math.max(last, b);
        return this;
    }

    /** A figure with its legend. */
    String svg() {
        if (!(last > first)) {
            last = first + 1;
        }
        double step = Ticks.step(most - least, TICKS);
        double bottom = Math.floor(least / step + 1e-9) * step;
        double top = Math.max(bottom + step, Math.ceil(most / step - 1e-9) * step);
        Frame frame = new Frame(first, last, bottom, top);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<figure class=\"chart\"><figcaption><strong>%s</strong>%s</figcaption>",
                Html.escape(title),
                legend()));
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                HEIGHT,
                Html.escape(description())));
        grid(svg, frame, step);
        int color = 0;
        for (Series series : all) {
            line(svg, frame, series, series.faint() ? "faint" : "series-" + color);
            color += series.faint() ? 0 : 1;
        }
        return svg.append("</svg></figure>\n").toString();
    }

    private String legend() {
        if (all.size() == 1) {
            return "";
        }
        StringBuilder legend = new StringBuilder();
        int color = 0;
        for (Series series : all) {
            String style = series.faint() ? "faint" : "series-" + color;
            color += series.faint() ? 0 : 1;
            legend.append(
                    String.format(Locale.ROOT, " <span class=\"key %s\">%s</span>", style, Html.escape(series.name())));
        }
        return legend.toString();
    }

    private String description() {
        StringBuilder text = new StringBuilder(title).append(" by ").append(xLabel);
        for (Series series : all) {
            for (int i = series.y().length - 1; i >= 0 && !series.faint(); i--) {
                if (Double.isFinite(series.y()[i])) {
                    text.append("; ").append(series.name()).append(" ends at ").append(valueText.apply(series.y()[i]));
                    break;
                }
            }
        }
        return text.toString();
    }

    private void grid(StringBuilder svg, Frame frame, double step) {
        int decimals = Ticks.decimals(step);
        svg.append("<g class=\"grid\">");
        for (double y = frame.bottom(); y < frame.top() + step / 2; y += step) {
            svg.append(format(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT, WIDTH - RIGHT, frame.y(y), frame.y(y)));
            svg.append(format(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8, frame.y(y) + 4, Ticks.label(y, decimals)));
        }
        double xStep = Math.max(1, Ticks.step(last - first, 2 * TICKS));
        for (double x = Math.ceil(first / xStep) * xStep; x < last + xStep / 1000; x += xStep) {
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>",
                    frame.x(x), HEIGHT - BOTTOM + 18, x));
        }
        svg.append(format(
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" class=\"axis\">%s</text></g>",
                (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 4, Html.escape(xLabel)));
    }

    private void line(StringBuilder svg, Frame frame, Series series, String style) {
        StringBuilder points = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (int i = 0; i < series.x().length; i++) {
            double y = series.y()[i];
            if (y >= frame.bottom() && y <= frame.top()) {
                points.append(format("%.1f,%.1f ", frame.x(series.x()[i]), frame.y(y)));
                marks.append(format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s %s</title></circle>",
                        frame.x(series.x()[i]), frame.y(y), Html.escape(series.name()), valueText.apply(y)));
            }
        }
        svg.append("<g class=\"").append(style).append("\"><polyline points=\"");
        svg.append(points.toString().strip()).append("\"/>");
        if (!series.faint() && series.x().length <= MAX_MARKS) {
            svg.append(marks);
        }
        svg.append("</g>");
    }

    /** A point's value as most charts write it. */
    static String fourDigits(double value) {
        return format("%.4g", value);
    }

    /** From values to coordinates. */
    private record Frame(double left, double right, double bottom, double top) {
        double x(double value) {
            return LEFT + (value - left) / (right - left) * (WIDTH - LEFT - RIGHT);
        }

        double y(double value) {
            return HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM);
        }
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
