package dev.mnistnative.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the server listens, whom it answers, and what clients may do to it. */
@Timeout(60)
class HostileClientsTest {
    private static final int MAX_BODY = 100_000;

    private final Model model = FirstPixel.model();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        model.close();
    }

    private DigitServer server(String host, int maxBody, String... allowed) throws IOException {
        return new DigitServer(model, new ServeSettings(host, 0, null, 0, maxBody, List.of(allowed)), log::add);
    }

    private static int status(String url, String request) throws IOException {
        try (Http http = new Http(url)) {
            return http.send(request).read().status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:",
        "127.0.0.2, http://127.0.0.2:",
        "127.0.1.1, http://127.0.1.1:",
        "::1, http://[::1]:",
        "[::1], http://[::1]:",
        "localhost, http://localhost:",
        "0.0.0.0, http://localhost:"
    })
    void theUrlIsOneThatListens(String host, String begin) throws IOException {
        try (DigitServer server = server(host, MAX_BODY)) {
            assertTrue(server.url().startsWith(begin), server.url());
            String name =
                    server.url().substring("http://".length(), server.url().length() - 1);
            assertEquals(200, status(server.url(), "GET /healthz HTTP/1.1\r\nHost: " + name + "\r\n\r\n"));
        }
    }

    @Test
    void onlyNamesOfThisMachineAndAllowedOnesAreAnsweredTo() throws IOException {
        try (DigitServer server = server("127.0.0.1", MAX_BODY, "digits.example", "Other.example")) {
            String url = server.url();
            for (String name : List.of(
                    "localhost",
                    "localhost:80",
                    "127.0.0.1",
                    "127.9.9.9:1",
                    "[::1]:7",
                    "digits.example",
                    "DIGITS.example.:8080",
                    "other.example")) {
                assertEquals(200, status(url, "GET /healthz HTTP/1.1\r\nHost: " + name + "\r\n\r\n"), name);
            }
            for (String name : List.of(
                    "example.com", "localhost.example.com", "127.0.0.1.example.com", "a.digits.example", "10.0.0.1")) {
                assertEquals(403, status(url, "GET /healthz HTTP/1.1\r\nHost: " + name + "\r\n\r\n"), name);
            }
        }
    }

    @Test
    void aHealthCheckOfHttp10NeedsNoHost() throws IOException {
        try (DigitServer server = server("127.0.0.1", MAX_BODY)) {
            assertEquals(200, status(server.url(), "GET /healthz HTTP/1.0\r\n\r\n"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, /, 200",
        "HEAD, /healthz, 200",
        "HEAD, /nothing, 404",
        "OPTIONS, /predict, 204",
        "OPTIONS, /healthz, 204",
        "HEAD, /predict, 405",
        "DELETE, /predict, 405"
    })
    void methodsAreAnswered(String method, String path, int status) throws IOException {
        try (DigitServer server = server("127.0.0.1", MAX_BODY);
                Http http = new Http(server.url())) {
            http.send(Http.head(method, path, "Connection: close\r\n"));
            String all = http.rest();
            assertTrue(all.startsWith("HTTP/1.1 " + status + " "), all);
            String head = all.toLowerCase(Locale.ROOT);
            if (method.equals("HEAD")) {
                assertTrue(all.endsWith("\r\n\r\n") && head.contains("content-length: "), all);
            }
            if (status == 204 || status == 405) {
                assertTrue(
                        head.contains(path.equals("/predict") ? "allow: post, options" : "allow: get, head, options"),
                        all);
            }
        }
    }

    @Test
    void thePagesLinksAreRelative() throws IOException {
        try (DigitServer server = server("127.0.0.1", MAX_BODY)) {
            String page = Http.get(server.url(), "/").body();
            assertFalse(page.contains("=\"/"), page);
            assertFalse(Http.get(server.url(), "/draw.js").body().contains("fetch(\"/"));
            assertFalse(Http.get(server.url(), "/training.js").body().contains("EventSource(\"/"));
        }
    }

    /** (Some JDKs take an empty line for a size of 0, and wait for the line that ends the body.) */
    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-5\r\n", "\r\n\r\n", "5\r\nabcdefgh\r\n0\r\n\r\n", "ffffffffff\r\n"})
    void malformedChunksAreTheClientsFault(String chunks) throws IOException {
        try (DigitServer server = server("127.0.0.1", MAX_BODY);
                Http http = new Http(server.url())) {
            http.send(
                    Http.head("POST", "/predict", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"));
            int status = http.send(chunks).read().status();
            assertTrue(status == 400 || status == 413, "status " + status);
            assertEquals(List.of(), log);
        }
    }

    @Test
    void theLargestLimitOfBodiesWorksAndLargerOnesAreRefused() throws IOException {
        try (DigitServer server = server("127.0.0.1", Bodies.MAX_LIMIT)) {
            byte[] body = FirstPixel.json(7).getBytes(StandardCharsets.UTF_8);
            assertEquals(200, Http.post(server.url(), "application/json", body).status());
        }
        assertThrows(IllegalArgumentException.class, () -> server("127.0.0.1", Integer.MAX_VALUE));
    }

    /** Bodies that are announced and do not come hold their room, and only as long as their connections last. */
    @Test
    void bodiesThatFindNoRoomAreAskedToComeAgain() throws Exception {
        long needed = Runtime.getRuntime().maxMemory() / 4 / Bodies.MAX_LIMIT + 2;
        String head = Http.head(
                "POST", "/predict", "Content-Type: image/png\r\nContent-Length: " + Bodies.MAX_LIMIT + "\r\n");
        ExecutorService clients = Executors.newCachedThreadPool();
        List<Http> connections = new ArrayList<>();
        try (DigitServer server = server("127.0.0.1", Bodies.MAX_LIMIT)) {
            List<Callable<Http.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < needed; i++) {
                Http http = new Http(server.url());
                connections.add(http);
                answers.add(() -> http.send(head).read());
            }
            Http.Answer first = clients.invokeAny(answers);
            assertEquals(503, first.status(), first.body());
            assertTrue(first.head().toLowerCase(Locale.ROOT).contains("retry-after: 1\r\n"), first.head());
            assertEquals(200, Http.get(server.url(), "/healthz").status());
            for (Http http : connections) {
                http.close();
            }
            byte[] body = FirstPixel.json(7).getBytes(StandardCharsets.UTF_8);
            while (Http.post(server.url(), "application/json", body).status() != 200) {
                Thread.sleep(10);
            }
        } finally {
            for (Http http : connections) {
                http.close();
            }
            clients.shutdown();
        }
    }

    @Test
    void halfOpenRequestsDoNotStopHealthChecks() throws IOException {
        Http[] half = new Http[400];
        try (DigitServer server = server("127.0.0.1", MAX_BODY)) {
            for (int i = 0; i < half.length; i++) {
                half[i] = new Http(server.url()).send("GET /predict HTTP/1.1\r\nHos");
            }
            long begun = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertEquals(200, Http.get(server.url(), "/healthz").status());
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertTrue(millis < 5000, millis + " ms");
        } finally {
            for (Http http : half) {
                if (http != null) {
                    http.close();
                }
            }
        }
    }

    @Test
    void numbersOfZeroToOneAreBroughtToBytes() throws IOException {
        try (DigitServer server = server("127.0.0.1", MAX_BODY)) {
            String unit = "{\"pixels\":[0.0275,0.5,1" + ",0".repeat(781) + "]}";
            String answer = Http.post(server.url(), "application/json", unit.getBytes(StandardCharsets.UTF_8))
                    .body();
            assertTrue(answer.startsWith("{\"digit\":7,"), answer);
            assertTrue(answer.contains("\"pixels\":[7,128,255,0,"), answer);
        }
    }

    @Test
    void anInternalErrorLeavesALine() throws IOException {
        DigitServer server = server("127.0.0.1", MAX_BODY);
        try (server) {
            model.close(); // what uses it afterwards fails
            byte[] body = FirstPixel.json(7).getBytes(StandardCharsets.UTF_8);
            assertEquals(500, Http.post(server.url(), "application/json", body).status());
        }
        assertEquals(1, log.size());
        assertTrue(log.get(0).startsWith("status 500 for POST /predict: "), log.get(0));
    }
}
