package dev.mnistnative.image;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What a picture's first bytes say it is. */
enum PictureFormat {
    PNG("a PNG picture", true),
    JPEG("a JPEG picture", true),
    GIF("a GIF picture", true),
    BMP("a BMP picture", true),
    TIFF("a TIFF picture", true),
    HEIC("a HEIC picture, as phones take them"),
    AVIF("an AVIF picture"),
    WEBP("a WebP picture"),
    ICON("an ICO icon"),
    JPEG_2000("a JPEG 2000 picture"),
    JPEG_XL("a JPEG XL picture"),
    PHOTOSHOP("a Photoshop file"),
    GIMP("a GIMP file"),
    OPEN_EXR("an OpenEXR picture"),
    RADIANCE("a Radiance picture"),
    DDS("a DDS texture"),
    QOI("a QOI picture"),
    NETPBM("a netpbm picture (PBM, PGM, PPM)"),
    DICOM("a DICOM picture"),
    DJVU("a DjVu document"),
    RAW("a camera's raw file"),
    PDF("a PDF document"),
    POSTSCRIPT("a PostScript document"),
    SVG("an SVG drawing"),
    HTML("a web page"),
    VIDEO("a video");

    /** So many bytes tell all of them apart. */
    static final int HEAD_BYTES = 512;

    private static final int DICOM_MARK = 128;

    private final String what;
    private final boolean read;

    PictureFormat(String what) {
        this(what, false);
    }

    PictureFormat(String what, boolean read) {
        this.what = what;
        this.read = read;
    }

    /** In words, with an article. */
    String what() {
        return what;
    }

    /** Whether this library can read it. */
    boolean isRead() {
        return read;
    }

    /** Null if it is none of these. */
    static PictureFormat of(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(HEAD_BYTES, bytes.length), StandardCharsets.ISO_8859_1);
        PictureFormat usual = usual(head);
        return usual != null ? usual : other(head);
    }

    private static PictureFormat usual(String head) {
        if (head.startsWith("\u0089PNG")) {
            return PNG;
        }
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (head.startsWith("GIF8")) {
            return GIF;
        }
        if (isBitmap(head)) {
            return BMP;
        }
        if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
            return head.startsWith("CR", 8) ? RAW : TIFF;
        }
        return null;
    }

    /** A table may begin with these two letters, but hardly with the bytes that are always 0 in a bitmap's header. */
    private static boolean isBitmap(String head) {
        return head.startsWith("BM") && head.length() >= 18 && head.startsWith("\0\0\0\0", 6)
                || head.startsWith("BM") && head.length() >= 18 && head.charAt(16) == 0 && head.charAt(17) == 0;
    }

    private static PictureFormat other(String head) {
        if (head.startsWith("ftyp", 4)) {
            return container(head);
        }
        if (head.startsWith("RIFF")) {
            return head.startsWith("WEBP", 8) ? WEBP : head.startsWith("AVI", 8) ? VIDEO : null;
        }
        if (head.startsWith("\0\0\1\0") && head.length() > 5 && head.charAt(4) > 0 && head.charAt(5) == 0
                || head.startsWith("\0\0\2\0")) {
            return ICON;
        }
        if (head.startsWith("DICM", DICOM_MARK)) {
            return DICOM;
        }
        if (head.matches("(?s)P[1-7]\\s+(#|\\d+\\s+\\d|WIDTH).*")) {
            return NETPBM;
        }
        return named(head);
    }

    private static PictureFormat container(String head) {
        String brands = head.substring(8, Math.min(head.length(), 40)).toLowerCase(Locale.ROOT);
        if (brands.startsWith("crx")) {
            return RAW;
        }
        if (brands.contains("avif") || brands.contains("avis")) {
            return AVIF;
        }
        return brands.contains("hei") || brands.contains("hev") || brands.contains("mif1") || brands.contains("msf1")
                ? HEIC
                : VIDEO;
    }

    private record Beginning(String text, PictureFormat format) {}

    private static final Beginning[] BEGINNINGS = {
        new Beginning("\0\0\0\u000cjP", JPEG_2000),
        new Beginning("\u00ffO\u00ffQ", JPEG_2000),
        new Beginning("\u00ff\n", JPEG_XL),
        new Beginning("\0\0\0\u000cJXL", JPEG_XL),
        new Beginning("8BPS", PHOTOSHOP),
        new Beginning("gimp xcf", GIMP),
        new Beginning("v/1\1", OPEN_EXR),
        new Beginning("#?RADIANCE", RADIANCE),
        new Beginning("#?RGBE", RADIANCE),
        new Beginning("DDS |", DDS),
        new Beginning("qoif", QOI),
        new Beginning("AT&TFORM", DJVU),
        new Beginning("FUJIFILMCCD-RAW", RAW),
        new Beginning("IIRO", RAW),
        new Beginning("IIU\0", RAW),
        new Beginning("%PDF", PDF),
        new Beginning("%!PS", POSTSCRIPT),
        new Beginning("\u001aE\u00df\u00a3", VIDEO),
        new Beginning("OggS", VIDEO),
        new Beginning("FLV\1", VIDEO),
        new Beginning("\0\0\1\u00ba", VIDEO),
        new Beginning("\0\0\1\u00b3", VIDEO),
    };

    private static PictureFormat named(String head) {
        for (Beginning beginning : BEGINNINGS) {
            if (head.startsWith(beginning.text())) {
                return beginning.format();
            }
        }
        String text =
                head.replaceFirst("^\u00ef\u00bb\u00bf", "").stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("<") && text.contains("<svg")) {
            return SVG;
        }
        return text.startsWith("<!doctype html") || text.startsWith("<html") ? HTML : null;
    }
}
