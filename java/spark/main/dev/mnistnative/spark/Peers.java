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
    private static final long LOOK_MILLIS = 200; // how often a waiting task asks whether it is to go on

    private final int rank;
    private final SocketChannel[] channels; // null at this task's rank
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

    private Peers(int rank, int tasks, Waiting waiting) throws IOException {
        this.rank = rank;
        this.channels = new SocketChannel[tasks];
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

    /**
     * Sends each task its bytes and takes from each what fills its buffer, all at the same time.
     *
     * @param out [tasks] read to their limits
     * @param in [tasks] filled to their limits
     */
    void exchange(ByteBuffer[] out, ByteBuffer[] in) throws IOException {
        int open = 0;
        for (int i = 0; i < channels.length; i++) {
            if (i != rank) {
                int wanted = (out[i].hasRemaining() ? SelectionKey.OP_WRITE : 0)
                        | (in[i].hasRemaining() ? SelectionKey.OP_READ : 0);
                channels[i].keyFor(selector).interestOps(wanted).attach(i);
                open += Integer.bitCount(wanted);
            }
        }
        long deadline = waiting.deadline();
        while (open > 0) {
            selector.select(LOOK_MILLIS);
            for (SelectionKey key : selector.selectedKeys()) {
                open -= move(key, (Integer) key.attachment(), out, in);
                deadline = waiting.deadline();
            }
            selector.selectedKeys().clear();
            waiting.check(deadline, "the other tasks");
        }
    }

    /** Moves what can be moved; how many directions are done with that. */
    private int move(SelectionKey key, int peer, ByteBuffer[] out, ByteBuffer[] in) throws IOException {
        int done = 0;
        if (key.isWritable()) {
            channels[peer].write(out[peer]);
            if (!out[peer].hasRemaining()) {
                key.interestOpsAnd(~SelectionKey.OP_WRITE);
                done++;
            }
        }
        if (key.isReadable()) {
            if (channels[peer].read(in[peer]) < 0) {
                throw new EOFException("task " + peer + " went away: see its executor's log");
            }
            if (!in[peer].hasRemaining()) {
                key.interestOpsAnd(~SelectionKey.OP_READ);
                done++;
            }
        }
        return done;
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
