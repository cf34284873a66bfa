package dev.mnistnative.spark;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Connections from a task to all others of its stage. Each task listens; of two the later calls the earlier and shows a
 * token that only a task of this fit can make. All waiting ends after the time-out, or when the task is killed.
 */
final class Peers implements AutoCloseable {
    private static final int TOKEN = 32;
    private static final int BUFFER = 66 << 10; // bytes to move at once: two pieces and their seals
    private static final long SPIN_NANOS = 50_000; // to be put to sleep and woken would take as long
    private static final long LOOK_MILLIS = 200; // how often a waiting task asks whether it is to go on

    private final int rank;
    private final SocketChannel[] channels; // null at this task's rank
    private final ByteBuffer[] out;
    private final ByteBuffer[] in; // pieces that came in part, from 0 to their positions
    private final Selector selector;
    private final Waiting waiting;

    /**
     * How long a task waits for the others.
     *
     * @param seconds without a byte from them
     * @param killed whether the task was killed
     */
    record Waiting(int seconds, BooleanSupplier killed) {
        long deadline() {
            return System.nanoTime() + seconds * 1_000_000_000L;
        }

        /** The same in milliseconds, for what takes them. */
        int millis() {
            return (int) Math.min(Integer.MAX_VALUE, seconds * 1000L);
        }

        void check(long deadline, String what) throws IOException {
            if (killed.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                throw new IOException("the task was cancelled while it waited for " + what);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("there was no word from " + what + " for " + seconds
                        + " s: see the executors' logs, or set syncTimeout higher");
            }
        }
    }

    /** How a task tells all others its word. */
    @FunctionalInterface
    interface Gathering {
        /** The words of all, in the order of their ranks. */
        String[] gather(String word) throws IOException;
    }

    /** What a task has to say to each other, and hears from it: pieces, of which both know the lengths. */
    interface Talk {
        /** Whether there are pieces for a task that were not put, be they known already or not. */
        boolean hasMore(int task);

        /** Puts the next pieces for a task: those that are known and for which there is room. */
        void fill(int task, ByteBuffer out) throws IOException;

        /** Bytes, at most {@code most}, of the pieces of a task that were not taken. */
        int toCome(int task, int most);

        /** Takes whole pieces of a task, and leaves the rest. */
        void take(int task, ByteBuffer in) throws IOException;
    }

    private Peers(int rank, int tasks, Waiting waiting) throws IOException {
        this.rank = rank;
        this.channels = new SocketChannel[tasks];
        this.out = new ByteBuffer[tasks];
        this.in = new ByteBuffer[tasks];
        this.waiting = waiting;
        this.selector = Selector.open();
    }

