package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.serve.DigitServer;
import dev.mnistnative.serve.ServeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a real browser. Needs chromium and chromedriver on the PATH. */
class BrowserTest {
    private static final int SIDE = 28;
    private static final int BRIGHT = 128;
    private static final Placement ONE_THREAD = new Placement(Device.cpu(), Precision.FLOAT32, 1, "auto");

    @TempDir
    static Path folder;

    private static Path metrics;
    private static Model predictor;
    private static DigitServer server;
    private static WebDriver browser;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Optional<Path> chromedriver = WebDriver.program("chromedriver");
        Optional<Path> chromium = WebDriver.program("chromium");
        if (chromedriver.isEmpty() || chromium.isEmpty()) {
            String reason = "SKIPPED BrowserTest: no chromium and chromedriver on the PATH";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        metrics = folder.resolve("m.jsonl");
        predictor = Model.load(TrainedModel.write(folder.resolve("m.safetensors")), ONE_THREAD);
        server = new DigitServer(
                predictor, new ServeSettings("127.0.0.1", 0, metrics, 0, 1 << 20, List.of()), line -> {});
        browser = WebDriver.start(chromedriver.get(), chromium.get(), Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
            predictor.close();
        }
    }

    private static Map<String, Object> pointer(String type, double x, double y) {
        return switch (type) {
            case "pointerMove" -> Map.of("type", type, "duration", 0, "x", Math.round(x), "y", Math.round(y));
            default -> Map.of("type", type, "button", 0);
        };
    }

    /** The rows of bright pixels as strokes: each run of them drawn from its first to its last. */
    private static List<Map<String, Object>> strokes(byte[] pixels, double left, double top, double pixel) {
        List<Map<String, Object>> actions = new ArrayList<>();
        for (int y = 0; y < SIDE; y++) {
            boolean down = false;
            for (int x = 0; x <= SIDE; x++) {
                boolean bright = x < SIDE && (pixels[y * SIDE + x] & 0xff) >= BRIGHT;
                if (bright) {
                    actions.add(pointer("pointerMove", left + (x + 0.5) * pixel, top + (y + 0.5) * pixel));
                }
                if (bright != down) {
                    actions.add(pointer(bright ? "pointerDown" : "pointerUp", 0, 0));
                    down = bright;
                }
            }
        }
        return actions;
    }

    private static void draw(byte[] pixels) throws IOException, InterruptedException {
        JsonNode box = browser.script("const b = document.getElementById('canvas').getBoundingClientRect();"
                + "return {x: b.left, y: b.top, side: b.width}");
        double pixel = box.path("side").asDouble() / SIDE;
        browser.actions(Map.of(
                "type",
                "pointer",
                "id",
                "mouse",
                "parameters",
                Map.of("pointerType", "mouse"),
                "actions",
                strokes(pixels, box.path("x").asDouble(), box.path("y").asDouble(), pixel)));
    }

    private static void press(String... keys) throws IOException, InterruptedException {
        List<Map<String, Object>> actions = new ArrayList<>();
        for (String key : keys) {
            actions.add(Map.of("type", "keyDown", "value", key));
            actions.add(Map.of("type", "keyUp", "value", key));
        }
        browser.actions(Map.of("type", "key", "id", "keyboard", "actions", actions));
    }

    /** Kept where -Dmn.screenshots=DIR says, to be looked at. */
    private static void keep(String name) throws IOException, InterruptedException {
        String target = System.getProperty("mn.screenshots");
        if (target != null) {
            Files.write(Path.of(target, name + ".png"), browser.screenshot());
        }
    }

