package dev.mnistnative.array;

import dev.mnistnative.DataFormatException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** NumPy's .npz: a zip, stored or deflated, whose members are .npy files. */
public final class Npz {
    private static final String SUFFIX = ".npy";

    private Npz() {}

    public static boolean matches(byte[] head) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && (head[2] == 3 || head[2] == 5);
    }

    /** The member called `member`, with or without ".npy". */
    public static Content open(Path path, String member) throws IOException {
        return openFirst(path, List.of(member), false);
    }

    /** The first of the conventional names that is there; the only member, whatever its name, if there is but one. */
    public static Content open(Path path, List<String> conventional) throws IOException {
        return openFirst(path, conventional, true);
    }

    private static Content openFirst(Path path, List<String> wanted, boolean onlyOneWillDo) throws IOException {
        ZipFile zip = null;
        try {
            zip = new ZipFile(path.toFile());
            ZipEntry entry = choose(zip, path, wanted, onlyOneWillDo);
            InputStream in = new CrcChecked(zip.getInputStream(entry), entry.getCrc());
            return Content.ofStream(path + ":" + entry.getName(), in, zip);
        } catch (DataFormatException e) {
            throw closing(zip, e);
        } catch (IOException e) {
            throw closing(zip, Content.explain(path.toString(), e));
        } catch (UnsupportedOperationException e) {
            throw elsewhere(path, e);
        } catch (IllegalArgumentException e) {
            throw closing(zip, damaged(path, e));
        }
    }

    /** Whether it has a member of one of these names. */
    public static boolean holds(Path path, List<String> names) throws IOException {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            return find(zip, names).isPresent();
        } catch (IOException e) {
            throw Content.explain(path.toString(), e);
        } catch (UnsupportedOperationException e) {
            throw elsewhere(path, e);
        } catch (IllegalArgumentException e) {
            throw damaged(path, e);
        }
    }

    /** By the first name that is there, as it is or else in another case. */
    private static Optional<ZipEntry> find(ZipFile zip, List<String> names) {
        for (String name : names) {
            for (String full : List.of(name + SUFFIX, name)) {
                ZipEntry entry = zip.getEntry(full);
                if (entry != null) {
                    return Optional.of(entry);
                }
            }
        }
        for (String name : names) {
            Optional<? extends ZipEntry> entry = zip.stream()
                    .filter(member -> member.getName().equalsIgnoreCase(name + SUFFIX))
                    .findFirst();
            if (entry.isPresent()) {
                return Optional.of(entry.get());
            }
        }
        return Optional.empty();
    }

    /** How ZipFile refuses a member's name. */
    private static DataFormatException damaged(Path path, IllegalArgumentException e) {
        return new DataFormatException(path + ": the zip directory is damaged; write it again.", e);
    }

    /** How Path refuses to be a file: it lies within another archive. */
    private static DataFormatException elsewhere(Path path, UnsupportedOperationException e) {
        return new DataFormatException(path + ": an npz must lie in the default file system; copy it there.", e);
    }

    private static ZipEntry choose(ZipFile zip, Path path, List<String> wanted, boolean onlyOneWillDo)
            throws IOException {
        Optional<ZipEntry> found = find(zip, wanted);
        if (found.isPresent()) {
            return found.get();
        }
        List<? extends ZipEntry> members = zip.stream().limit(10).toList();
        if (members.stream().anyMatch(member -> member.getName().startsWith("[Content_Types].xml"))) {
            throw DataFormatException.of(path.toString(), "it is an Excel file", "save its sheet as CSV");
        }
        if (onlyOneWillDo && members.size() == 1) {
            return members.get(0);
        }
        throw DataFormatException.of(
                path.toString(),
                "it has no member " + String.join(", ", wanted) + " but "
                        + members.stream().map(ZipEntry::getName).toList(),
                "name one as FILE.npz:MEMBER");
    }

    private static IOException closing(ZipFile zip, IOException fault) {
        if (zip != null) {
            try {
                zip.close();
            } catch (IOException e) {
                fault.addSuppressed(e);
            }
        }
        return fault;
    }

    /** Holds the bytes against the directory's checksum at the end, which ZipFile does not. */
    private static final class CrcChecked extends FilterInputStream {
        private final long expected;

        CrcChecked(InputStream in, long expected) {
            super(new CheckedInputStream(in, new CRC32()));
            this.expected = expected;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = super.read(into, offset, length);
            if (n < 0 && ((CheckedInputStream) in).getChecksum().getValue() != expected) {
                throw new ZipException("wrong CRC-32");
            }
            return n;
        }
    }
}
