package dev.mnistnative.image;

import dev.mnistnative.image.Pieces.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes ruled lines out of a drawing: those of tables and of lined or squared paper, axes, underlining. A line is one
 * only where it runs well beyond the rest of the drawing on both ends, so that a digit's own straight strokes stay.
 */
final class Rules {
    /** Ink of this strength belongs to a line. */
    private static final float STRONG = 0.3f;

    /** How long a line is at least, and how thick at most, as shares of the picture. */
    private static final double LENGTH = 0.5;

    private static final double THICKNESS = 0.04;
    private static final int MIN_THICKNESS = 2;

    /** How far a line runs beyond the rest, as a share of its length; a margin that shows that the rest is no crop. */
    private static final double BEYOND = 0.06;

    private static final double MARGIN = 0.03;
    private static final double WIDE_MARGIN = 0.08;

    /** In pictures of fewer pixels a line through them reaches the very border. */
    private static final int SMALL = 60;

    /** Of the longest row's length the share that all rows of a line have. */
    private static final double ABOUT = 0.85;

    /** Gaps in a line, in pixels, and how near the border is reached. */
    private static final int GAP = 3;

    private static final int NEAR = 2;

    /** How thick a line that ends within the picture is at most beside the pen. */
    private static final double THIN = 0.7;

    /** A line as thin as this beside the pen is of another pen. */
    private static final double MUCH_THINNER = 0.3;

    /** A pen of fewer pixels tells nothing about thinner ones. */
    private static final int FINE = 7;

    /** Beside a pen of fewer pixels no line that ends within the picture can be told from a stroke. */
    private static final int COARSE = 4;

    /** What is left must be so large beside the picture to be a digit, a part of it so large beside the largest. */
    private static final double REST = 0.12;

    private static final double PART = 0.22;

    private final GrayImage ink;
    private final List<Line> lines = new ArrayList<>();

    /** A line's first and last pixel along and across its direction. */
    private record Line(boolean horizontal, int begin, int end, int first, int last) {
        boolean contains(int x, int y, int reach) {
            int along = horizontal ? x : y;
            int across = horizontal ? y : x;
            return along >= begin - reach && along <= end + reach && across >= first - reach && across <= last + reach;
        }

        boolean meets(Line other) {
            return horizontal != other.horizontal
                    && other.first <= end + GAP
                    && other.last >= begin - GAP
                    && first <= other.end + GAP
                    && last >= other.begin - GAP;
        }
    }

    private Rules(GrayImage ink) {
        this.ink = ink;
        find(ink, true);
        find(ink.transposed(), false);
    }

    /** The drawing without its lines; the same one if it has none. */
    static GrayImage removed(GrayImage ink) {
        return new Rules(ink).without();
    }

    private void find(GrayImage image, boolean horizontal) {
        int thickest = MIN_THICKNESS + (int) (THICKNESS * Math.min(image.width(), image.height()));
        int begin = -1;
        int[][] runs = new int[image.height() + 1][];
        for (int y = 0; y <= image.height(); y++) {
            runs[y] = y < image.height() ? longestRun(image, y) : new int[] {0, -1};
            boolean isLong = runs[y][1] - runs[y][0] + 1 >= LENGTH * image.width();
            if (isLong && begin < 0) {
                begin = y;
            } else if (!isLong && begin >= 0) {
                Line line = line(horizontal, runs, begin, y);
                if (line.last - line.first < thickest) {
                    lines.add(line);
                }
                begin = -1;
            }
        }
    }

    /**
     * Of neighbouring rows with long runs those whose runs are about as long as the longest: others have strokes too.
     */
    private static Line line(boolean horizontal, int[][] runs, int first, int end) {
        int longest = 0;
        for (int y = first; y < end; y++) {
            longest = Math.max(longest, runs[y][1] - runs[y][0]);
        }
        int from = -1;
        int to = -1;
        int begin = Integer.MAX_VALUE;
        int last = 0;
        for (int y = first; y < end; y++) {
            if (runs[y][1] - runs[y][0] >= ABOUT * longest) {
                from = from < 0 ? y : from;
                to = y;
                begin = Math.min(begin, runs[y][0]);
                last = Math.max(last, runs[y][1]);
            }
        }
        return new Line(horizontal, begin, last, from, to);
    }

