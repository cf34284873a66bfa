package dev.mnistnative.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** 200 connections at once, 20,000 requests, under the command's own limits. */
class LoadTest {
    private static final int CONNECTIONS = 200;
    private static final int REQUESTS = 20_000;

    @Test
    @Timeout(180)
    void everyRequestIsAnsweredRightly() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try (Model model = FirstPixel.model();
                DigitServer server = new DigitServer(
                        model, new ServeSettings("127.0.0.1", 0, null, 2000, 1 << 20, List.of()), line -> {})) {
            long begun = System.nanoTime();
            List<Callable<Integer>> work = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int digit = i % 10;
                work.add(() -> ask(server.url(), digit, REQUESTS / CONNECTIONS));
            }
            int right = 0;
            for (Future<Integer> done : clients.invokeAll(work)) {
                right += done.get();
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf("%d requests over %d connections: %.1f s%n", REQUESTS, CONNECTIONS, seconds);
            assertEquals(REQUESTS, right);
            assertTrue(Http.get(server.url(), "/metrics")
                    .body()
                    .contains("{path=\"/predict\",status=\"200\"} " + REQUESTS + "\n"));
        } finally {
            clients.shutdownNow();
        }
    }

    private static int ask(String url, int digit, int times) throws IOException {
        byte[] body = FirstPixel.json(digit).getBytes(StandardCharsets.UTF_8);
        int right = 0;
        try (Http http = new Http(url)) {
            for (int i = 0; i < times; i++) {
                Http.Answer answer = http.post("application/json", body);
                right += answer.status() == 200 && answer.body().startsWith("{\"digit\":" + digit + ",") ? 1 : 0;
            }
        }
        return right;
    }
}
