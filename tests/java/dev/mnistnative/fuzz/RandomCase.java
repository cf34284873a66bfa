package dev.mnistnative.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/**
 * One of many random inputs of a test. It remembers what is drawn, so that a failure tells its input, and the seed with
 * which the same cases come again. Every run has another seed.
 */
public final class RandomCase {
    private static final String SEED = "mn.test.seed";

    private final SplittableRandom random;
    private final StringJoiner drawn = new StringJoiner(", ");

    private RandomCase(long seed) {
        random = new SplittableRandom(seed);
    }

    /** What is tested, of each case. */
    public interface Body {
        void test(RandomCase input) throws Exception;
    }

    /** Tests that many cases, up to the first that fails. */
    public static void test(int cases, Body body) {
        test(cases, Long.getLong(SEED, System.nanoTime()), body);
    }

    static void test(int cases, long seed, Body body) {
        for (int number = 0; number < cases; number++) {
            RandomCase input = new RandomCase(seed + number);
            try {
                body.test(input);
            } catch (Exception | Error failure) {
                throw new AssertionError(
                        "case %d of %d: %s (-D%s=%d repeats it): %s"
                                .formatted(number + 1, cases, input.drawn, SEED, seed, failure),
                        failure);
            }
        }
    }

    private <T> T tell(String name, T value) {
        drawn.add(name + " = " + value);
        return value;
    }

    /** An integer of that range, both ends included: the ends and small ones more often than others. */
    public int integer(String name, int min, int max) {
        return tell(name, between(min, max));
    }

    private int between(int min, int max) {
        long span = (long) max - min;
        return switch (random.nextInt(8)) {
            case 0 -> min;
            case 1 -> max;
            case 2, 3, 4 -> (int) (min + (long) (span * Math.pow(random.nextDouble(), 4)));
            default -> (int) (min + random.nextLong(span + 1));
        };
    }

    /** An index of a list of that many values, each as often as another. */
    public int index(String name, int count) {
        return tell(name, random.nextInt(count));
    }

    /** Any long, those where a sign or a carry changes more often than others. */
    public long anyLong(String name) {
        long[] edges = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE};
        return tell(name, random.nextInt(8) == 0 ? edges[random.nextInt(edges.length)] : random.nextLong());
    }

    /** A number of that range, both ends included: every power of two between them about as often as another. */
    public double number(String name, double min, double max) {
        double value = switch (random.nextInt(8)) {
            case 0 -> min;
            case 1 -> max;
            case 2 -> 0;
            case 3, 4, 5 -> Math.scalb(random.nextDouble(-1, 1), random.nextInt(-20, 21));
            default -> min + random.nextDouble() * (max - min);
        };
        return tell(name, Math.min(max, Math.max(min, value)));
    }

    public boolean flag(String name) {
        return tell(name, random.nextBoolean());
    }

    @SafeVarargs
    public final <T> T oneOf(String name, T... values) {
        return tell(name, values[random.nextInt(values.length)]);
    }

    /** Text of up to that many characters, of all that Unicode assigns, ASCII as often as all others. */
    public String text(String name, int maxLength) {
        StringBuilder text = new StringBuilder();
        for (int rest = between(0, maxLength); rest > 0; rest--) {
            int character;
            do {
                character = random.nextBoolean() ? random.nextInt(128) : random.nextInt(Character.MAX_CODE_POINT + 1);
            } while (!Character.isDefined(character) || Character.getType(character) == Character.SURROGATE);
            text.appendCodePoint(character);
        }
        tell(name, HexFormat.of().formatHex(text.toString().getBytes(StandardCharsets.UTF_8)));
        return text.toString();
    }

    /** Some of the values, in any order and as often as it comes, between blanks. */
    public String words(String name, int maxCount, String... values) {
        StringJoiner words = new StringJoiner(" ");
        for (int rest = between(1, maxCount); rest > 0; rest--) {
            words.add(values[random.nextInt(values.length)]);
        }
        return tell(name, words.toString());
    }

    public byte[] bytes(String name, int minLength, int maxLength) {
        byte[] bytes = anyBytes(minLength, maxLength);
        tell(name, HexFormat.of().formatHex(bytes));
        return bytes;
    }

    private byte[] anyBytes(int minLength, int maxLength) {
        byte[] bytes = new byte[between(minLength, maxLength)];
        random.nextBytes(bytes);
        return bytes;
    }

    /**
     * The bytes of a file with one to three changes: up to 12 bytes cut out at a place, others put in, which are any or
     * of those that mean something to its reader.
     */
    public byte[] changed(String name, byte[] file, String meaningful) {
        byte[] bytes = file;
        for (int rest = between(1, 3); rest > 0; rest--) {
            int at = random.nextInt(bytes.length + 1);
            int after = Math.min(bytes.length, at + random.nextInt(13));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            out.writeBytes(random.nextBoolean() ? anyBytes(0, 8) : someOf(meaningful));
            out.write(bytes, after, bytes.length - after);
            bytes = out.toByteArray();
        }
        tell(name, HexFormat.of().formatHex(bytes));
        return bytes;
    }

    private byte[] someOf(String meaningful) {
        byte[] bytes = new byte[between(0, 12)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) meaningful.charAt(random.nextInt(meaningful.length()));
        }
        return bytes;
    }
}
