package dev.mnistnative.report.html;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.internal.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page that opens anywhere without a network: one frame with the style, and a body of its own for each kind. */
final class HtmlPage {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    private HtmlPage() {}

    /**
     * A whole page.
     *
     * @param title plain text
     * @param body the template of what stands in the frame
     * @param fill what stands in a place of the body, as HTML; title and version are filled already
     */
    static String of(String title, String body, UnaryOperator<String> fill) throws IOException {
        UnaryOperator<String> known = place -> switch (place) {
            case "title" -> Html.escape(title);
            case "version" -> Html.escape(MnistRuntime.version());
            default -> fill.apply(place);
        };
        String filled = filled(body, known);
        return filled("page.html", place -> place.equals("body") ? filled : known.apply(place));
    }

    private static String filled(String template, UnaryOperator<String> fill) throws IOException {
        try (InputStream in = HtmlPage.class.getResourceAsStream(template)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return PLACE.matcher(text).replaceAll(place -> Matcher.quoteReplacement(fill.apply(place.group(1))));
        }
    }

    /** Writes a page whole or not at all, replacing a file of that name. */
    static void write(Path file, String html) throws IOException {
        ByteBuffer page = StandardCharsets.UTF_8.encode(html);
        WholeFile.write(file, out -> WholeFile.writeAll(out, page));
    }
}
