package dev.mnistnative.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a picture's file says besides its pixels, found without decoding: whether it is whole, how it is turned, how
 * many frames it has, how much work it is.
 *
 * @param whole whether its end is there
 * @param orientation EXIF's, 1 to 8
 * @param frames at least; more than one is an animation
 * @param scans how often the decoder goes over the picture
 * @param adobe the colour transform of Adobe's JPEG marker, −1 without it
 */
record PictureStructure(boolean whole, int orientation, int frames, int scans, int adobe) {
    private static final int EXIF_ORIENTATION = 0x112;
    private static final int UPRIGHT = 1;
    private static final int TURNED_MOST = 8;
    private static final int NO_ADOBE = -1;

    private static final int MARKER = 0xff;
    private static final int SOS = 0xda;
    private static final int EOI = 0xd9;
    private static final int RST0 = 0xd0;
    private static final int SOI = 0xd8;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;

    static PictureStructure of(byte[] bytes, PictureFormat format) {
        return switch (format) {
            case JPEG -> jpeg(bytes);
            case PNG -> png(bytes);
            case GIF -> gif(bytes);
            case BMP -> new PictureStructure(bitmapIsWhole(bytes), UPRIGHT, 1, 1, NO_ADOBE);
            case TIFF -> new PictureStructure(true, orientation(bytes, 0, bytes.length), 1, 1, NO_ADOBE);
            default -> new PictureStructure(true, UPRIGHT, 1, 1, NO_ADOBE);
        };
    }

    private static PictureStructure jpeg(byte[] bytes) {
        int orientation = UPRIGHT;
        int adobe = NO_ADOBE;
        int scans = 0;
        int at = 2;
        while (at + 1 < bytes.length) {
            int marker = bytes[at + 1] & 0xff;
            if ((bytes[at] & 0xff) != MARKER || marker == 0 || marker == MARKER) {
                at++; // entropy-coded data, filling, or damage
            } else if (marker == EOI) {
                return new PictureStructure(true, orientation, 1, scans, adobe);
            } else if (marker >= RST0 && marker <= SOI) {
                at += 2;
            } else if (at + 3 >= bytes.length) {
                break;
            } else {
                int length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
                int end = Math.min(bytes.length, at + 2 + length);
                scans += marker == SOS ? 1 : 0;
                if (marker == APP1 && startsWith(bytes, at + 4, "Exif\0\0") && orientation == UPRIGHT) {
                    orientation = orientation(bytes, at + 10, end);
                } else if (marker == APP14 && startsWith(bytes, at + 4, "Adobe") && at + 15 < end) {
                    adobe = bytes[at + 15] & 0xff;
                }
                at = Math.max(at + 2, end);
            }
        }
        return new PictureStructure(false, orientation, 1, scans, adobe);
    }

    private static PictureStructure png(byte[] bytes) {
        ByteBuffer chunks = ByteBuffer.wrap(bytes);
        int orientation = UPRIGHT;
        int frames = 1;
        long at = 8;
        while (at + 8 <= bytes.length) {
            long length = chunks.getInt((int) at) & 0xffff_ffffL;
            long end = at + 12 + length;
            if (end > bytes.length) {
                break;
            }
            String type = new String(bytes, (int) at + 4, 4, StandardCharsets.ISO_8859_1);
            if (type.equals("IEND")) {
                return new PictureStructure(true, orientation, frames, 1, NO_ADOBE);
            } else if (type.equals("eXIf")) {
                orientation = orientation(bytes, (int) at + 8, (int) (at + 8 + length));
            } else if (type.equals("acTL") && length >= 4) {
                frames = Math.max(1, chunks.getInt((int) at + 8));
            }
            at = end;
        }
        return new PictureStructure(false, orientation, frames, 1, NO_ADOBE);
    }

    /** A frame is whole where its data end with an empty block. */
    private static PictureStructure gif(byte[] bytes) {
        int frames = 0;
        int at = 13 + colors(bytes, 10);
        while (at < bytes.length && frames < 2) {
            int kind = bytes[at] & 0xff;
            if (kind == ';') {
                break;
            }
            boolean image = kind == ',';
            int data = image ? at + 11 + colors(bytes, at + 9) : at + 2;
            while (data < bytes.length && bytes[data] != 0) {
                data += 1 + (bytes[data] & 0xff);
            }
            if (data >= bytes.length || !image && kind != '!') {
                break;
            }
            frames += image ? 1 : 0;
            at = data + 1;
        }
        return new PictureStructure(frames > 0, UPRIGHT, Math.max(1, frames), 1, NO_ADOBE);
    }

    /** Bytes of the colour table that these flags announce. */
    private static int colors(byte[] bytes, int flags) {
        return flags < bytes.length && (bytes[flags] & 0x80) != 0 ? 3 << (bytes[flags] & 7) + 1 : 0;
    }

    private static boolean bitmapIsWhole(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 54 || header.getInt(14) < 40 || header.getInt(30) != 0) {
            return true; // of old or compressed ones the decoder sees the end
        }
        long row = ((long) Math.abs(header.getInt(18)) * header.getShort(28) + 31) / 32 * 4;
        return header.getInt(10) + row * Math.abs((long) header.getInt(22)) <= bytes.length;
    }

    /** The orientation in a TIFF header's first directory, in either byte order. */
    private static int orientation(byte[] bytes, int begin, int end) {
        int length = Math.min(end, bytes.length) - begin;
        if (length < 14) {
            return UPRIGHT;
        }
        ByteBuffer tiff = ByteBuffer.wrap(bytes, begin, length).slice();
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xffff_ffffL;
        if (directory + 2 > length) {
            return UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xffff;
        for (int i = 0; i < entries && directory + 14 + 12L * i <= length; i++) {
            int entry = (int) directory + 2 + 12 * i;
            if ((tiff.getShort(entry) & 0xffff) == EXIF_ORIENTATION) {
                int value = tiff.getShort(entry + 8);
                return value >= UPRIGHT && value <= TURNED_MOST ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    private static boolean startsWith(byte[] bytes, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= bytes.length || bytes[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
