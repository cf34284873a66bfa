package dev.mnistnative.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.mnistnative.DataFormatException;
import dev.mnistnative.image.DigitNormalizer;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.image.UnreadableImageException;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.model.Model;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * {@code POST /predict}: {@code application/json} with {@code {"pixels": [784 numbers 0..255]}}, an image in MNIST's
 * form; or {@code image/png} or {@code image/jpeg}, a picture of any size, brought into that form. Answers {@code
 * {"digit": …, "probabilities": […], "pixels": […]}}, the pixels being what the net saw.
 */
final class PredictHandler {
    private static final int PIXELS = DigitNormalizer.SIDE * DigitNormalizer.SIDE;
    private static final int MAX_VALUE = 255;
    private static final int MAX_DEPTH = 4;

    /** Like the drawing page's canvas, and half of its pen. */
    private static final int DRAWING = 280;

    private static final int PEN = 11;
    private static final int WARM_UP = 20;

    private final Model model;
    private final ServeMetrics metrics;
    private final int maxBodyBytes;
    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    PredictHandler(Model model, ServeMetrics metrics, int maxBodyBytes) {
        this.model = model;
        this.metrics = metrics;
        this.maxBodyBytes = maxBodyBytes;
        json.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build());
    }

    byte[] answer(HttpExchange exchange) throws IOException, Refusal {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        byte[] pixels = switch (media) {
            case "application/json" -> pixels(body(exchange));
            case "image/png", "image/jpeg" -> picture(body(exchange));
            default ->
                throw new Refusal(
                        Refusal.UNSUPPORTED_TYPE, "Content-Type must be application/json, image/png or image/jpeg");
        };
        float[] probabilities = model.probabilities(pixels);
        int digit = ArgMax.of(probabilities);
        metrics.predicted(digit);
        return reply(digit, probabilities, pixels);
    }

    /** Does what answers need, so that the first ones do not wait for classes to be loaded and compiled. */
    void warmUp() throws IOException {
        byte[] stroke = new byte[DRAWING * DRAWING];
        for (int y = DRAWING / 4; y < 3 * DRAWING / 4; y++) {
            Arrays.fill(stroke, y * DRAWING + DRAWING / 2 - PEN, y * DRAWING + DRAWING / 2 + PEN, (byte) MAX_VALUE);
        }
        byte[] png = PictureFiles.png(PictureFiles.gray(stroke, DRAWING, DRAWING));
        for (int i = 0; i < WARM_UP; i++) {
            byte[] pixels = DigitNormalizer.normalize(PictureFiles.read(png, "a stroke"));
            float[] probabilities = model.probabilities(pixels);
            reply(ArgMax.of(probabilities), probabilities, pixels);
        }
    }

    private byte[] reply(int digit, float[] probabilities, byte[] pixels) throws IOException {
        ObjectNode answer = json.createObjectNode();
        answer.put("digit", digit);
        ArrayNode all = answer.putArray("probabilities");
        for (float probability : probabilities) {
            all.add(probability);
        }
        ArrayNode seen = answer.putArray("pixels");
        for (byte pixel : pixels) {
            seen.add(pixel & MAX_VALUE);
        }
        return json.writeValueAsBytes(answer);
    }

    private byte[] body(HttpExchange exchange) throws IOException, Refusal {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length != null && length.length() > String.valueOf(maxBodyBytes).length()
                || length != null && Long.parseLong(length) > maxBodyBytes) {
            throw tooLarge();
        }
        byte[] body = exchange.getRequestBody().readNBytes(maxBodyBytes + 1);
        if (body.length > maxBodyBytes) {
            throw tooLarge();
        }
        return body;
    }

    private Refusal tooLarge() {
        return new Refusal(Refusal.TOO_LARGE, "the body must have at most " + maxBodyBytes + " bytes");
    }

    private byte[] pixels(byte[] body) throws IOException, Refusal {
        JsonNode values;
        try {
            values = json.readTree(body).path("pixels");
        } catch (JsonProcessingException e) {
            throw new Refusal(Refusal.BAD_REQUEST, "the body is no JSON: " + e.getOriginalMessage());
        }
        if (!values.isArray() || values.size() != PIXELS) {
            throw new Refusal(Refusal.BAD_REQUEST, "pixels must be an array of " + PIXELS + " numbers");
        }
        byte[] pixels = new byte[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            double value = values.get(i).isNumber() ? values.get(i).asDouble() : Double.NaN;
            if (!(value >= 0 && value <= MAX_VALUE)) {
                throw new Refusal(Refusal.BAD_REQUEST, "pixels[" + i + "] must be a number between 0 and " + MAX_VALUE);
            }
            pixels[i] = (byte) Math.round(value);
        }
        return pixels;
    }

    private static byte[] picture(byte[] body) throws Refusal {
        try {
            return DigitNormalizer.normalize(PictureFiles.read(body, "the body"));
        } catch (DataFormatException e) {
            throw new Refusal(Refusal.BAD_REQUEST, e.getMessage());
        } catch (UnreadableImageException e) {
            throw new Refusal(Refusal.UNREADABLE, "the body: " + e.getMessage());
        }
    }
}
