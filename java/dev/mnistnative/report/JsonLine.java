package dev.mnistnative.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mnistnative.internal.IoAction;
import java.io.IOException;
import java.io.PrintWriter;

/** One JSON object on a line of its own, for a program that reads our standard output. */
public final class JsonLine {
    private JsonLine() {}

    /** Prints the object whose fields the action writes; {@code out} stays open. */
    public static void print(PrintWriter out, IoAction<JsonGenerator> fields) throws IOException {
        try (JsonGenerator json =
                new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartObject();
            fields.on(json);
            json.writeEndObject();
        }
        out.println();
    }
}
