package dev.mnistnative.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/** Reads the bodies of requests: none larger than allowed, and all together no more than a share of the heap. */
final class Bodies {
    /** The largest limit that can be set. */
    static final int MAX_LIMIT = 1 << 30;

    private static final int UNIT = 1024;
    private static final int HEAP_SHARE = 4;

    private final int limit;

    /** Of the memory for bodies, in KiB. */
    private final int room =
            (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / HEAP_SHARE / UNIT);

    private final Semaphore free = new Semaphore(room);

    /** @param limit in bytes */
    Bodies(int limit) {
        this.limit = limit;
    }

    /** What is made of a body. */
    interface Use {
        byte[] of(byte[] body) throws IOException, Refusal;
    }

    byte[] read(HttpExchange exchange, Use use) throws IOException, Refusal {
        long announced = announced(exchange);
        if (announced > limit) {
            throw tooLarge();
        }
        int needed = (int) Math.min(room, announced / UNIT + 1);
        if (!free.tryAcquire(needed)) {
            throw new Refusal(Refusal.UNAVAILABLE, "too many requests have large bodies now; ask again in a moment");
        }
        try {
            return use.of(body(exchange.getRequestBody()));
        } finally {
            free.release(needed);
        }
    }

    /** The length of a body; of one in chunks the most that it may have. */
    private long announced(HttpExchange exchange) throws Refusal {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length == null) {
            return exchange.getRequestHeaders().containsKey("Transfer-Encoding") ? limit : 0;
        }
        try {
            return Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            throw new Refusal(Refusal.BAD_REQUEST, "Content-Length is no number");
        }
    }

    private byte[] body(InputStream in) throws Refusal {
        byte[] body;
        boolean more;
        try {
            body = in.readNBytes(limit);
            more = in.read() >= 0;
        } catch (IOException | RuntimeException e) { // the JDK's server throws either at chunks that are none
            throw new Refusal(Refusal.BAD_REQUEST, "the body cannot be read: " + e.getMessage());
        }
        if (more) {
            throw tooLarge();
        }
        return body;
    }

    private Refusal tooLarge() {
        return new Refusal(Refusal.TOO_LARGE, "the body must have at most " + limit + " bytes");
    }
}