    /**
     * Connects.
     *
     * @param host this machine's name or address, as the other machines know it
     * @param key of the fit
     * @param attempt of the stage
     * @param gathering tells all tasks' words to each
     */
    static Peers connect(int rank, String host, byte[] key, int attempt, Waiting waiting, Gathering gathering)
            throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            String[] words = gathering.gather(host + " " + port);
            Peers peers = new Peers(rank, words.length, waiting);
            try {
                for (int to = 0; to < rank; to++) {
                    peers.call(to, words[to], PieceCipher.token(key, attempt, rank, to));
                }
                peers.answer(server, key, attempt);
                for (int i = 0; i < words.length; i++) {
                    if (i != rank) {
                        peers.channels[i].configureBlocking(false);
                        peers.channels[i].register(peers.selector, 0);
                    }
                }
                return peers;
            } catch (IOException | RuntimeException e) {
                peers.close();
                throw e;
            }
        }
    }

    private void call(int to, String word, byte[] token) throws IOException {
        int space = word.lastIndexOf(' ');
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getByName(word.substring(0, space)), Integer.parseInt(word.substring(space + 1)));
        SocketChannel channel = SocketChannel.open();
        channels[to] = channel;
        try {
            channel.socket().connect(address, waiting.millis());
        } catch (IOException e) {
            throw new IOException(
                    "task " + rank + " cannot reach task " + to + " at " + address + ": " + e.getMessage(), e);
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        ByteBuffer hello = ByteBuffer.allocate(Integer.BYTES + TOKEN)
                .putInt(rank)
                .put(token)
                .flip();
        while (hello.hasRemaining()) {
            channel.write(hello);
        }
    }

    /** Waits for all later tasks; whoever has no token is left. */
    private void answer(ServerSocketChannel server, byte[] key, int attempt) throws IOException {
        server.configureBlocking(false);
        long deadline = waiting.deadline();
        int missing = channels.length - 1 - rank;
        try (Selector arrivals = Selector.open()) {
            server.register(arrivals, SelectionKey.OP_ACCEPT);
            while (missing > 0) {
                arrivals.select(LOOK_MILLIS);
                arrivals.selectedKeys().clear();
                waiting.check(deadline, "the other tasks");
                SocketChannel caller = server.accept();
                if (caller != null) {
                    missing -= admit(caller, key, attempt) ? 1 : 0;
                }
            }
        }
    }

    private boolean admit(SocketChannel caller, byte[] key, int attempt) throws IOException {
        caller.socket().setSoTimeout(5000); // a stranger that says nothing must not hold up the others for long
        try {
            byte[] hello = caller.socket().getInputStream().readNBytes(Integer.BYTES + TOKEN);
            if (hello.length == Integer.BYTES + TOKEN) {
                int from = ByteBuffer.wrap(hello).getInt();
                byte[] token = Arrays.copyOfRange(hello, Integer.BYTES, hello.length);
                if (from > rank
                        && from < channels.length
                        && channels[from] == null
                        && MessageDigest.isEqual(token, PieceCipher.token(key, attempt, from, rank))) {
                    caller.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channels[from] = caller;
                    return true;
                }
            }
        } catch (IOException e) {
            // a stranger that went away
        }
        caller.close();
        return false;
    }

    /** Makes room for the pieces that tasks exchange. */
    void expectPieces(int longest) {
        for (int i = 0; i < channels.length; i++) {
            if (i != rank) {
                out[i] = ByteBuffer.allocateDirect(Math.max(BUFFER, longest)).limit(0);
                in[i] = ByteBuffer.allocateDirect(Math.max(BUFFER, longest));
            }
        }
    }

    /** Sends each task its pieces and takes theirs, all at the same time, until there are no more. */
    void talk(Talk talk) throws IOException {
        long deadline = waiting.deadline();
        long last = System.nanoTime();
        boolean open = true;
        while (open) {
            open = false;
            boolean moved = false;
            for (int i = 0; i < channels.length; i++) {
                if (i != rank) {
                    moved |= send(i, talk) | take(i, talk);
                    open |= out[i].hasRemaining() || talk.hasMore(i) || talk.toCome(i, 1) > 0;
                }
            }
            if (moved) {
                deadline = waiting.deadline();
                last = System.nanoTime();
            } else if (open && System.nanoTime() - last < SPIN_NANOS) {
                Thread.onSpinWait();
            } else if (open) {
                await(talk);
                waiting.check(deadline, "the other tasks");
            }
        }
    }

    /** Sends what can be sent at once; whether that is anything. */
    private boolean send(int task, Talk talk) throws IOException {
        ByteBuffer bytes = out[task];
        if (!bytes.hasRemaining()) {
            talk.fill(task, bytes.clear());
            bytes.flip();
        }
        return bytes.hasRemaining() && channels[task].write(bytes) > 0;
    }

    /** Takes what has come, and no byte of the next talk; whether that is anything. */
    private boolean take(int task, Talk talk) throws IOException {
        ByteBuffer bytes = in[task];
        bytes.limit(talk.toCome(task, bytes.capacity()));
        if (!bytes.hasRemaining()) {
            return false;
        }
        int came = channels[task].read(bytes);
        if (came < 0) {
            throw new EOFException("task " + task + " went away: see its executor's log");
        }
        if (came > 0) {
            talk.take(task, bytes.flip());
            bytes.compact();
        }
        return came > 0;
    }

    /** Waits until something can be moved, or it is time to ask whether to go on. */
    private void await(Talk talk) throws IOException {
        for (int i = 0; i < channels.length; i++) {
            if (i != rank) {
                int wanted = (out[i].hasRemaining() ? SelectionKey.OP_WRITE : 0)
                        | (talk.toCome(i, 1) > 0 ? SelectionKey.OP_READ : 0);
                channels[i].keyFor(selector).interestOps(wanted);
            }
        }
        selector.select(LOOK_MILLIS);
        selector.selectedKeys().clear();
    }

    int rank() {
        return rank;
    }

    int tasks() {
        return channels.length;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        for (SocketChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