    private static int[] longestRun(GrayImage image, int y) {
        int[] longest = {0, -1};
        int begin = -1;
        int last = -1;
        for (int x = 0; x <= image.width(); x++) {
            boolean strong = x < image.width() && image.values()[y * image.width() + x] >= STRONG;
            if (begin >= 0 && (x == image.width() || x - last > GAP)) {
                if (last - begin > longest[1] - longest[0]) {
                    longest = new int[] {begin, last};
                }
                begin = -1;
            }
            if (strong) {
                begin = begin < 0 ? x : begin;
                last = x;
            }
        }
        return longest;
    }

    private GrayImage without() {
        if (lines.isEmpty()) {
            return ink;
        }
        List<Line> chosen = new ArrayList<>(lines);
        while (!chosen.isEmpty()) { // what is no rule after all belongs to the rest
            int[] rest = rest(chosen);
            if (rest == null) {
                return ink;
            }
            int pen = pen(chosen);
            List<Line> rules = chosen.stream()
                    .filter(line -> isRule(line, chosen, rest, pen))
                    .toList();
            if (rules.size() == chosen.size()) {
                return large(erased(chosen));
            }
            chosen.retainAll(rules);
        }
        return ink;
    }

    /** The box around what is no line: left, top, right, bottom; null if it is too little to be a digit. */
    private int[] rest(List<Line> without) {
        Pieces pieces = Pieces.of(erased(without), STRONG);
        int largest = pieces.all().stream().mapToInt(Rules::size).max().orElse(0);
        if (largest < REST * Math.min(ink.width(), ink.height())) {
            return null;
        }
        int[] box = {ink.width(), ink.height(), 0, 0};
        for (Piece piece : pieces.all()) {
            if (size(piece) >= PART * largest) {
                box[0] = Math.min(box[0], piece.left());
                box[1] = Math.min(box[1], piece.top());
                box[2] = Math.max(box[2], piece.right());
                box[3] = Math.max(box[3], piece.bottom());
            }
        }
        return box;
    }

    /** Arrow heads, marks and the like go with the lines. */
    private static GrayImage large(GrayImage drawing) {
        Pieces pieces = Pieces.of(drawing, Pieces.WEAKEST);
        int largest = pieces.all().stream().mapToInt(Rules::size).max().orElse(0);
        boolean[] kept = pieces.marks(true);
        for (Piece piece : pieces.all()) {
            kept[piece.number()] = size(piece) >= PART * largest;
        }
        return pieces.only(kept);
    }

    private static int size(Piece piece) {
        return Math.max(piece.width(), piece.height());
    }

    /** How thick the strokes of what is no line are, in pixels. */
    private int pen(List<Line> without) {
        GrayImage rest = erased(without);
        int[] across = runs(rest);
        int[] down = runs(rest.transposed());
        int[] counts = new int[Math.max(ink.width(), ink.height()) + 1];
        int all = 0;
        for (int i = 0; i < across.length; i++) {
            int run = Math.min(across[i], down[i % ink.width() * ink.height() + i / ink.width()]);
            counts[run] += run > 0 ? 1 : 0;
            all += run > 0 ? 1 : 0;
        }
        int median = 0;
        for (int count = 0; 2 * count < all; count += counts[median]) {
            median++;
        }
        return median;
    }

    /** For each pixel the length of the row of inked pixels that it is part of. */
    private static int[] runs(GrayImage image) {
        int[] runs = new int[image.values().length];
        for (int i = 0; i < runs.length; i++) {
            if (image.values()[i] >= STRONG) {
                runs[i] = i % image.width() == 0 ? 1 : runs[i - 1] + 1;
            }
        }
        for (int i = runs.length - 2; i >= 0; i--) {
            if (runs[i] > 0 && (i + 1) % image.width() != 0) {
                runs[i] = Math.max(runs[i], runs[i + 1]);
            }
        }
        return runs;
    }

