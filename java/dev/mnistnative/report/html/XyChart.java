package dev.mnistnative.report.html;

import java.util.Locale;

/**
 * A square diagram of y by x as inline SVG: lines and clouds of points, cut off at its edges. Colours are the page's:
 * line n has the n-th hue.
 */
final class XyChart {
    /** As many lines as hues can be told apart. */
    static final int HUES = 10;

    private static final int SIDE = 300;
    private static final int LEFT = 48;
    private static final int RIGHT = 18;
    private static final int TOP = 12;
    private static final int BOTTOM = 42;
    private static final int TICKS = 5;
    private static final int GAP = 8;
    private static final int[] HUE_DEGREES = {210, 20, 130, 350, 270, 175, 45, 310, 90, 240};

    private final String title;
    private final Range x;
    private final Range y;
    private final StringBuilder marks = new StringBuilder();
    private final StringBuilder legend = new StringBuilder();
    private int lines;

    /** What an axis is of, and from where to where it goes. */
    record Range(String name, double from, double to) {
        double share(double value) {
            return (value - from) / (to - from);
        }

        double step() {
            return Ticks.step(to - from, TICKS);
        }
    }

    XyChart(String title, Range x, Range y) {
        this.title = title;
        this.x = x;
        this.y = y;
    }

    /** A line with its name in the legend. */
    XyChart line(String name, double[] xs, double[] ys) {
        String hue = format("style=\"--h:%d\"", HUE_DEGREES[lines++ % HUES]);
        legend.append(format(" <span class=\"key hue\" %s>%s</span>", hue, Html.escape(name)));
        marks.append("<polyline class=\"hue\" ").append(hue).append(" points=\"");
        for (int i = 0; i < xs.length; i++) {
            marks.append(i == 0 ? "" : " ").append(format("%.1f,%.1f", across(xs[i]), down(ys[i])));
        }
        marks.append("\"/>");
        return this;
    }

    /** Where y is x, thin in the background. */
    XyChart diagonal() {
        double from = Math.max(x.from(), y.from());
        double to = Math.min(x.to(), y.to());
        if (to > from) {
            marks.append(format(
                    "<polyline class=\"guide\" points=\"%.1f,%.1f %.1f,%.1f\"/>",
                    across(from), down(from), across(to), down(to)));
        }
        return this;
    }

    /** A cloud of points. */
    XyChart points(double[] xs, double[] ys) {
        marks.append("<path class=\"cloud\" d=\"");
        for (int i = 0; i < xs.length; i++) {
            marks.append(format("M%.1f %.1fh0", across(xs[i]), down(ys[i])));
        }
        marks.append("\"/>");
        return this;
    }

    /** A figure with its legend. */
    String svg() {
        StringBuilder svg = new StringBuilder(format(
                "<figure class=\"chart\"><figcaption><strong>%s</strong>%s</figcaption><svg viewBox=\"0 0 %d %d\" "
                        + "role=\"img\" aria-label=\"%s: %s by %s\">",
                Html.escape(title),
                legend,
                LEFT + SIDE + RIGHT,
                TOP + SIDE + BOTTOM,
                Html.escape(title),
                Html.escape(y.name()),
                Html.escape(x.name())));
        svg.append("<g class=\"grid\">");
        grid(svg);
        return svg.append("</g>")
                .append(format(
                        "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">",
                        LEFT, TOP, SIDE, SIDE, SIDE, SIDE))
                .append(marks)
                .append("</svg></svg></figure>\n")
                .toString();
    }

    private void grid(StringBuilder svg) {
        int bottom = TOP + SIDE;
        for (double value = first(y); value <= y.to() + y.step() / 1000; value += y.step()) {
            double at = TOP + down(value);
            svg.append(format("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, LEFT + SIDE, at, at));
            svg.append(format(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - GAP, at + 4, label(value, y)));
        }
        for (double value = first(x); value <= x.to() + x.step() / 1000; value += x.step()) {
            double at = LEFT + across(value);
            svg.append(format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", at, at, TOP, bottom));
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", at, bottom + 17, label(value, x)));
        }
        svg.append(format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" class=\"axis\">%s</text>",
                LEFT + SIDE / 2, bottom + BOTTOM - 5, Html.escape(y.name() + " by " + x.name())));
    }

    private static double first(Range range) {
        return Math.ceil(range.from() / range.step() - 1e-9) * range.step();
    }

    private static String label(double value, Range range) {
        return Ticks.label(value, Ticks.decimals(range.step()));
    }

    private double across(double value) {
        return SIDE * x.share(value);
    }

    private double down(double value) {
        return SIDE * (1 - y.share(value));
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
