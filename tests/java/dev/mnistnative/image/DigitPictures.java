package dev.mnistnative.image;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Random;
import java.util.function.Consumer;

/** Pictures of digits as people bring them, made from MNIST's test images or drawn by a pen. Grey levels are bytes. */
final class DigitPictures {
    static final int SIDE = DigitNormalizer.SIDE;

    /** The digits 0 to 9 as lines between points of the unit square; a NaN lifts the pen. */
    private static final double[][] LINES = {
        {.5, 0, .2, .15, .1, .5, .2, .85, .5, 1, .8, .85, .9, .5, .8, .15, .5, 0},
        {.3, .2, .55, 0, .55, 1},
        {.1, .25, .25, .05, .6, 0, .85, .2, .8, .4, .1, 1, .95, 1},
        {.1, .1, .5, 0, .85, .15, .8, .4, .45, .48, .85, .6, .9, .85, .5, 1, .1, .9},
        {.6, 0, .1, .65, .95, .65, Double.NaN, Double.NaN, .7, .3, .7, 1},
        {.85, 0, .25, 0, .2, .45, .6, .4, .9, .6, .85, .85, .5, 1, .1, .9},
        {.75, 0, .35, .25, .15, .65, .3, .95, .65, 1, .85, .75, .65, .55, .3, .6, .15, .75},
        {.1, 0, .9, 0, .4, 1},
        {
            .5, .45, .2, .3, .25, .08, .5, 0, .75, .08, .8, .3, .5, .45, .15, .65, .2, .92, .5, 1, .8, .92, .85, .65,
            .5, .45
        },
        {.85, .3, .6, .45, .25, .4, .15, .2, .35, .02, .7, .03, .85, .3, .8, .7, .6, 1}
    };

    private DigitPictures() {}

    /** Some MNIST test images and their labels. */
    record Digits(byte[][] pixels, int[] labels) {}

    static Digits first(int count) {
        byte[][] pixels = new byte[count][SIDE * SIDE];
        int[] labels = new int[count];
        try (Dataset test = Mnist.test()) {
            for (int i = 0; i < count; i++) {
                test.pixels().get(i * SIDE * SIDE, pixels[i]);
                labels[i] = test.labels().get(i);
            }
        }
        return new Digits(pixels, labels);
    }

    /** Bright on black, as MNIST has it, drawn large with smooth edges. */
    static BufferedImage large(byte[] digit, int side) {
        BufferedImage small = PictureFiles.gray(digit, SIDE, SIDE);
        BufferedImage result = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = result.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                side > SIDE ? RenderingHints.VALUE_INTERPOLATION_BICUBIC : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(small, 0, 0, side, side, null);
        graphics.dispose();
        return result;
    }

    /** Values of `of`, 0 to 255, turned into a picture of ink and paper. */
    static BufferedImage recolored(BufferedImage of, int paper, int ink) {
        BufferedImage result = new BufferedImage(of.getWidth(), of.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < of.getHeight(); y++) {
            for (int x = 0; x < of.getWidth(); x++) {
                int share = of.getRaster().getSample(x, y, 0);
                result.getRaster().setSample(x, y, 0, Math.round(paper + (ink - paper) * share / 255f));
            }
        }
        return result;
    }

    /** The digit alone, as a detector's bounding box cuts it out, with `margin` pixels left around it. */
    static BufferedImage cropped(BufferedImage bright, int margin) {
        int left = bright.getWidth();
        int top = bright.getHeight();
        int right = 0;
        int bottom = 0;
        for (int y = 0; y < bright.getHeight(); y++) {
            for (int x = 0; x < bright.getWidth(); x++) {
                if (bright.getRaster().getSample(x, y, 0) > 127) {
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y);
                }
            }
        }
        int x = Math.max(0, left - margin);
        int y = Math.max(0, top - margin);
        BufferedImage part = bright.getSubimage(
                x,
                y,
                Math.min(bright.getWidth(), right + margin + 1) - x,
                Math.min(bright.getHeight(), bottom + margin + 1) - y);
        BufferedImage result = new BufferedImage(part.getWidth(), part.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
        part.copyData(null);
        result.getGraphics().drawImage(part, 0, 0, null);
        return result;
    }

