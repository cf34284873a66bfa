package dev.mnistnative.report.html;

import dev.mnistnative.image.PictureFiles;
import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.Locale;

/** Small pieces of HTML. */
final class Html {
    private Html() {}

    /** Text that is only text, in an element or a quoted attribute. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** A table's cell with a share, in numbers and as a bar; "–" for one that is none. */
    static String share(double value) {
        return Double.isNaN(value)
                ? "<td>–"
                : String.format(
                        Locale.ROOT,
                        "<td class=\"bar\"><span style=\"--s:%.1f%%\"></span>%.1f %%",
                        100 * value,
                        100 * value);
    }

    /** An image that travels within the page, shown with hard pixels. */
    static String image(BufferedImage picture, String description, String cssClass) {
        return String.format(
                Locale.ROOT,
                "<img class=\"%s\" width=\"%d\" height=\"%d\" alt=\"%s\" src=\"data:image/png;base64,%s\">",
                cssClass,
                picture.getWidth(),
                picture.getHeight(),
                escape(description),
                Base64.getEncoder().encodeToString(PictureFiles.png(picture)));
    }
}
