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
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A page to draw a digit on and to follow a training run, and what it asks for: {@code /predict}, {@code /model},
 * {@code /events}, {@code /healthz}, {@code /metrics}. Everything is answered from memory; no path leads to a file.
 */
public final class DigitServer implements AutoCloseable {
    private static final int BACKLOG = 512;

    /**
     * One for each connection: a request that comes slowly holds a thread, and must not keep others from being read.
     */
    private static final int THREADS = 2048;

    private static final int STACK_BYTES = 256 * 1024;
    private static final int IDLE_SECONDS = 30;
    private static final int STOP_SECONDS = 1;

    /** A request must be whole, and an answer taken, within these. */
    private static final String REQUEST_SECONDS = "10";

    private static final int OK = 200;
    private static final int INTERNAL = 500;
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int NO_CONTENT = 204;
    private static final int NO_BODY = -1;

    static {
        // read once, by the JDK's first HttpServer; what the user has set stays
        setIfAbsent("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
        setIfAbsent("sun.net.httpserver.idleInterval", String.valueOf(IDLE_SECONDS));
        setIfAbsent("sun.net.httpserver.maxIdleConnections", String.valueOf(BACKLOG));
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("jdk.httpserver.maxConnections", String.valueOf(THREADS));
    }

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final ServeSettings settings;
    private final RateLimit rateLimit;
    private final ServeMetrics metrics = new ServeMetrics();
    private final EventStream events;
    private final HostNames names;
    private final Consumer<String> log;
    private final Map<String, Route> routes = new HashMap<>();

    private interface Answer {
        byte[] of(HttpExchange exchange) throws IOException, Refusal;
    }

    /** `answer` null = the event stream. */
    private record Route(String method, String type, Answer answer) {
        String allowed() {
            return method.equals("GET") ? "GET, HEAD, OPTIONS" : method + ", OPTIONS";
        }

        boolean allows(String asked) {
            return method.equals(asked) || method.equals("GET") && asked.equals("HEAD");
        }
    }

    /**
     * Warms up, some tenths of a second the first time, and listens.
     *
     * @param log is told of each request that failed by the server's fault, a line each
     */
    public DigitServer(Model model, ServeSettings settings, Consumer<String> log) throws IOException {
        this.settings = settings;
        this.log = log;
        InetAddress address = InetAddress.getByName(settings.host());
        names = new HostNames(address, settings.host(), settings.allowedHosts());
        rateLimit = new RateLimit(settings.requestsPerSecond(), ServeSettings.BURST_SECONDS, System::nanoTime);
        events = new EventStream(settings.follow());
        addRoutes(model);
        threads = threads();
        server = HttpServer.create(new InetSocketAddress(address, settings.port()), BACKLOG);
        server.setExecutor(this::execute);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Where it listens. */
    public String url() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().isAnyLocalAddress() ? "localhost" : HostNames.inUrl(settings.host());
        return "http://" + host + ":" + address.getPort() + "/";
    }

    /** The JDK's server ends its only dispatching thread at an error, but closes the connection at an exception. */
    private void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (OutOfMemoryError e) {
            throw new RejectedExecutionException("no memory for a thread", e);
        }
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
        page("/icon.svg", "icon.svg", "image/svg+xml; charset=utf-8");
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
            refuse(exchange, status, e.getMessage());
        } catch (OutOfMemoryError e) {
            status = Refusal.UNAVAILABLE;
            log.accept("out of memory at " + exchange.getRequestMethod() + " " + path + ": " + e.getMessage());
            refuse(exchange, status, "the server has too little memory now; ask again in a moment");
        } catch (RuntimeException | Error e) {
            log.accept("status 500 for " + exchange.getRequestMethod() + " " + path + ": " + e);
            refuse(exchange, INTERNAL, "internal error");
        } finally {
            metrics.answered(route == null ? "other" : path, status, System.nanoTime() - begun);
            exchange.close();
        }
    }

    private static void refuse(HttpExchange exchange, int status, String sentence) throws IOException {
        if (status == Refusal.UNAVAILABLE || status == Refusal.TOO_MANY) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        }
        send(exchange, status, JSON, utf8("{\"error\":\"" + quoted(sentence) + "\"}\n"));
    }

    private int answer(HttpExchange exchange, Route route) throws IOException, Refusal {
        if (!names.admit(exchange.getRequestHeaders().getFirst("Host"))) {
            throw new Refusal(
                    Refusal.FORBIDDEN, "this server does not answer to that name; serve --allow-host NAME allows it");
        }
        if (!rateLimit.admits(exchange.getRemoteAddress().getAddress().getHostAddress())) {
            throw new Refusal(
                    Refusal.TOO_MANY,
                    "more than " + settings.requestsPerSecond() + " requests a second; wait a little");
        }
        if (route == null) {
            throw new Refusal(Refusal.NOT_FOUND, "there is no such page");
        }
        String method = exchange.getRequestMethod();
        if (method.equals("OPTIONS")) {
            exchange.getResponseHeaders().set("Allow", route.allowed());
            exchange.sendResponseHeaders(NO_CONTENT, NO_BODY);
            return NO_CONTENT;
        }
        if (!route.allows(method)) {
            exchange.getResponseHeaders().set("Allow", route.allowed());
            throw new Refusal(Refusal.METHOD_NOT_ALLOWED, "only " + route.allowed() + " are understood here");
        }
        if (route.answer() == null) {
            events.answer(exchange);
        } else {
            send(exchange, OK, route.type(), route.answer().of(exchange));
        }
        return OK;
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
        if (status == Refusal.TOO_LARGE || status == Refusal.UNAVAILABLE || status == Refusal.BAD_REQUEST) {
            headers.set("Connection", "close"); // what is left of the body is not read
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(status, NO_BODY);
            return;
        }
        exchange.sendResponseHeaders(status, content.length);
        try (OutputStream out = exchange.getResponseBody()) { // its end sends it before the rest of the body is awaited
            out.write(content);
        }
    }

    private static ThreadPoolExecutor threads() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(null, task, "serve-" + number.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
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
