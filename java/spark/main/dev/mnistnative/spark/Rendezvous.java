package dev.mnistnative.spark;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's door for the tasks of one fit: each tells a word, and gets the words of all once the last has come.
 * Spark's own way, a barrier's {@code allGather}, takes a second for it. Of two attempts of a stage the later counts.
 */
final class Rendezvous implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rendezvous.class);
    private static final int MESSAGE = 1024; // bytes of what a task says, and of each word that it gets
    private static final int TOKEN = 32;
    private static final int HEAD = 2 * Integer.BYTES + TOKEN;
    private static final int DRIVER = -1; // its rank
    private static final int LOOK_MILLIS = 200; // how often a waiting task asks whether it is to go on

    private final byte[] key;
    private final int tasks;
    private final String host;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final Thread thread;
    private Caller[] callers; // of the present attempt
    private int attempt = -1;
    private volatile boolean closed;

    /** Where tasks find it. */
    record Address(String host, int port) implements Serializable {}

    /** A connection: what it said so far, then what it is to be told. */
    private static final class Caller {
        private final SelectionKey selected;
        private final ByteBuffer said = ByteBuffer.allocate(MESSAGE);
        private ByteBuffer answer;

        private Caller(SelectionKey selected) {
            this.selected = selected;
        }

        private void leave() {
            try {
                selected.channel().close();
            } catch (IOException e) {
                LOG.debug("A task's connection could not be closed", e);
            }
        }
    }

    private Rendezvous(String bound, String host, byte[] key, int tasks) throws IOException {
        this.key = key.clone();
        this.tasks = tasks;
        this.host = host;
        callers = new Caller[tasks];
        selector = Selector.open();
        server = ServerSocketChannel.open();
        try {
            server.bind(new InetSocketAddress(InetAddress.getByName(bound), 0));
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            server.close();
            selector.close();
            throw new IOException("the driver cannot listen on " + bound + ": " + e.getMessage(), e);
        }
        thread = new Thread(this::serve, "mnist-native-rendezvous");
        thread.setDaemon(true);
        thread.start();
    }

    /** Opens the door where the session's driver is reached by its executors. */
    static Rendezvous open(SparkConf session, byte[] key, int tasks) throws IOException {
        String host = session.get("spark.driver.host");
        return new Rendezvous(plain(session.get("spark.driver.bindAddress", host)), plain(host), key, tasks);
    }

    /** An IPv6 address without its brackets. */
    static String plain(String host) {
        return host.replaceAll("^\\[|]$", "");
    }

    Address address() throws IOException {
        return new Address(host, ((InetSocketAddress) server.getLocalAddress()).getPort());
    }

    private void serve() {
        try (selector;
                server) {
            while (!closed) {
                selector.select();
                for (SelectionKey ready : selector.selectedKeys()) {
                    if (ready.isAcceptable()) {
                        welcome();
                    } else {
                        attend((Caller) ready.attachment());
                    }
                }
                selector.selectedKeys().clear();
            }
            for (SelectionKey open : selector.keys()) {
                open.channel().close();
            }
        } catch (IOException e) {
            LOG.warn("The driver does not listen to its tasks any more, which will give up", e);
        }
    }

    private void welcome() throws IOException {
        SocketChannel channel = server.accept();
        if (channel != null) {
            channel.configureBlocking(false);
            SelectionKey selected = channel.register(selector, SelectionKey.OP_READ);
            selected.attach(new Caller(selected));
        }
    }

    /** Whoever breaks off or shows no token is left. */
    private void attend(Caller caller) {
        SocketChannel channel = (SocketChannel) caller.selected.channel();
        try {
            if (caller.answer != null) {
                channel.write(caller.answer);
                if (!caller.answer.hasRemaining()) {
                    caller.leave();
                }
            } else if (!caller.said.hasRemaining() || channel.read(caller.said) < 0) {
                caller.leave();
            } else if (!caller.said.hasRemaining()) {
                admit(caller);
            }
        } catch (IOException e) {
            caller.leave();
        }
    }

    private void admit(Caller caller) {
        ByteBuffer said = caller.said.duplicate().flip();
        int its = said.getInt();
        int rank = said.getInt();
        byte[] token = new byte[TOKEN];
        said.get(token);
        if (rank < 0
                || rank >= tasks
                || its < attempt
                || !MessageDigest.isEqual(token, PieceCipher.token(key, its, rank, DRIVER))) {
            caller.leave();
            return;
        }
        if (its > attempt) {
            for (Caller earlier : callers) {
                if (earlier != null) {
                    earlier.leave();
                }
            }
            callers = new Caller[tasks];
            attempt = its;
        }
        callers[rank] = caller;
        for (Caller each : callers) {
            if (each == null) {
                return;
            }
        }
        answerAll();
    }

    private void answerAll() {
        ByteBuffer words = ByteBuffer.allocate(tasks * MESSAGE);
        for (Caller each : callers) {
            int start = words.position();
            words.put(each.said.duplicate().flip().position(HEAD)).position(start + MESSAGE);
        }
        for (Caller each : callers) {
            each.answer = words.duplicate().flip();
            if (each.selected.isValid()) {
                each.selected.interestOps(SelectionKey.OP_WRITE);
            }
        }
        callers = new Caller[tasks];
    }

    /**
     * On a task: tells its word and waits for those of all, in the order of their ranks.
     *
     * @param at the driver's
     * @param word at most some 900 bytes
     */
    static String[] meet(Address at, byte[] key, int attempt, int rank, int tasks, String word, Peers.Waiting waiting)
            throws IOException {
        byte[] text = word.getBytes(StandardCharsets.UTF_8);
        byte[] message = ByteBuffer.allocate(MESSAGE)
                .putInt(attempt)
                .putInt(rank)
                .put(PieceCipher.token(key, attempt, rank, DRIVER))
                .putShort((short) text.length)
                .put(text)
                .array();
        try (Socket socket = new Socket()) {
            call(socket, at, rank, waiting);
            socket.getOutputStream().write(message);
            ByteBuffer words = ByteBuffer.wrap(hear(socket, tasks * MESSAGE, waiting));
            String[] all = new String[tasks];
            for (int i = 0; i < tasks; i++) {
                byte[] one = new byte[words.position(i * MESSAGE).getShort()];
                words.get(one);
                all[i] = new String(one, StandardCharsets.UTF_8);
            }
            return all;
        }
    }

    private static void call(Socket socket, Address at, int rank, Peers.Waiting waiting) throws IOException {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getByName(at.host()), at.port()), waiting.millis());
            socket.setSoTimeout(LOOK_MILLIS);
        } catch (IOException e) {
            throw new IOException(
                    "task " + rank + " cannot reach the driver at " + at.host() + ", port " + at.port() + ": "
                            + e.getMessage() + "; where executors may not call the driver, set rendezvous to barrier",
                    e);
        }
    }

    private static byte[] hear(Socket socket, int bytes, Peers.Waiting waiting) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] heard = new byte[bytes];
        int count = 0;
        long deadline = waiting.deadline();
        while (count < bytes) {
            try {
                int more = in.read(heard, count, bytes - count);
                if (more < 0) {
                    throw new EOFException("the driver sent this attempt of the stage away: there is a later one, or"
                            + " the fit has ended");
                }
                count += more;
                deadline = waiting.deadline();
            } catch (SocketTimeoutException e) {
                waiting.check(deadline, "the driver and the other tasks");
            }
        }
        return heard;
    }

    /** Closes the door, and with it all connections. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends by itself
        }
    }
}
