package dev.mnistnative.spark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * Sums vectors over the tasks of a stage: each task sums a slice of all and tells it to all. A task that cannot go on
 * says why in place of its slices, so that all end by the same refusal.
 */
final class StateSum implements AutoCloseable {
    private static final int HEAD = Integer.BYTES;
    private static final int LEAST = 1024; // room for a refusal, however small the net

    private final Peers peers;
    private final PieceCipher[] sealing; // null: plain
    private final PieceCipher[] opening;
    private final ByteBuffer[] out;
    private final ByteBuffer[] in;
    private final ByteBuffer[] sealedOut;
    private final ByteBuffer[] sealedIn;
    private final int tasks;
    private final int vectors;
    private final int length;

    /**
     * @param key seals all that is sent; null: sent plain
     * @param vectors of each task
     * @param length of each vector
     */
    StateSum(Peers peers, byte[] key, int attempt, int vectors, int length) {
        this.peers = peers;
        this.tasks = peers.tasks();
        this.vectors = vectors;
        this.length = length;
        int widest = (length + tasks - 1) / tasks + 1;
        int bytes = Math.max(LEAST, Math.addExact(HEAD, Math.multiplyExact(widest * vectors, Float.BYTES)));
        out = buffers(bytes);
        in = buffers(bytes);
        sealing = key == null ? null : new PieceCipher[tasks];
        opening = key == null ? null : new PieceCipher[tasks];
        sealedOut = key == null ? null : buffers(PieceCipher.sealedBytes(bytes));
        sealedIn = key == null ? null : buffers(PieceCipher.sealedBytes(bytes));
        for (int i = 0; i < tasks && key != null; i++) {
            sealing[i] = PieceCipher.sealing(key, attempt, peers.rank(), i);
            opening[i] = PieceCipher.opening(key, attempt, i, peers.rank());
        }
    }

    private ByteBuffer[] buffers(int bytes) {
        ByteBuffer[] made = new ByteBuffer[tasks];
        for (int i = 0; i < tasks; i++) {
            made[i] = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        return made;
    }

    private int start(int slice) {
        return (int) ((long) length * slice / tasks);
    }

    private int width(int slice) {
        return start(slice + 1) - start(slice);
    }

    /** Bytes of a message of slices. */
    private int bytes(int slice) {
        return Math.max(LEAST, HEAD + width(slice) * vectors * Float.BYTES);
    }

    /**
     * Puts the sum over all tasks' vectors, in the order of their ranks, into the first of this task's.
     *
     * @param parts [vectors] of this task
     * @throws IllegalArgumentException if a task refuses to go on, with its words
     */
    void sum(FloatBuffer[] parts) throws IOException {
        for (int to = 0; to < tasks; to++) {
            out[to].clear().putInt(0);
            FloatBuffer slices = out[to].asFloatBuffer();
            for (FloatBuffer part : parts) {
                slices.put(part.slice(start(to), width(to)));
            }
            out[to].position(0).limit(bytes(to));
            in[to].clear().limit(bytes(peers.rank()));
        }
        transfer();
        FloatBuffer[] all = new FloatBuffer[tasks * vectors];
        int width = width(peers.rank());
        for (int from = 0; from < tasks; from++) {
            ByteBuffer message = from == peers.rank() ? out[from] : in[from];
            message.position(0);
            requireGoingOn(message);
            FloatBuffer slices = message.asFloatBuffer();
            for (int i = 0; i < vectors; i++) {
                all[from * vectors + i] = slices.slice(i * width, width);
            }
        }
        FixedTree.sum(all, width);
        share(all[0], parts[0]);
    }

    /** Tells all the sum of this task's slice, and takes theirs. */
    private void share(FloatBuffer summed, FloatBuffer into) throws IOException {
        int rank = peers.rank();
        into.put(start(rank), summed, 0, summed.limit());
        for (int i = 0; i < tasks; i++) {
            if (i != rank) {
                out[i].clear().limit(width(rank) * Float.BYTES);
                out[i].asFloatBuffer().put(into.slice(start(rank), width(rank)));
                in[i].clear().limit(width(i) * Float.BYTES);
            }
        }
        transfer();
        for (int i = 0; i < tasks; i++) {
            if (i != rank) {
                into.put(start(i), in[i].position(0).asFloatBuffer(), 0, width(i));
            }
        }
    }

    /** Says why this task cannot go on, in place of {@link #sum}: the others' throws it. */
    void refuse(String why) throws IOException {
        byte[] text = why.getBytes(StandardCharsets.UTF_8);
        byte[] told = Arrays.copyOf(text, Math.min(text.length, LEAST - HEAD));
        for (int to = 0; to < tasks; to++) {
            out[to].clear().putInt(told.length).put(told).position(0).limit(bytes(to));
            in[to].clear().limit(bytes(peers.rank()));
        }
        transfer();
    }

    private static void requireGoingOn(ByteBuffer message) {
        int refusal = message.getInt();
        if (refusal != 0) {
            byte[] text = new byte[Math.max(0, Math.min(refusal, LEAST - HEAD))];
            message.get(text);
            throw new IllegalArgumentException(new String(text, StandardCharsets.UTF_8));
        }
    }

    private void transfer() throws IOException {
        if (sealing == null) {
            peers.exchange(out, in);
            return;
        }
        try {
            for (int i = 0; i < tasks; i++) {
                if (i != peers.rank()) {
                    sealing[i].apply(out[i].duplicate(), sealedOut[i].clear());
                    sealedOut[i].flip();
                    sealedIn[i].clear().limit(PieceCipher.sealedBytes(in[i].limit()));
                }
            }
            peers.exchange(sealedOut, sealedIn);
            for (int i = 0; i < tasks; i++) {
                if (i != peers.rank()) {
                    opening[i].apply(sealedIn[i].flip(), in[i]);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("what came from another task was changed on its way, or is not of this fit", e);
        }
    }

    @Override
    public void close() throws IOException {
        peers.close();
    }
}
