package dev.mnistnative.image;

import dev.mnistnative.DataFormatException;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.SampleModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Consumer;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes one picture within bounds of time and memory. */
final class PictureDecoder {
    /** A picture that claims to be larger is refused before memory is taken for it. */
    private static final long MAX_PIXELS = 50_000_000;

    /** Of progressive pictures: passes over them times pixels. */
    private static final long MAX_WORK = 400_000_000;

    /** Of the free memory the share that a picture may take; what does not fit is read with pixels left out. */
    private static final int MEMORY_SHARE = 2;

    /** Pixels of the longer side from which on every second one is left out. */
    private static final int SIDE = 3000;

    private static final int COARSEST = 32;
    private static final int INKS = 4;
    private static final float MAX = 255;
    private static final int YCCK = 2;

    private final String name;
    private final Consumer<String> notes;
    private boolean cutOff;

    PictureDecoder(String name, Consumer<String> notes) {
        this.name = name;
        this.notes = notes;
    }

    /** @throws DataFormatException with a sentence that says what is wrong and what to do */
    GrayImage decode(byte[] bytes) throws DataFormatException {
        PictureFormat format = PictureFormat.of(bytes);
        if (format == null) {
            throw new DataFormatException(name + ": it is no picture of a known format; give PNG or JPEG.");
        }
        if (!format.isRead()) {
            throw DataFormatException.of(
                    name, "it is " + format.what() + ", which is not read", "convert it to PNG or JPEG");
        }
        PictureStructure structure = PictureStructure.of(bytes, format);
        if (!structure.whole()) {
            throw cutOff(null);
        }
        if (structure.frames() > 1) {
            notes.accept(name + ": it has several frames; the first one is read.");
        }
        GrayImage picture = decode(bytes, structure);
        if (cutOff) {
            throw cutOff(null);
        }
        return picture.upright(structure.orientation());
    }

    private DataFormatException cutOff(Throwable cause) {
        return new DataFormatException(name + ": the picture is cut off; copy or save it anew.", cause);
    }

    private GrayImage decode(byte[] bytes, PictureStructure structure) throws DataFormatException {
        TimeLimit time = new TimeLimit();
        try (ImageInputStream in = new MemoryCacheImageInputStream(time.watch(new ByteArrayInputStream(bytes)))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new DataFormatException(name + ": the picture is damaged or of an unknown kind; save it anew.");
            }
            ImageReader reader = readers.next();
            try {
                reader.addIIOReadWarningListener(this::warned);
                reader.addIIOReadProgressListener(time);
                reader.setInput(in, true, true);
                return read(reader, structure, time);
            } finally {
                reader.dispose();
            }
        } catch (DataFormatException e) {
            throw e;
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            // the readers throw all of these at damaged files, and wrap errors too
            throw failure(e, time);
        }
    }

    private DataFormatException failure(Throwable e, TimeLimit time) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                return new PictureMemoryException(name, e);
            }
        }
        if (time.isOver()) {
            return tooMuchWork(e);
        }
        String said = String.valueOf(e.getMessage());
        String lower = said.toLowerCase(Locale.ROOT);
        if (e instanceof java.io.EOFException || lower.contains("premature") || lower.contains("end of")) {
            return cutOff(e);
        }
        return new DataFormatException(
                name + ": the picture is damaged or of an unknown kind (" + said + "); save it anew.", e);
    }

    private DataFormatException tooMuchWork(Throwable cause) {
        return new DataFormatException(
                name + ": the picture takes too long to decode; save it anew, smaller and not progressive.", cause);
    }

    private GrayImage read(ImageReader reader, PictureStructure structure, TimeLimit time) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        long pixels = (long) width * height;
        if (pixels > MAX_PIXELS) {
            throw new DataFormatException(name + ": the picture has " + pixels + " pixels, but at most " + MAX_PIXELS
                    + " are read; make it smaller.");
        }
        if (pixels * structure.scans() > MAX_WORK) {
            throw tooMuchWork(null);
        }
        ImageTypeSpecifier type = reader.getRawImageType(0);
        ImageReadParam param = reader.getDefaultReadParam();
        int period = period(width, height, type == null ? INKS : bytes(type.getSampleModel()));
        param.setSourceSubsampling(period, period, 0, 0);
        GrayImage picture;
        if (type == null && reader.canReadRaster()) {
            picture = ofInks(reader.readRaster(0, param), structure.adobe());
        } else {
            picture = GrayImage.of(reader.read(0, param));
        }
        if (time.isOver()) {
            throw tooMuchWork(null); // what was decoded so far came back as if it were all
        }
        return picture;
    }

    private static int bytes(SampleModel samples) {
        return Math.max(1, samples.getNumBands() * DataBuffer.getDataTypeSize(samples.getDataType()) / Byte.SIZE);
    }

    /** Every how many-th pixel is read: a pen of a thousandth of the picture must be seen, and memory must do. */
    private int period(int width, int height, int bytesPerPixel) throws DataFormatException {
        Runtime java = Runtime.getRuntime();
        double room = (java.maxMemory() - java.totalMemory() + java.freeMemory()) / (double) MEMORY_SHARE;
        int period = Math.min((Math.max(width, height) + SIDE - 1) / SIDE, Math.min(width, height));
        // the picture, its brightness as floats, and the working copies of that
        while ((double) width * height / period / period * (bytesPerPixel + 2.0 * Float.BYTES) > room) {
            period++;
        }
        if (period > COARSEST || period > Math.min(width, height) && period > 1) {
            throw new PictureMemoryException(name, null);
        }
        return period;
    }

    /** A JPEG of four inks: what Adobe's programs write is inverted. */
    private static GrayImage ofInks(Raster inks, int adobe) throws IIOException {
        if (inks.getNumBands() != INKS) {
            throw new IIOException("it has " + inks.getNumBands() + " channels");
        }
        int width = inks.getWidth();
        float[][] channels = new float[INKS][];
        for (int i = 0; i < INKS; i++) {
            channels[i] = inks.getSamples(inks.getMinX(), inks.getMinY(), width, inks.getHeight(), i, (float[]) null);
        }
        float[] values = new float[channels[0].length];
        for (int i = 0; i < values.length; i++) {
            float[] light = new float[INKS];
            for (int channel = 0; channel < INKS; channel++) {
                float share = channels[channel][i] / MAX;
                light[channel] = adobe >= 0 ? share : 1 - share;
            }
            float colors = adobe == YCCK ? 1 - light[0] : GrayImage.brightness(light[0], light[1], light[2]);
            values[i] = colors * light[INKS - 1];
        }
        return new GrayImage(width, inks.getHeight(), values);
    }

    private void warned(ImageReader source, String warning) {
        cutOff |= warning.toLowerCase(Locale.ROOT).contains("premature");
        if (!cutOff) {
            notes.accept(name + ": the picture is damaged in part (" + warning + ").");
        }
    }
}
