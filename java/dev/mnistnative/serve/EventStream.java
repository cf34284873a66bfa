package dev.mnistnative.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /events}: a training run's metrics as server-sent events, one for each line of its metrics.jsonl from the
 * first on, then as they come; an event {@code restart} where the file was begun anew.
 */
final class EventStream {
    private static final int MAX_STREAMS = 32;
    private static final int POLL_MILLIS = 250;

    /** A comment now and then: it finds out that a client has gone. */
    private static final int POLLS_PER_COMMENT = 40;

    private static final int OK = 200;

    private final Path file;
    private final Semaphore free = new Semaphore(MAX_STREAMS);
    private volatile boolean stopped;

    /** @param file null = no run is followed */
    EventStream(Path file) {
        this.file = file;
    }

    /** Streams until the client goes or the server stops. */
    void answer(HttpExchange exchange) throws IOException, Refusal {
        if (file == null) {
            throw new Refusal(Refusal.NOT_FOUND, "no run is followed: start the server with --follow F.jsonl");
        }
        if (!free.tryAcquire()) {
            throw new Refusal(Refusal.UNAVAILABLE, "too many pages follow the run already; close one");
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(OK, -1);
                return;
            }
            exchange.sendResponseHeaders(OK, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                stream(out);
            } catch (IOException e) {
                // the client has gone, as all do in the end
            }
        } finally {
            free.release();
        }
    }

    private void stream(OutputStream out) throws IOException {
        LineFollower follower = new LineFollower(file);
        send(out, "retry: 1000\n\n");
        for (int poll = 1; !stopped; poll++) {
            LineFollower.News news = follower.poll();
            StringBuilder events = new StringBuilder();
            if (news.restarted()) {
                events.append("event: restart\ndata: {}\n\n");
            }
            for (String line : news.lines()) {
                if (!line.isEmpty()) {
                    events.append("data: ").append(line).append("\n\n");
                }
            }
            if (poll % POLLS_PER_COMMENT == 0) {
                events.append(": still here\n\n");
            }
            if (!events.isEmpty()) {
                send(out, events.toString());
            }
            pause();
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    /** Ends all streams soon. */
    void stop() {
        stopped = true;
    }
}
