package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real program serving in a process of its own. */
@Timeout(120)
class ServeCommandTest {
    private static final String PLACE = " --scale unit --device cpu --threads 1 --precision float32 --isa sse4";

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        model = TrainedModel.write(folder.resolve("m.safetensors"));
    }

    private static int get(HttpClient client, String url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpResponse<String> predict(HttpClient client, String url, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "predict"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void itServesAsItsOptionsSayAndEndsWith130() throws Exception {
        Path metrics = Files.writeString(folder.resolve("m.jsonl"), "{\"event\":\"start\"}\n");
        String words = "serve --model " + model + " --port 0 --host 127.0.0.1 --follow " + metrics
                + " --rate 2 --max-body 3000 --verbose" + PLACE;
        Process process = new ProcessBuilder(Program.command(words.split(" ")))
                .redirectError(folder.resolve("err.txt").toFile())
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            assertTrue(line.matches("serving .+ on http://127\\.0\\.0\\.1:\\d+/"), line);
            String url = line.substring(line.indexOf("http://"));
            HttpClient client = HttpClient.newHttpClient();
            HttpResponse<String> prediction = predict(client, url, "{\"pixels\":[0" + ",0".repeat(783) + "]}");
            assertEquals(200, prediction.statusCode());
            assertTrue(prediction.body().startsWith("{\"digit\":"), prediction.body());
            assertEquals(413, predict(client, url, " ".repeat(3001)).statusCode());
            var events = client.send(
                    HttpRequest.newBuilder(URI.create(url + "events")).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, events.statusCode());
            int refused = 0;
            for (int i = 0; i < 30; i++) { // bursts of ten times the rate are let through
                refused += get(client, url + "healthz") == 429 ? 1 : 0;
            }
            assertTrue(refused > 0, "the rate is not held");
            Program.kill("TERM", process);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it goes on");
            assertEquals(ExitCode.INTERRUPTED, process.exitValue(), Files.readString(folder.resolve("err.txt")));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Cli.line("serve --model " + model + " --port " + taken.getLocalPort())
                    .failed(ExitCode.FAILED, "cannot listen on port " + taken.getLocalPort(), "--port");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--port 65536, port is 65536",
        "--rate -1, rate is -1",
        "--max-body 0, max-body is 0",
        "--scale tiny, 'tiny'",
        "--threads 0, --threads is 0"
    })
    void badSettingsAreRefused(String words, String part) {
        Cli.line("serve --model " + model + " " + words).failed(ExitCode.USAGE, part);
    }

    @Test
    void aNetThatTakesNoPicturesIsRefused() throws IOException {
        Path small = folder.resolve("small.safetensors");
        Cli.line("--layers 4,2 --batch-size 2 --epochs 1 --device cpu --label-column kind --data "
                        + Files.writeString(folder.resolve("t.csv"), "a,b,c,d,kind\n9,1,0,2,0\n1,9,3,0,1\n")
                        + " --save "
                        + small)
                .succeeded();
        Cli.line("serve --model " + small).failed(ExitCode.USAGE, "4-2", "784");
    }
}