    /**
     * How far ink reaches across a line, where the digit's strokes do not: a row out of a thick stroke is no thin line.
     */
    private int thickness(Line line) {
        int[] counts = new int[Math.max(ink.width(), ink.height()) + 1];
        int all = 0;
        for (int along = line.begin; along <= line.end; along++) {
            int from = line.first;
            int to = line.last;
            while (isStrong(line, along, from - 1)) {
                from--;
            }
            while (isStrong(line, along, to + 1)) {
                to++;
            }
            counts[to - from + 1]++;
            all++;
        }
        int quartile = 0;
        for (int count = 0; 4 * count < all; count += counts[quartile]) {
            quartile++;
        }
        return quartile;
    }

    private boolean isStrong(Line line, int along, int across) {
        int x = line.horizontal ? along : across;
        int y = line.horizontal ? across : along;
        return x >= 0 && y >= 0 && x < ink.width() && y < ink.height() && ink.values()[y * ink.width() + x] >= STRONG;
    }

    private boolean isRule(Line line, List<Line> all, int[] rest, int pen) {
        int length = line.horizontal ? ink.width() : ink.height();
        int begin = line.horizontal ? rest[0] : rest[1];
        int end = line.horizontal ? rest[2] : rest[3];
        int thickness = thickness(line);
        if (thickness <= MUCH_THINNER * pen && pen >= FINE) {
            return true;
        }
        boolean thin = thickness <= THIN * pen;
        int near = Math.min(NEAR, length / SMALL);
        if (line.begin <= near && line.end >= length - 1 - near) {
            double margin = Math.max(NEAR, (thin ? MARGIN : WIDE_MARGIN) * length);
            return begin >= margin && end <= length - 1 - margin;
        }
        if (!thin || pen < COARSE) {
            return false;
        }
        double beyond = BEYOND * (line.end - line.begin);
        boolean runsBeyond = line.begin <= begin - beyond && line.end >= end + beyond;
        int across = line.horizontal ? rest[1] : rest[0];
        int acrossEnd = line.horizontal ? rest[3] : rest[2];
        boolean outside = line.last < across || line.first > acrossEnd;
        return runsBeyond && (outside && isFree(line, all) || all.stream().anyMatch(line::meets));
    }

    private boolean isFree(Line line, List<Line> all) {
        for (int along = line.begin; along <= line.end; along++) {
            if (isInk(line, all, along, line.first - 2) || isInk(line, all, along, line.last + 2)) {
                return false;
            }
        }
        return true;
    }

    /** Where a stroke crosses a line, that is where ink goes on at both of its sides, the ink stays. */
    private GrayImage erased(List<Line> chosen) {
        float[] values = ink.values().clone();
        for (Line line : chosen) {
            for (int along = line.begin - NEAR; along <= line.end + NEAR; along++) {
                boolean crossed =
                        isInk(line, chosen, along, line.first - 2) && isInk(line, chosen, along, line.last + 2);
                for (int across = line.first - 1; !crossed && across <= line.last + 1; across++) {
                    int x = line.horizontal ? along : across;
                    int y = line.horizontal ? across : along;
                    if (x >= 0 && y >= 0 && x < ink.width() && y < ink.height()) {
                        values[y * ink.width() + x] = 0;
                    }
                }
            }
        }
        return new GrayImage(ink.width(), ink.height(), values);
    }

    /** Whether there is ink at or beside this place that is not of another line. */
    private boolean isInk(Line line, List<Line> chosen, int along, int across) {
        for (int near = along - 1; near <= along + 1; near++) {
            int x = line.horizontal ? near : across;
            int y = line.horizontal ? across : near;
            if (isStrong(line, near, across)
                    && chosen.stream().noneMatch(other -> other != line && other.contains(x, y, 1))) {
                return true;
            }
        }
        return false;
    }
}