    /** A larger sheet with the picture at (x, y). */
    static BufferedImage onSheet(BufferedImage picture, int width, int height, int x, int y, int level) {
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                boolean inside =
                        column >= x && row >= y && column < x + picture.getWidth() && row < y + picture.getHeight();
                sheet.getRaster()
                        .setSample(
                                column, row, 0, inside ? picture.getRaster().getSample(column - x, row - y, 0) : level);
            }
        }
        return sheet;
    }

    /** The picture with something painted over it. */
    static BufferedImage painted(BufferedImage picture, int level, Consumer<Graphics2D> painter) {
        BufferedImage result = recolored(picture, 0, 255);
        Graphics2D graphics = result.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(new Color(level, level, level));
        // a colour of its own space would be taken for linear light on a grey picture
        BufferedImage mask = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_ARGB);
        Graphics2D onMask = mask.createGraphics();
        onMask.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        onMask.setColor(Color.BLACK);
        painter.accept(onMask);
        onMask.dispose();
        graphics.dispose();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                float alpha = (mask.getRGB(x, y) >>> 24) / 255f;
                int below = picture.getRaster().getSample(x, y, 0);
                result.getRaster().setSample(x, y, 0, Math.round(alpha * level + (1 - alpha) * below));
            }
        }
        return result;
    }

    /** A frame of so many pixels at a distance from the border. */
    static BufferedImage framed(BufferedImage picture, int width, int distance, int level) {
        return painted(picture, level, g -> {
            int w = picture.getWidth() - 2 * distance;
            int h = picture.getHeight() - 2 * distance;
            g.fillRect(distance, distance, w, width);
            g.fillRect(distance, distance + h - width, w, width);
            g.fillRect(distance, distance, width, h);
            g.fillRect(distance + w - width, distance, width, h);
        });
    }

    /** A digit of black lines on white. */
    static BufferedImage drawn(int digit, int side, double pen, Random random) {
        BufferedImage white = recolored(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), 255, 0);
        double size = side * (0.5 + 0.3 * random.nextDouble());
        double width = size * (0.5 + 0.25 * random.nextDouble());
        double x = (side - width) * random.nextDouble();
        double y = (side - size) * random.nextDouble();
        double slant = 0.3 * (random.nextDouble() - 0.3) * width;
        double[] points = LINES[digit].clone();
        for (int i = 0; i < points.length; i++) {
            points[i] += 0.03 * random.nextGaussian();
        }
        double left = Math.max(pen, Math.min(side - width - pen, x));
        double top = Math.max(pen, Math.min(side - size - pen, y));
        return painted(white, 0, g -> {
            g.setStroke(new BasicStroke((float) pen, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            java.awt.geom.Path2D path = new java.awt.geom.Path2D.Double();
            boolean down = false;
            for (int i = 0; i < points.length; i += 2) {
                double px = left + points[i] * width + slant * (0.5 - points[i + 1]);
                double py = top + points[i + 1] * size;
                if (Double.isNaN(px)) {
                    down = false;
                } else if (down) {
                    path.lineTo(px, py);
                } else {
                    path.moveTo(px, py);
                    down = true;
                }
            }
            g.draw(path);
        });
    }

    /** Light that changes over the picture, and noise; `light` of (x, y) in 0…1 gives a factor. */
    static BufferedImage lit(BufferedImage picture, Light light, double noise, Random random) {
        BufferedImage result = recolored(picture, 0, 255);
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                double factor = light.at((x + 0.5) / picture.getWidth(), (y + 0.5) / picture.getHeight());
                double value = factor * picture.getRaster().getSample(x, y, 0) + noise * random.nextGaussian();
                result.getRaster().setSample(x, y, 0, (int) Math.max(0, Math.min(255, Math.round(value))));
            }
        }
        return result;
    }

    interface Light {
        double at(double x, double y);
    }
}
