package dev.mnistnative.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.model.Model;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DigitServerTest {
    private static final int MAX_BODY = 100_000;
    private static final int UNDER_WAY_MILLIS = 200;

    @TempDir
    Path folder;

    private final Model model = FirstPixel.model();
    private Path followed;
    private DigitServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        followed = folder.resolve("m.jsonl");
        server =
                new DigitServer(model, new ServeSettings("127.0.0.1", 0, followed, 0, MAX_BODY, List.of()), line -> {});
        url = server.url();
    }

    @AfterEach
    void stop() {
        server.close();
        model.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "/,text/html",
        "/page.css,text/css",
        "/draw.js,text/javascript",
        "/training.js,text/javascript",
        "/icon.svg,image/svg+xml",
        "/healthz,text/plain",
        "/model,text/plain"
    })
    void pagesAreServed(String path, String type) throws IOException {
        Http.Answer answer = Http.get(url, path);
        assertEquals(200, answer.status());
        assertTrue(answer.head().toLowerCase(Locale.ROOT).contains("content-type: " + type), answer.head());
        assertTrue(answer.head().contains("default-src 'self'"), answer.head());
    }

    @Test
    void jsonIsPredicted() throws IOException {
        Http.Answer answer = Http.post(url, "application/json; charset=utf-8", bytes(FirstPixel.json(7)));
        assertEquals(200, answer.status());
        assertTrue(answer.body().startsWith("{\"digit\":7,\"probabilities\":[0.0,"), answer.body());
        assertTrue(answer.body().contains("\"pixels\":[7,0,0,"), answer.body());
    }

    @Test
    void aPngIsNormalized() throws IOException {
        byte[] pixels = new byte[60 * 60];
        for (int y = 10; y < 50; y++) {
            pixels[y * 60 + 30] = (byte) 255;
        }
        Http.Answer answer = Http.post(url, "image/png", PictureFiles.png(PictureFiles.gray(pixels, 60, 60)));
        assertEquals(200, answer.status());
        String seen = answer.body().substring(answer.body().indexOf("\"pixels\":["));
        assertEquals(20, seen.split("255", -1).length - 1, seen);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | {\"pixels\":[1,2,3]} | 400 | an array of 784 numbers",
                "application/json | {} | 400 | an array of 784 numbers",
                "application/json | {\"pixels\":[ | 400 | no JSON",
                "application/json | [[[[[[[[1]]]]]]]] | 400 | no JSON",
                "application/json | nonsense | 400 | no JSON",
                "application/json | '' | 400 | an array of 784 numbers",
                "image/png | nonsense | 400 | no picture",
                "text/plain | 7 | 415 | Content-Type must be",
            })
    void badBodiesAreRefused(String type, String body, int status, String part) throws IOException {
        Http.Answer answer = Http.post(url, type, bytes(body));
        assertEquals(status, answer.status());
        assertTrue(answer.body().startsWith("{\"error\":\"") && answer.body().contains(part), answer.body());
    }

    @Test
    void badNumbersAndBadPicturesAreRefused() throws IOException {
        String tooBright = FirstPixel.json(7).replace("[7,", "[256,");
        assertEquals(400, Http.post(url, "application/json", bytes(tooBright)).status());
        String noNumber = FirstPixel.json(7).replace("[7,", "[\"7\",");
        assertEquals(400, Http.post(url, "application/json", bytes(noNumber)).status());
        String trailing = FirstPixel.json(7) + "{}";
        assertEquals(400, Http.post(url, "application/json", bytes(trailing)).status());
        byte[] png = PictureFiles.png(PictureFiles.gray(new byte[28 * 28], 28, 28));
        assertEquals(422, Http.post(url, "image/png", png).status(), "a blank picture");
        byte[] cut = Arrays.copyOf(png, png.length / 2);
        assertEquals(400, Http.post(url, "image/png", cut).status());
        png[18] = 127; // a width of two million
        png[22] = 127;
        assertEquals(400, Http.post(url, "image/png", png).status());
    }

    @Test
    void aBodyOfTenMegabytesIsRefusedUnread() throws IOException {
        byte[] body = new byte[10_000_000];
        try (Http http = new Http(url)) {
            http.send(Http.head(
                    "POST", "/predict", "Content-Type: image/png\r\nContent-Length: " + body.length + "\r\n"));
            assertEquals(413, http.read().status());
            assertThrows(IOException.class, () -> {
                while (true) {
                    http.send(body); // cut off at some point
                }
            });
        }
        try (Http http = new Http(url)) {
            http.send(Http.head("POST", "/predict", "Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n"));
            http.send(Integer.toHexString(2 * MAX_BODY) + "\r\n").send(new byte[2 * MAX_BODY]);
            assertEquals(413, http.read().status());
        }
        assertEquals(200, Http.get(url, "/healthz").status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../pom.xml",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/..%2f..%2fetc/passwd",
                "//etc/passwd",
                "/DigitServer.class",
                "/healthz/../../pom.xml",
                "/index.html%00"
            })
    void noPathLeadsToAFile(String path) throws IOException {
        int status = Http.get(url, path).status();
        assertTrue(status == 404 || status == 400, path + ": " + status);
    }

    @Test
    void otherMethodsAndForeignNamesAreRefused() throws IOException {
        Http.Answer get = Http.get(url, "/predict");
        assertEquals(405, get.status());
        assertTrue(get.head().contains("Allow: POST"), get.head());
        try (Http http = new Http(url)) {
            http.send("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
            assertEquals(403, http.read().status());
        }
    }

    @Test
    void aClientMayAskSoOften() throws IOException {
        try (DigitServer slow =
                new DigitServer(model, new ServeSettings("127.0.0.1", 0, null, 1, MAX_BODY, List.of()), line -> {})) {
            int refused = 0;
            for (int i = 0; i < 3 * ServeSettings.BURST_SECONDS; i++) {
                Http.Answer answer = Http.get(slow.url(), "/healthz");
                assertTrue(answer.status() == 200 || answer.status() == 429, answer.head());
                refused += answer.status() == 429 ? 1 : 0;
            }
            assertTrue(refused > 0 && refused <= 2 * ServeSettings.BURST_SECONDS, refused + " refused");
        }
    }

    /** Three hundred clients that send a byte now and then: others are answered, and in the end they are cut off. */
    @Test
    void slowClientsAreCutOff() throws Exception {
        Http[] slow = new Http[300];
        for (int i = 0; i < slow.length; i++) {
            slow[i] = new Http(url).send("POST /predict HTTP/1.1\r\nHost: local");
        }
        long begun = System.nanoTime();
        int cut = 0;
        for (int second = 0; second < 25 && cut < slow.length; second++) {
            Thread.sleep(1000);
            cut = 0;
            for (Http http : slow) {
                try {
                    http.send("h");
                } catch (IOException e) {
                    cut++;
                }
            }
        }
        assertEquals(
                slow.length, cut, "cut off after " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) + " s");
        for (Http http : slow) {
            http.close();
        }
        assertEquals(200, Http.get(url, "/healthz").status());
    }

    private String metricsWith(String line) throws IOException {
        String text = Http.get(url, "/metrics").body();
        for (int tries = 0; tries < 100 && !text.contains(line); tries++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            text = Http.get(url, "/metrics").body();
        }
        assertTrue(text.contains(line), text);
        return text;
    }

    @Test
    void metricsCount() throws IOException {
        Http.post(url, "application/json", bytes(FirstPixel.json(3)));
        Http.get(url, "/no/such/page");
        // A request is counted when its answer is out, so a moment later than its answer is read.
        metricsWith("mnist_native_requests_total{path=\"other\",status=\"404\"} 1\n");
        String text = metricsWith("mnist_native_requests_total{path=\"/predict\",status=\"200\"} 1\n");
        assertTrue(text.contains("mnist_native_predictions_total{digit=\"3\"} 1\n"), text);
        assertTrue(text.matches("(?s).*mnist_native_request_seconds_bucket\\{le=\"\\+Inf\"\\} ([2-9]|\\d\\d).*"), text);
        assertTrue(text.contains("mnist_native_model_bytes " + model.nativeBytes() + "\n"), text);
    }

    @Test
    void aRunIsFollowed() throws IOException {
        Files.writeString(followed, "{\"event\":\"start\"}\n{\"event\":\"ep");
        try (BufferedReader events = new BufferedReader(
                new InputStreamReader(URI.create(url + "events").toURL().openStream(), StandardCharsets.UTF_8))) {
            assertEquals("{\"event\":\"start\"}", next(events));
            Files.writeString(followed, "och\"}\n", StandardOpenOption.APPEND);
            assertEquals("{\"event\":\"epoch\"}", next(events));
            Files.writeString(followed, "{}\n");
            assertEquals("restart", next(events));
            assertEquals("{}", next(events)); // of the restart
            assertEquals("{}", next(events));
        }
    }

    /** The next event's name or data. */
    private static String next(BufferedReader events) throws IOException {
        while (true) {
            String line = events.readLine();
            if (line.startsWith("data: ") || line.startsWith("event: ")) {
                return line.substring(line.indexOf(' ') + 1);
            }
        }
    }

    @Test
    void withoutARunThereAreNoEvents() throws IOException {
        try (DigitServer alone =
                new DigitServer(model, new ServeSettings("127.0.0.1", 0, null, 0, MAX_BODY, List.of()), line -> {})) {
            Http.Answer answer = Http.get(alone.url(), "/events");
            assertEquals(404, answer.status());
            assertTrue(answer.body().contains("--follow"), answer.body());
        }
    }

    @Test
    void whatIsUnderWayIsAnsweredBeforeTheEnd() throws Exception {
        byte[] body = bytes(FirstPixel.json(5));
        try (Http late = new Http(url)) {
            late.send(Http.head(
                    "POST", "/predict", "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n"));
            late.send(Arrays.copyOf(body, 9));
            Thread.sleep(UNDER_WAY_MILLIS);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
            Thread.sleep(UNDER_WAY_MILLIS);
            assertFalse(closing.isDone());
            late.send(Arrays.copyOfRange(body, 9, body.length));
            assertEquals(200, late.read().status());
            closing.get();
        }
        assertThrows(IOException.class, () -> Http.get(url, "/healthz"));
    }
}
