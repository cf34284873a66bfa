package dev.mnistnative.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A headless Chromium, steered over the W3C WebDriver protocol. */
final class WebDriver implements AutoCloseable {
    private static final List<String> ARGUMENTS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1120,800");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int POLL_MILLIS = 50;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process driver;
    private final String base;
    private String session = "";

    private WebDriver(Process driver, int port) {
        this.driver = driver;
        base = "http://127.0.0.1:" + port;
    }

    /** The program of this name on the PATH. */
    static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param profile an empty folder */
    static WebDriver start(Path chromedriver, Path chromium, Path profile) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Process process = new ProcessBuilder(chromedriver.toString(), "--port=" + port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        WebDriver driver = new WebDriver(process, port);
        try {
            driver.open(chromium, profile);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroy();
            throw e;
        }
        return driver;
    }

    private void open(Path chromium, Path profile) throws IOException, InterruptedException {
        List<String> arguments = Stream.concat(ARGUMENTS.stream(), Stream.of("--user-data-dir=" + profile))
                .toList();
        Map<String, Object> options = Map.of("binary", chromium.toString(), "args", arguments);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                JsonNode value = call(
                        "POST",
                        "/session",
                        Map.of("capabilities", Map.of("alwaysMatch", Map.of("goog:chromeOptions", options))));
                session = "/session/" + value.path("sessionId").asText();
                return;
            } catch (ConnectException e) { // the driver is still starting
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    void visit(String url) throws IOException, InterruptedException {
        call("POST", session + "/url", Map.of("url", url));
    }

    /** The value of a JavaScript function body. */
    JsonNode script(String body) throws IOException, InterruptedException {
        return call("POST", session + "/execute/sync", Map.of("script", body, "args", List.of()));
    }

    /** Input of real devices: W3C actions. */
    void actions(Map<String, Object> device) throws IOException, InterruptedException {
        call("POST", session + "/actions", Map.of("actions", List.of(device)));
    }

    /** Waits until a JavaScript expression is true. */
    void await(String expression) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!script("return Boolean(" + expression + ")").asBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still not: " + expression + "; the page says: "
                        + script("return document.body.innerText").asText());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** What the window shows, as a PNG. */
    byte[] screenshot() throws IOException, InterruptedException {
        return Base64.getDecoder()
                .decode(call("GET", session + "/screenshot", null).asText());
    }

    private JsonNode call(String method, String path, Object body) throws IOException, InterruptedException {
        HttpRequest.BodyPublisher publisher = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body));
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, publisher)
                .timeout(PATIENCE)
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(method + " " + path + ": " + response.body());
        }
        return json.readTree(response.body()).path("value");
    }

    @Override
    public void close() throws IOException {
        try {
            call("DELETE", session, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            driver.destroy();
            driver.onExit().join();
        }
    }
}
