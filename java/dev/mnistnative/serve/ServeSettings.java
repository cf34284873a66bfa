package dev.mnistnative.serve;

import java.nio.file.Path;
import java.util.List;

/**
 * Where to listen and how much to take.
 *
 * @param host name or address; a loopback one is reachable from this machine alone
 * @param port 0 = any free one
 * @param follow a training run's metrics.jsonl, or null; need not exist yet
 * @param requestsPerSecond of one client address, 0 = any number; bursts of {@link #BURST_SECONDS} times that are let
 *     through
 * @param maxBodyBytes of a request, at most a gibibyte
 * @param allowedHosts names to be asked by beside this machine's own, e.g. that of a proxy in front
 */
public record ServeSettings(
        String host, int port, Path follow, int requestsPerSecond, int maxBodyBytes, List<String> allowedHosts) {
    /** How many seconds' worth of requests may come at once. */
    static final int BURST_SECONDS = 10;

    private static final int MAX_PORT = 65_535;

    public ServeSettings {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port is " + port + ", but must be between 0 and " + MAX_PORT);
        }
        if (requestsPerSecond < 0) {
            throw new IllegalArgumentException("rate is " + requestsPerSecond + ", but must be at least 0");
        }
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("max-body is " + maxBodyBytes + ", but must be at least 1");
        }
        if (maxBodyBytes > Bodies.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "max-body is " + maxBodyBytes + ", but must be at most " + Bodies.MAX_LIMIT);
        }
        allowedHosts = List.copyOf(allowedHosts);
    }
}