    /** A palm or a second finger must not smear the drawing. */
    @Test
    void onlyTheFirstFingerDraws() throws IOException, InterruptedException {
        browser.visit(server.url());
        JsonNode drawn = browser.script("const c = document.getElementById('canvas'); c.setPointerCapture = () => {};"
                + "const b = c.getBoundingClientRect(), f = b.width / 280;"
                + "const at = (type, id, x, y) => c.dispatchEvent(new PointerEvent(type, {pointerId: id, button: 0,"
                + " buttons: 1, clientX: b.left + x * f, clientY: b.top + y * f, bubbles: true}));"
                + "at('pointerdown', 1, 60, 40); at('pointerdown', 2, 220, 40); at('pointermove', 1, 60, 140);"
                + "at('pointermove', 2, 220, 140); at('pointerup', 2, 220, 140); at('pointermove', 1, 60, 240);"
                + "at('pointerup', 1, 60, 240);"
                + "const p = (x, y) => c.getContext('2d').getImageData(x, y, 1, 1).data[0];"
                + "return {first: p(60, 90), afterwards: p(60, 200), second: p(220, 90), between: p(140, 90)}");
        assertEquals("{\"afterwards\":255,\"between\":0,\"first\":255,\"second\":0}", drawn.toString());
    }

    @Test
    void aDrawnSevenIsReadAsASeven() throws IOException, InterruptedException {
        byte[] seven = new byte[SIDE * SIDE];
        try (Dataset test = Mnist.test()) {
            assertEquals(7, test.label(0));
            test.pixels().get(seven);
        }
        browser.visit(server.url());
        draw(seven);
        browser.await("document.getElementById('said').textContent.startsWith('7, ')");
        keep("draw");
        assertEquals(
                "7",
                browser.script("return document.getElementById('digit').textContent")
                        .asText());
        assertEquals(
                "7",
                browser.script("return document.querySelector('#bars .best .name').textContent")
                        .asText());
        assertTrue(browser.script("return document.getElementById('seen').getContext('2d')"
                        + ".getImageData(0, 0, 28, 28).data.some((v, i) => i % 4 === 0 && v > 200)")
                .asBoolean());
        press("c");
        browser.await("document.getElementById('digit').textContent === '–'");
    }

    @Test
    void aOneCanBeDrawnByKeyboardAndUndone() throws IOException, InterruptedException {
        browser.visit(server.url());
        browser.script("document.getElementById('canvas').focus()");
        String up = "\uE013";
        String down = "\uE015";
        press(up, up, up, up, up, up, up, up, " ");
        press(down, down, down, down, down, down, down, down, down, down, down, down, down, down, down, " ");
        browser.await("document.getElementById('said').textContent.startsWith('1, ')");
        press("z");
        browser.await("document.getElementById('said').textContent === 'Draw a digit.'");
    }

    @Test
    void aRunIsFollowedInTheSecondTab() throws IOException, InterruptedException {
        Files.writeString(
                metrics,
                "{\"event\":\"start\",\"layers\":[784,10],\"device\":\"cpu\",\"evaluated_on\":\"test\",\"epochs\":5,"
                        + "\"steps_per_epoch\":2,\"optimizer\":\"adam\",\"lr\":0.001}\n");
        browser.visit(server.url());
        browser.script("document.getElementById('tab-training').click()");
        browser.await("document.getElementById('run').textContent.includes('784-10')");
        StringBuilder lines = new StringBuilder();
        for (int epoch = 1; epoch <= 5; epoch++) {
            for (int step = 1; step <= 2; step++) {
                lines.append("{\"event\":\"step\",\"epoch\":%d,\"step\":%d,\"loss\":%.1f}%n"
                        .formatted(epoch, step, 2.5 / (epoch + step)));
            }
            lines.append(
                    "{\"event\":\"epoch\",\"epoch\":%d,\"train_loss\":%.2f,\"train_accuracy\":%.2f,\"test_loss\":0.5,"
                                    .formatted(epoch, 1.5 / epoch, 1 - 0.3 / epoch)
                            + "\"test_accuracy\":0.9,\"images_per_second\":1000}\n");
        }
        lines.append("{\"event\":\"end\",\"reason\":\"completed\",\"seconds\":3}\n");
        Files.writeString(metrics, lines.toString(), StandardOpenOption.APPEND);
        browser.await("document.getElementById('run').textContent.endsWith('ended: completed')");
        keep("training");
        assertEquals(
                10,
                browser.script("return document.querySelectorAll('#loss circle').length")
                        .asInt());
        assertTrue(browser.script("return document.getElementById('cards').innerText")
                .asText()
                .contains("90.00 %"));
        browser.script("document.getElementById('tab-draw').click()");
        browser.await("!document.getElementById('draw').hidden");
    }
}
