package dev.mnistnative.binding.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The native libraries of one platform on the class path. The build writes each one's SHA-256 beside them, so that a
 * start needs to hash nothing to know which ones they are.
 */
final class PackedLibraries {
    private static final String PLACE = "dev/mnistnative/binding/";
    private static final String LIST = "libraries.sha256";
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([\\w.-]+)");
    private static final int KEY_DIGITS = 32; // of each library's hash: 128 bits

    private final String platform;
    private final List<Library> libraries;

    /** One of them. */
    record Library(String fileName, String sha256, URL url) {
        /** -1 where the class loader does not tell. */
        long bytes() throws IOException {
            URLConnection connection = open(url);
            try {
                return connection.getContentLengthLong();
            } finally {
                if (connection instanceof JarURLConnection jar) {
                    jar.getJarFile().close(); // else closed with its stream
                } else {
                    connection.getInputStream().close();
                }
            }
        }

        /**
         * Writes it into a file, down to the disk.
         *
         * @throws DamagedException if it is not what the build has put there
         */
        void writeTo(Path file) throws IOException {
            byte[] contents;
            try (InputStream in = open(url).getInputStream()) {
                contents = in.readAllBytes();
            }
            if (!sha256.equals(hash(contents))) {
                throw new DamagedException(url + " does not have the SHA-256 that " + LIST + " beside it names");
            }
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(contents);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
                out.force(true); // before it gets its name: a crash of the machine must leave no half of it there
            }
        }
    }

    /** What is on the class path cannot be used, wherever it is unpacked. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedException(String message) {
            super(message);
        }
    }

    private PackedLibraries(String platform, List<Library> libraries) {
        this.platform = platform;
        this.libraries = libraries;
    }

    /** Whether the class path has libraries for a platform. */
    static boolean exist(String platform) {
        return find(platform, LIST) != null;
    }

    /**
     * Those of a platform; empty if the class path has none.
     *
     * @throws DamagedException if there are some, but not all, or their list is not one
     */
    static Optional<PackedLibraries> of(String platform) throws IOException {
        URL list = find(platform, LIST);
        if (list == null) {
            return Optional.empty();
        }
        List<Library> libraries = new ArrayList<>();
        for (String line : text(list).split("\n")) {
            Matcher parts = LINE.matcher(line);
            URL url = parts.matches() ? find(platform, parts.group(2)) : null;
            if (url == null) {
                throw new DamagedException(list + " does not name libraries that lie beside it");
            }
            libraries.add(new Library(parts.group(2), parts.group(1), url));
        }
        if (!libraries.stream().map(Library::fileName).toList().equals(Platform.FILES)) {
            throw new DamagedException(list + " must name " + String.join(" and ", Platform.FILES));
        }
        return Optional.of(new PackedLibraries(platform, libraries));
    }

    /** A name of a folder that tells these from all others by their content. */
    String key() {
        return String.join(
                "-",
                libraries.stream().map(l -> l.sha256().substring(0, KEY_DIGITS)).toList());
    }

    List<Library> libraries() {
        return libraries;
    }

    @Override
    public String toString() {
        return "PackedLibraries[" + platform + ", " + key() + "]";
    }

    private static URL find(String platform, String name) {
        // Not Class.getResource(): in a module it would not look into the module of the libraries.
        ClassLoader loader = PackedLibraries.class.getClassLoader();
        String path = PLACE + platform + "/" + name;
        return loader == null ? ClassLoader.getSystemResource(path) : loader.getResource(path);
    }

    private static String text(URL url) throws IOException {
        try (InputStream in = open(url).getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** Past the JVM's cache of jars, which would keep the jar open when the class loader has gone. */
    private static URLConnection open(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    private static String hash(byte[] contents) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(contents));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JVM has SHA-256", e);
        }
    }
}
