package dev.mnistnative.serve;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mnistnative.model.Model;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A page to draw a digit on and to follow a training run, and what it asks for: {@code /predict}, {@code /model},
 * {@code /events}, {@code /healthz}, {@code /metrics}. Everything is answered from memory; no path leads to a file.
 */
public final class DigitServer implements AutoCloseable {
    private static final int BACKLOG = 512;
    private static final int THREADS = 256;
    private static final int WAITING = 1024;
    private static final int IDLE_SECONDS = 30;
    private static final int STOP_SECONDS = 1;

    /** A request must be whole, and an answer taken, within these. */
    private static final String REQUEST_SECONDS = "10";

    private static final int OK = 200;
    private static final int INTERNAL = 500;
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    static {
        // read once, by the JDK's first HttpServer; what the user has set stays
        setIfAbsent("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
        setIfAbsent("sun.net.httpserver.idleInterval", String.valueOf(IDLE_SECONDS));
        setIfAbsent("sun.net.httpserver.maxIdleConnections", String.valueOf(BACKLOG));
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("jdk.httpserver.maxConnections", "2048");
    }

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final ServeSettings settings;
    private final RateLimit rateLimit;
    private final ServeMetrics metrics = new ServeMetrics();
    private final EventStream events;
    private final boolean loopback;
    private final Map<String, Route> routes = new HashMap<>();

    private interface Answer {
        byte[] of(HttpExchange exchange) throws IOException, Refusal;
    }

    /** `answer` null = the event stream. */
    private record Route(String method, String type, Answer answer) {}

    /** Warms up, some tenths of a second the first time, and listens. */
    public DigitServer(Model model, ServeSettings settings) throws IOException {
        this.settings = settings;
        InetAddress address = InetAddress.getByName(settings.host());
        loopback = address.isLoopbackAddress();
        rateLimit = new RateLimit(settings.requestsPerSecond(), ServeSettings.BURST_SECONDS, System::nanoTime);
        events = new EventStream(settings.follow());
        addRoutes(model);
        threads = threads();
        server = HttpServer.create(new InetSocketAddress(address, settings.port()), BACKLOG);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Where it listens. */
    public String url() {
        String host = loopback ? "127.0.0.1" : settings.host();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.getAddress().getPort() + "/";
    }

    /** Answers what is under way, at most for a moment, and ends. */
    @Override
    public void close() {
        events.stop();
        server.stop(STOP_SECONDS);
        threads.shutdownNow();
    }

    private void addRoutes(Model model) throws IOException {
        PredictHandler predict = new PredictHandler(model, metrics, settings.maxBodyBytes());
        predict.warmUp();
        page("/", "index.html", "text/html; charset=utf-8");
        page("/page.css", "page.css", "text/css; charset=utf-8");
        page("/draw.js", "draw.js", "text/javascript; charset=utf-8");
        page("/training.js", "training.js", "text/javascript; charset=utf-8");
        page("/icon.svg", "icon.svg", "image/svg+xml");
        routes.put("/predict", new Route("POST", JSON, predict::answer));
        routes.put("/model", new Route("GET", TEXT, exchange -> utf8(model.net() + " on " + model.device())));
        routes.put("/healthz", new Route("GET", TEXT, exchange -> utf8("ok\n")));
        routes.put(
                "/metrics",
                new Route(
                        "GET",
                        "text/plain; version=0.0.4; charset=utf-8",
                        exchange -> utf8(metrics.text(model.nativeBytes()))));
        routes.put("/events", new Route("GET", null, null));
    }

    private void page(String path, String resource, String type) throws IOException {
        try (InputStream in = DigitServer.class.getResourceAsStream(resource)) {
            byte[] content = in.readAllBytes();
            routes.put(path, new Route("GET", type, exchange -> content));
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        long begun = System.nanoTime();
        String path = exchange.getRequestURI().getPath();
        Route route = routes.get(path);
        int status = INTERNAL;
        try {
            status = answer(exchange, route);
        } catch (Refusal e) {
            status = e.status();
            send(exchange, status, JSON, utf8("{\"error\":\"" + quoted(e.getMessage()) + "\"}\n"));
        } catch (RuntimeException e) {
            send(exchange, INTERNAL, JSON, utf8("{\"error\":\"internal error\"}\n"));
            throw e;
        } finally {
            metrics.answered(route == null ? "other" : path, status, System.nanoTime() - begun);
            exchange.close();
        }
    }

    private int answer(HttpExchange exchange, Route route) throws IOException, Refusal {
        requireOurName(exchange);
        if (!rateLimit.admits(exchange.getRemoteAddress().getAddress().getHostAddress())) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            throw new Refusal(
                    Refusal.TOO_MANY,
                    "more than " + settings.requestsPerSecond() + " requests a second; wait a little");
        }
        if (route == null) {
            throw new Refusal(Refusal.NOT_FOUND, "there is no such page");
        }
        if (!route.method().equals(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", route.method());
            throw new Refusal(Refusal.METHOD_NOT_ALLOWED, "only " + route.method() + " is understood here");
        }
        if (route.answer() == null) {
            events.answer(exchange);
        } else {
            send(exchange, OK, route.type(), route.answer().of(exchange));
        }
        return OK;
    }

    /** A foreign site whose name was pointed at this machine must not read along (DNS rebinding). */
    private void requireOurName(HttpExchange exchange) throws Refusal {
        String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
        String name = host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        if (loopback && !LOOPBACK_NAMES.contains(name)) {
            throw new Refusal(Refusal.FORBIDDEN, "this server answers to localhost only");
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
        if (status == Refusal.TOO_LARGE) {
            headers.set("Connection", "close"); // what is left of the body is not read
        }
        exchange.sendResponseHeaders(status, content.length);
        try (OutputStream out = exchange.getResponseBody()) { // its end sends it before the rest of the body is awaited
            out.write(content);
        }
    }

    private static ThreadPoolExecutor threads() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "serve-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }
}
