package dev.mnistnative.spark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * Sums vectors over the tasks of a stage: each task sums a slice of all and tells it to all. Slices go in pieces, of
 * which each is summed and told as soon as all have come, while others are on their way. A task that cannot go on says
 * why in place of its slices, so that all end by the same refusal.
 */
final class StateSum implements AutoCloseable {
    private static final int HEAD = 1024; // bytes of a talk's first piece: the length of a refusal, and its words
    private static final int PIECE = 8192; // floats of the others

    private final Peers peers;
    private final PieceCipher[] sealing; // null: plain
    private final PieceCipher[] opening;
    private final byte[] clear; // a piece while it is sealed or opened
    private final byte[] sealed;
    private final FloatBuffer[] slices; // [tasks] of this task's slice, in pieces, as they came
    private final int tasks;
    private final int vectors;
    private final int length;
    private final int piece; // floats of each vector
    private final int tag; // bytes by which a seal makes a piece longer

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
        this.piece = Math.max(1, PIECE / vectors);
        this.tag = key == null ? 0 : PieceCipher.TAG;
        int widest = Math.max(HEAD, Math.multiplyExact(piece * Float.BYTES, vectors)) + tag;
        peers.expectPieces(widest);
        clear = new byte[widest];
        sealed = new byte[widest];
        slices = new FloatBuffer[tasks];
        sealing = key == null ? null : new PieceCipher[tasks];
        opening = key == null ? null : new PieceCipher[tasks];
        int slice = Math.multiplyExact(Math.multiplyExact(width(peers.rank()), vectors), Float.BYTES);
        for (int i = 0; i < tasks; i++) {
            if (i != peers.rank()) {
                slices[i] = ByteBuffer.allocateDirect(slice)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer();
            }
            if (key != null) {
                sealing[i] = PieceCipher.sealing(key, attempt, peers.rank(), i);
                opening[i] = PieceCipher.opening(key, attempt, i, peers.rank());
            }
        }
    }

    private int start(int slice) {
        return (int) ((long) length * slice / tasks);
    }

    private int width(int slice) {
        return start(slice + 1) - start(slice);
    }

    private int pieces(int slice) {
        return (width(slice) + piece - 1) / piece;
    }

    /** Floats of each vector in a piece of a slice. */
    private int width(int slice, int number) {
        return Math.min(piece, width(slice) - number * piece);
    }

    /**
     * Puts the sum over all tasks' vectors, in the order of their ranks, into the first of this task's; what the others
     * of them become is not said.
     *
     * @param parts [vectors] of this task
     * @throws IllegalArgumentException if a task refuses to go on, with its words
     */
    void sum(FloatBuffer[] parts) throws IOException {
        Talk talk = new Talk(parts, new byte[0]);
        talk.sumWhatCame(); // where this is the only task
        peers.talk(talk);
        for (String refusal : talk.refusals) {
            if (refusal != null) {
                throw new IllegalArgumentException(refusal);
            }
        }
    }

    /** Says why this task cannot go on, in place of {@link #sum}: the others' throws it. */
    void refuse(String why) throws IOException {
        peers.talk(new Talk(null, why.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * One sum. To each task go a head, in which a refusal would be, and the pieces of that task's slice; then, when all
     * heads have come, a word that there is to be a sum, and the pieces of that of this task's slice. Where there is
     * none, all know so by those words before anybody leaves.
     */
    private final class Talk implements Peers.Talk {
        private final FloatBuffer[] parts;
        private final byte[] refusal; // of this task; empty: none
        private final String[] refusals = new String[tasks];
        private final int[] sent = new int[tasks]; // pieces, of all kinds
        private final int[] came = new int[tasks];
        private final boolean[] ends = new boolean[tasks]; // said that there is no sum
        private boolean refused; // by any task
        private int summed; // pieces of this task's slice

        private Talk(FloatBuffer[] parts, byte[] refusal) {
            this.parts = parts;
            this.refusal = Arrays.copyOf(refusal, Math.min(refusal.length, HEAD - Integer.BYTES));
            this.refused = refusal.length > 0;
        }

        /** How many pieces of all kinds task {@code from} has for task {@code to}, as far as is known. */
        private int pieces(int from, int to) {
            boolean mine = from == peers.rank();
            if (mine ? refusal.length > 0 : refusals[from] != null) {
                return 1;
            }
            boolean noSum = mine ? refused : ends[from];
            return word(to) + 1 + (noSum ? 0 : StateSum.this.pieces(from));
        }

        /** Which piece for a task is the word. */
        private int word(int to) {
            return 1 + StateSum.this.pieces(to);
        }

        /** Bytes of one of them. */
        private int bytes(int from, int to, int number) {
            if (number == 0) {
                return HEAD;
            }
            int word = word(to);
            if (number == word) {
                return Integer.BYTES;
            }
            return Float.BYTES * (number < word ? vectors * width(to, number - 1) : width(from, number - word - 1));
        }

        /** Whether the next piece for a task can be put. */
        private boolean isKnown(int task) {
            int beyond = sent[task] - word(task);
            return beyond < 0 || (beyond == 0 ? haveCome(1) : beyond <= summed);
        }

        @Override
        public boolean hasMore(int task) {
            return sent[task] < pieces(peers.rank(), task);
        }

        @Override
        public void fill(int task, ByteBuffer out) throws IOException {
            int rank = peers.rank();
            while (hasMore(task) && isKnown(task)) {
                int bytes = bytes(rank, task, sent[task]);
                if (out.remaining() < bytes + tag) {
                    return;
                }
                if (sealing == null) {
                    put(task, out.slice(out.position(), bytes));
                    out.position(out.position() + bytes);
                } else {
                    put(task, ByteBuffer.wrap(clear, 0, bytes));
                    try {
                        out.put(sealed, 0, sealing[task].apply(clear, bytes, sealed));
                    } catch (GeneralSecurityException e) {
                        throw new IllegalStateException("this JVM does not seal", e);
                    }
                }
                sent[task]++;
            }
        }

        /** Puts the next piece for a task. */
        private void put(int task, ByteBuffer out) {
            if (sent[task] == 0) {
                out.putInt(refusal.length).put(refusal);
                return;
            }
            int beyond = sent[task] - word(task);
            if (beyond == 0) {
                out.putInt(refused ? 1 : 0);
                return;
            }
            FloatBuffer floats = out.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            if (beyond > 0) {
                int at = start(peers.rank()) + (beyond - 1) * piece;
                floats.put(0, parts[0], at, width(peers.rank(), beyond - 1));
                return;
            }
            int summand = sent[task] - 1;
            int width = width(task, summand);
            for (int i = 0; i < vectors; i++) {
                floats.put(i * width, parts[i], start(task) + summand * piece, width);
            }
        }

        @Override
        public int toCome(int task, int most) {
            int bytes = 0;
            for (int number = came[task]; bytes < most && number < pieces(task, peers.rank()); number++) {
                bytes += bytes(task, peers.rank(), number) + tag;
            }
            return Math.min(bytes, most);
        }

        @Override
        public void take(int task, ByteBuffer in) throws IOException {
            while (came[task] < pieces(task, peers.rank())) {
                int bytes = bytes(task, peers.rank(), came[task]);
                if (in.remaining() < bytes + tag) {
                    return;
                }
                if (sealing == null) {
                    get(task, in.slice(in.position(), bytes));
                    in.position(in.position() + bytes);
                } else {
                    in.get(sealed, 0, bytes + tag);
                    try {
                        opening[task].apply(sealed, bytes + tag, clear);
                    } catch (GeneralSecurityException e) {
                        throw new IOException(
                                "what came from another task was changed on its way, or is not of this fit", e);
                    }
                    get(task, ByteBuffer.wrap(clear, 0, bytes));
                }
                came[task]++;
                sumWhatCame();
            }
        }

        /** Takes the next piece of a task. */
        private void get(int task, ByteBuffer in) {
            if (came[task] == 0) {
                byte[] text = new byte[Math.max(0, Math.min(in.getInt(), HEAD - Integer.BYTES))];
                in.get(text);
                if (text.length > 0) {
                    refusals[task] = new String(text, StandardCharsets.UTF_8);
                    refused = true;
                }
                return;
            }
            int beyond = came[task] - word(peers.rank());
            if (beyond == 0) {
                ends[task] = in.getInt() != 0;
                return;
            }
            FloatBuffer floats = in.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            if (beyond > 0) {
                parts[0].put(start(task) + (beyond - 1) * piece, floats, 0, floats.limit());
            } else {
                slices[task].put((came[task] - 1) * piece * vectors, floats, 0, floats.limit());
            }
        }

        private void sumWhatCame() {
            while (!refused && summed < StateSum.this.pieces(peers.rank()) && haveCome(summed + 2)) {
                sum(summed);
                summed++;
            }
        }

        /** Whether so many pieces have come of each other task. */
        private boolean haveCome(int pieces) {
            for (int from = 0; from < tasks; from++) {
                if (from != peers.rank() && came[from] < pieces) {
                    return false;
                }
            }
            return true;
        }

        private void sum(int summand) {
            int rank = peers.rank();
            int at = start(rank) + summand * piece;
            int width = width(rank, summand);
            FloatBuffer[] all = new FloatBuffer[tasks * vectors];
            for (int from = 0; from < tasks; from++) {
                for (int i = 0; i < vectors; i++) {
                    all[from * vectors + i] = from == rank
                            ? parts[i].slice(at, width)
                            : slices[from].slice(summand * piece * vectors + i * width, width);
                }
            }
            FixedTree.sum(all, width);
            if (rank > 0) {
                parts[0].put(at, all[0], 0, width);
            }
        }
    }

    @Override
    public void close() throws IOException {
        peers.close();
    }
}
