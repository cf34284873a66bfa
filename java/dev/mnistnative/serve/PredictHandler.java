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
import dev.mnistnative.data.NumberRange;
import dev.mnistnative.image.DigitNormalizer;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.image.PictureMemoryException;
import dev.mnistnative.image.UnreadableImageException;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.InputRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code POST /predict}: {@code application/json} with {@code {"pixels": [784 numbers 0..255, or all of them 0..1]}},
 * an image in MNIST's form; or {@code image/png}, {@code image/jpeg} and the like, a picture of any size, brought into
 * that form. Answers {@code {"digit": …, "probabilities": […], "pixels": […]}}, the pixels being what the net saw;
 * {@code name} and {@code names} where the model's classes have names, {@code notes} where a picture is remarkable.
 */
final class PredictHandler {
    private static final int PIXELS = DigitNormalizer.SIDE * DigitNormalizer.SIDE;
    private static final int MAX_VALUE = 255;
    private static final int MAX_DEPTH = 4;

    /** Like the drawing page's canvas, and half of its pen. */
    private static final int DRAWING = 280;

    private static final int PEN = 11;
    private static final int WARM_UP = 20;

    /** Pixels of the faintest digit. */
    private static final int FEWEST_INKED = 8;

    private static final int DECODER_SECONDS = 2;

    private final Model model;
    private final ServeMetrics metrics;
    private final Bodies bodies;

    /** A picture may take much memory, and a processor for a while. */
    private final Semaphore decoders =
            new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    PredictHandler(Model model, ServeMetrics metrics, int maxBodyBytes) {
        this.model = model;
        this.metrics = metrics;
        bodies = new Bodies(maxBodyBytes);
        json.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build());
    }

    byte[] answer(HttpExchange exchange) throws IOException, Refusal {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean picture = media.startsWith("image/");
        if (!picture && !media.equals("application/json")) {
            throw new Refusal(
                    Refusal.UNSUPPORTED_TYPE, "Content-Type must be application/json, image/png or image/jpeg");
        }
        List<String> notes = new ArrayList<>();
        byte[] pixels = bodies.read(exchange, body -> picture ? picture(body, notes) : pixels(body));
        float[] probabilities = model.probabilities(pixels);
        int digit = ArgMax.of(probabilities);
        metrics.predicted(digit);
        return reply(digit, probabilities, pixels, notes);
    }

    /** Does what answers need, so that the first ones do not wait for classes to be loaded and compiled. */
    void warmUp() throws IOException {
        byte[] stroke = new byte[DRAWING * DRAWING];
        for (int y = DRAWING / 4; y < 3 * DRAWING / 4; y++) {
            Arrays.fill(stroke, y * DRAWING + DRAWING / 2 - PEN, y * DRAWING + DRAWING / 2 + PEN, (byte) MAX_VALUE);
        }
        byte[] png = PictureFiles.png(PictureFiles.gray(stroke, DRAWING, DRAWING));
        for (int i = 0; i < WARM_UP; i++) {
            byte[] pixels = DigitNormalizer.normalize(PictureFiles.read(png, "a stroke", note -> {}));
            float[] probabilities = model.probabilities(pixels);
            reply(ArgMax.of(probabilities), probabilities, pixels, List.of());
        }
    }

    private byte[] reply(int digit, float[] probabilities, byte[] pixels, List<String> notes) throws IOException {
        ObjectNode answer = json.createObjectNode();
        answer.put("digit", digit);
        List<String> names = model.info().classNames();
        if (digit < names.size()) {
            answer.put("name", names.get(digit));
        }
        ArrayNode all = answer.putArray("probabilities");
        for (float probability : probabilities) {
            all.add(probability);
        }
        ArrayNode seen = answer.putArray("pixels");
        for (byte pixel : pixels) {
            seen.add(pixel & MAX_VALUE);
        }
        if (!names.isEmpty()) {
            names.forEach(answer.putArray("names")::add);
        }
        if (!notes.isEmpty()) {
            notes.forEach(answer.putArray("notes")::add);
        }
        return json.writeValueAsBytes(answer);
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
        float[] numbers = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            double value = values.get(i).isNumber() ? values.get(i).asDouble() : Double.NaN;
            if (!(value >= 0 && value <= MAX_VALUE)) {
                throw new Refusal(
                        Refusal.BAD_REQUEST,
                        "pixels[" + i + "] must be a number between 0 and " + MAX_VALUE + ", or all of them 0 to 1");
            }
            numbers[i] = (float) value;
        }
        float brightest = isOfUnitRange(numbers) ? 1 : MAX_VALUE;
        byte[] pixels = new byte[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            pixels[i] = (byte) Math.round(numbers[i] / brightest * MAX_VALUE);
        }
        return pixels;
    }

    /** Of 0 and 1 alone a drawing can be made in 0 … 1; in 0 … 255 it would be all but black. */
    private static boolean isOfUnitRange(float[] numbers) {
        InputRange range = InputRange.ofPixels(NumberRange.of(numbers));
        int ones = 0;
        for (float number : numbers) {
            ones += number == 1 ? 1 : 0;
        }
        return range == InputRange.UNIT || range == InputRange.UNKNOWN && ones >= FEWEST_INKED;
    }

    private byte[] picture(byte[] body, List<String> notes) throws Refusal {
        try {
            if (!decoders.tryAcquire(DECODER_SECONDS, TimeUnit.SECONDS)) {
                throw new Refusal(Refusal.UNAVAILABLE, "too many pictures at once; ask again in a moment");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Refusal.UNAVAILABLE, "the server is ending");
        }
        try {
            return DigitNormalizer.normalize(PictureFiles.read(body, "the body", notes::add));
        } catch (PictureMemoryException e) {
            throw new Refusal(Refusal.UNAVAILABLE, "the picture needs more memory than is left; ask again in a moment");
        } catch (DataFormatException e) {
            throw new Refusal(Refusal.BAD_REQUEST, e.getMessage());
        } catch (UnreadableImageException e) {
            throw new Refusal(Refusal.UNREADABLE, "the body: " + e.getMessage());
        } finally {
            decoders.release();
        }
    }
}
