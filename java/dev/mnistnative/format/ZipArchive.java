package dev.mnistnative.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The members of a zip, found by its directory, so that it may come from a stream: the JDK reads such files only by
 * path, and from a stream not those that PyTorch writes.
 */
final class ZipArchive {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT = 0xffff;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int END64 = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int EXTRA64 = 1;
    private static final long IN_EXTRA = 0xffff_ffffL;
    private static final long MAX_DIRECTORY = 1 << 26;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;
    private static final long MAX_FREELY = 1 << 26;
    private static final long MAX_RATIO = 100; // numbers that were learnt shrink hardly at all

    private final ByteSource file;
    private final Map<String, Member> members = new LinkedHashMap<>();

    /** What the directory says of a member. */
    private record Member(String name, int flags, int method, int crc, long packed, long size, long header) {}

    /** @throws IllegalArgumentException if its directory is damaged */
    ZipArchive(ByteSource file) throws IOException {
        this.file = file;
        readDirectory();
    }

    /** What a member is called in messages. */
    String title(String name) {
        return file.name() + ":" + name;
    }

    Set<String> names() {
        return members.keySet();
    }

    /** Bytes of a member, unpacked. */
    long size(String name) {
        return member(name).size;
    }

    private Member member(String name) {
        Member member = members.get(name);
        FileContents.require(member != null, "it has no part \"" + name + "\": it is damaged, save it again");
        return member;
    }

    private void readDirectory() throws IOException {
        int tail = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
        ByteBuffer last = file.bytes(file.size() - tail, tail);
        int at = tail - END_BYTES;
        while (at >= 0 && last.getInt(at) != END) {
            at--;
        }
        FileContents.require(
                at >= 0, "it is a zip without a directory at its end: it is cut off, copy or save it again");
        long count = last.getChar(at + 10);
        long bytes = last.getInt(at + 12) & IN_EXTRA;
        long start = last.getInt(at + 16) & IN_EXTRA;
        int locator = at - END64_LOCATOR_BYTES;
        if (locator >= 0 && last.getInt(locator) == END64_LOCATOR) {
            ByteBuffer end = file.bytes(last.getLong(locator + 8), END64_BYTES);
            FileContents.require(end.getInt(0) == END64, "the directory of its zip is damaged, copy or save it again");
            count = end.getLong(32);
            bytes = end.getLong(40);
            start = end.getLong(48);
        }
        FileContents.require(bytes <= MAX_DIRECTORY, "the directory of its zip has " + bytes + " bytes");
        ByteBuffer directory = file.bytes(start, bytes);
        for (long i = 0; i < count; i++) {
            readMember(directory);
        }
    }

    private void readMember(ByteBuffer in) {
        int at = in.position();
        FileContents.require(
                in.remaining() >= ENTRY_BYTES && in.getInt(at) == ENTRY,
                "the directory of its zip is damaged, copy or save it again");
        int nameBytes = in.getChar(at + 28);
        int extraBytes = in.getChar(at + 30);
        int all = ENTRY_BYTES + nameBytes + extraBytes + in.getChar(at + 32);
        FileContents.require(in.remaining() >= all, "the directory of its zip is damaged, copy or save it again");
        String name = StandardCharsets.UTF_8
                .decode(in.slice(at + ENTRY_BYTES, nameBytes))
                .toString();
        ByteBuffer extra = in.slice(at + ENTRY_BYTES + nameBytes, extraBytes).order(ByteOrder.LITTLE_ENDIAN);
        long[] wide = {in.getInt(at + 24) & IN_EXTRA, in.getInt(at + 20) & IN_EXTRA, in.getInt(at + 42) & IN_EXTRA};
        widen(extra, wide);
        members.put(
                name,
                new Member(
                        name, in.getChar(at + 8), in.getChar(at + 10), in.getInt(at + 16), wide[1], wide[0], wide[2]));
        in.position(at + all);
    }

    /** Sizes and places over 4 GiB stand in an extra field, each only if it has no room in the directory. */
    private static void widen(ByteBuffer extra, long[] numbers) {
        while (extra.remaining() >= 4) {
            int id = extra.getChar();
            int length = Math.min(extra.getChar(), extra.remaining());
            ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            extra.position(extra.position() + length);
            for (int i = 0; id == EXTRA64 && i < numbers.length; i++) {
                if (numbers[i] == IN_EXTRA && field.remaining() >= Long.BYTES) {
                    numbers[i] = field.getLong();
                }
            }
        }
    }

    /**
     * A member's bytes, little-endian, held against their checksum.
     *
     * @param most bytes that it may have
     * @throws IllegalArgumentException if it has more, or is damaged
     */
    ByteBuffer read(String name, long most) throws IOException {
        Member member = member(name);
        FileContents.require(
                member.size >= 0 && member.size <= most,
                "its part \"" + name + "\" has " + member.size + " bytes, but at most " + most + " are wanted");
        FileContents.require(
                member.size <= MAX_FREELY || member.size / MAX_RATIO <= Math.min(member.packed, file.size()),
                "its part \"" + name + "\" is said to have " + member.size + " bytes, packed into " + member.packed
                        + ", as no weights can be");
        ByteBuffer bytes = unpacked(member, (int) member.size);
        CRC32 crc = new CRC32();
        crc.update(bytes.duplicate());
        FileContents.require((int) crc.getValue() == member.crc, damaged(name));
        return bytes;
    }

    /** A member's first bytes, at most so many. */
    ByteBuffer head(String name, int most) throws IOException {
        Member member = member(name);
        return unpacked(member, (int) Math.max(0, Math.min(member.size, most)));
    }

    private ByteBuffer unpacked(Member member, int count) throws IOException {
        FileContents.require(
                (member.flags & ENCRYPTED) == 0 && (member.method == STORED || member.method == DEFLATED),
                "its part \"" + member.name + "\" is encrypted or packed in a way that is not supported: save it "
                        + "uncompressed");
        ByteBuffer header = file.bytes(member.header, LOCAL_BYTES);
        FileContents.require(header.getInt(0) == LOCAL, damaged(member.name));
        long start = member.header + LOCAL_BYTES + header.getChar(26) + header.getChar(28);
        if (member.method == STORED) {
            FileContents.require(member.packed == member.size, damaged(member.name));
            return file.bytes(start, count);
        }
        FileContents.require(start <= file.size(), damaged(member.name));
        return inflated(member, file.bytes(start, Math.min(member.packed, file.size() - start)), count);
    }

    private static ByteBuffer inflated(Member member, ByteBuffer packed, int count) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && inflater.inflate(bytes) > 0) {
                // until there is no more
            }
            FileContents.require(!bytes.hasRemaining(), damaged(member.name));
            return bytes.flip();
        } catch (DataFormatException e) {
            throw new IllegalArgumentException(damaged(member.name), e);
        } finally {
            inflater.end();
        }
    }

    private static String damaged(String name) {
        return "its part \"" + name + "\" is damaged: copy or save the file again";
    }
}
