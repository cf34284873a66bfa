package dev.mnistnative.serve;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The names by which the server may be asked for. A foreign site whose name was pointed at this machine must not read
 * along (DNS rebinding): on a loopback address only names of this machine are answered to, and those that are allowed
 * besides; elsewhere any, unless some are named.
 */
final class HostNames {
    private final boolean guarded;
    private final boolean loopback;
    private final Set<String> names = new HashSet<>(Set.of("localhost", "[::1]"));

    HostNames(InetAddress address, String host, List<String> allowed) {
        loopback = address.isLoopbackAddress();
        guarded = loopback || !allowed.isEmpty();
        names.add(inUrl(host));
        allowed.forEach(name -> names.add(inUrl(name)));
    }

    /** @param header of the request; null as HTTP/1.0 has it, which no browser speaks */
    boolean admit(String header) {
        if (header == null || !guarded) {
            return true;
        }
        String name = header.strip()
                .replaceFirst(":\\d*$", "")
                .replaceFirst("\\.$", "")
                .toLowerCase(Locale.ROOT);
        // an address is no name that a foreign site could own
        boolean address = name.matches(loopback ? "127(\\.\\d{1,3}){3}" : "\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");
        return address || names.contains(name);
    }

    /** A host as a URL has it: IPv6 addresses in brackets. */
    static String inUrl(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        return name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
    }
}
