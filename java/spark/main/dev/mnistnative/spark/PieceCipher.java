package dev.mnistnative.spark;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what one task sends to another by AES-256-GCM, piece by piece: some 32 KB in arrays are what JDK 17 is fastest
 * at, a message of megabytes at once is fifty times slower. Each piece has a nonce of its own, of the stage's attempt,
 * both ranks and a count, so that none is ever used twice under a fit's key.
 */
final class PieceCipher {
    /** Bytes of a key. */
    static final int KEY_BYTES = 32;

    /** Bytes by which a piece grows. */
    static final int TAG = 16;

    private static final int NONCE = 12;

    private final SecretKeySpec key;
    private final int attempt;
    private final int from;
    private final int to;
    private final Cipher cipher;
    private final boolean seals;
    private long count;

    private PieceCipher(byte[] key, int attempt, int from, int to, boolean seals) {
        this.key = new SecretKeySpec(key, "AES");
        this.attempt = attempt;
        this.from = from;
        this.to = to;
        this.seals = seals;
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES-GCM", e);
        }
    }

    /** For what task {@code from} sends to task {@code to}. */
    static PieceCipher sealing(byte[] key, int attempt, int from, int to) {
        return new PieceCipher(key, attempt, from, to, true);
    }

    /** For what task {@code to} gets from task {@code from}. */
    static PieceCipher opening(byte[] key, int attempt, int from, int to) {
        return new PieceCipher(key, attempt, from, to, false);
    }

    /**
     * Seals or opens the next piece.
     *
     * @param length of the piece in {@code in}, from its beginning
     * @param out takes {@link #TAG} bytes more of a piece that is sealed, as many fewer of one that is opened
     * @return how many
     * @throws GeneralSecurityException if the piece was changed on its way, is not the next, or not of the other task
     */
    int apply(byte[] in, int length, byte[] out) throws GeneralSecurityException {
        ByteBuffer nonce = ByteBuffer.allocate(NONCE)
                .putShort((short) attempt)
                .putShort((short) from)
                .putShort((short) to)
                .putShort((short) (count >>> 32))
                .putInt((int) count);
        count++;
        cipher.init(
                seals ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE,
                key,
                new GCMParameterSpec(TAG * Byte.SIZE, nonce.array()));
        return cipher.doFinal(in, 0, length, out, 0);
    }

    /** What a task shows to one that it calls, so that strangers are refused. */
    static byte[] token(byte[] key, int attempt, int from, int to) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(ByteBuffer.allocate(3 * Integer.BYTES)
                    .putInt(attempt)
                    .putInt(from)
                    .putInt(to)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HMAC-SHA256", e);
        }
    }
}
