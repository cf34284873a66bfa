package dev.mnistnative.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * One change of a file: bytes replaced, cut out or put in at a place.
 *
 * @param place 0 = its begin, 1 = its end
 */
public record Edit(double place, int removed, byte[] inserted) {
    /** The bytes after these changes, one upon the other. */
    public static byte[] applyAll(List<Edit> edits, byte[] bytes) {
        byte[] changed = bytes;
        for (Edit edit : edits) {
            changed = edit.apply(changed);
        }
        return changed;
    }

    private byte[] apply(byte[] bytes) {
        int at = (int) (place * bytes.length);
        int after = Math.min(bytes.length, at + removed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(inserted);
        out.write(bytes, after, bytes.length - after);
        return out.toByteArray();
    }

    /** One to three changes that put in any bytes, or such as mean something in the format. */
    public static Arbitrary<List<Edit>> oneToThree(Byte... meaningful) {
        Arbitrary<byte[]> inserted = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(8),
                Arbitraries.of(meaningful).array(byte[].class).ofMaxSize(12));
        return Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 12),
                        inserted)
                .as(Edit::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }
}
