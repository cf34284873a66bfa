package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How states are summed: the order, the seal, and the way between tasks. */
@Timeout(120)
class StateSumTest {
    private static final byte[] KEY = new byte[PieceCipher.KEY_BYTES];

    private static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(6)));
        }
        return values;
    }

    private static FloatBuffer[] shards(int from, int count, int length) {
        FloatBuffer[] parts = new FloatBuffer[count];
        for (int i = 0; i < count; i++) {
            parts[i] = FloatBuffer.wrap(random(length, from + i));
        }
        return parts;
    }

    private static float[] treeOf(int shards, int length) {
        FloatBuffer[] all = shards(0, shards, length);
        FixedTree.sum(all, length);
        return all[0].array();
    }

    @Test
    void theOrderIsNeighboursFirst() {
        FloatBuffer[] parts = shards(0, 5, 1);
        float a = parts[0].get(0) + parts[1].get(0);
        float b = parts[2].get(0) + parts[3].get(0);
        float expected = (a + b) + parts[4].get(0);
        FixedTree.sum(parts, 1);
        assertEquals(expected, parts[0].get(0));
    }

    /** What a task does in a room with the others. */
    private interface Task<T> {
        T run(Peers peers) throws Exception;
    }

    private static <T> List<Future<T>> tasks(int count, String host, int timeout, Task<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        String[] words = new String[count];
        CyclicBarrier all = new CyclicBarrier(count);
        List<Future<T>> results = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            int mine = rank;
            Callable<T> body = () -> {
                Peers.Waiting waiting = new Peers.Waiting(timeout, () -> false);
                try (Peers peers = Peers.connect(mine, host, KEY, 0, waiting, word -> gather(words, mine, word, all))) {
                    return task.run(peers);
                }
            };
            results.add(threads.submit(body));
        }
        threads.shutdown();
        return results;
    }

    private static String[] gather(String[] words, int rank, String word, CyclicBarrier all) {
        words[rank] = word;
        try {
            all.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return words;
    }

    @ParameterizedTest
    @CsvSource({"1, 2, false", "1, 3, true", "2, 2, true", "2, 4, false", "7, 3, true", "6, 1, false", "4, 1, true"})
    void anyTasksGetTheSameBitsOfTheSameShards(int here, int tasks, boolean sealed) throws Exception {
        int length = 70_001; // no multiple of anything, more than a piece
        float[] expected = treeOf(here * tasks, length);
        List<Future<float[]>> sums = tasks(tasks, "127.0.0.1", 20, peers -> {
            int group = Integer.lowestOneBit(here);
            StateSum sum = new StateSum(peers, sealed ? KEY : null, 0, here / group, length);
            float[] last = null;
            for (int round = 0; round < 3; round++) {
                FloatBuffer[] mine = shards(peers.rank() * here, here, length);
                FixedTree.sum(mine, length, group);
                FloatBuffer[] parts = new FloatBuffer[here / group];
                for (int i = 0; i < parts.length; i++) {
                    parts[i] = mine[i * group];
                }
                sum.sum(parts);
                last = parts[0].array();
            }
            return last;
        });
        for (Future<float[]> sum : sums) {
            assertArrayEquals(expected, sum.get());
        }
    }

    @Test
    void itGoesByIpv6() throws Exception {
        for (Future<float[]> sum : tasks(2, "::1", 20, peers -> {
            FloatBuffer[] mine = shards(peers.rank(), 1, 3);
            new StateSum(peers, null, 0, 1, 3).sum(mine);
            return mine[0].array();
        })) {
            assertArrayEquals(treeOf(2, 3), sum.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRefusalReachesAllWithItsWords(boolean sealed) throws Exception {
        List<Future<String>> words = tasks(3, "127.0.0.1", 20, peers -> {
            StateSum sum = new StateSum(peers, sealed ? KEY : null, 0, 1, 5);
            if (peers.rank() == 1) {
                sum.refuse("this is no number: ∞");
                return "told";
            }
            return assertThrows(IllegalArgumentException.class, () -> sum.sum(shards(0, 1, 5)))
                    .getMessage();
        });
        assertEquals("this is no number: ∞", words.get(0).get());
        assertEquals("told", words.get(1).get());
        assertEquals("this is no number: ∞", words.get(2).get());
    }

    @Test
    void aTaskThatGoesAwayIsMissedAtOnceAndASilentOneAfterTheTimeOut() throws Exception {
        List<Future<String>> gone = tasks(2, "127.0.0.1", 60, peers -> {
            if (peers.rank() == 1) {
                return "left";
            }
            StateSum sum = new StateSum(peers, null, 0, 1, 5);
            return assertThrows(IOException.class, () -> sum.sum(shards(0, 1, 5)))
                    .getMessage();
        });
        assertTrue(
                gone.get(0).get().contains("task 1 went away")
                        || gone.get(0).get().contains("reset"),
                gone.get(0).get());
        List<Future<String>> silent = tasks(2, "127.0.0.1", 1, peers -> {
            if (peers.rank() == 1) {
                Thread.sleep(4000);
                return "slept";
            }
            StateSum sum = new StateSum(peers, null, 0, 1, 5);
            return assertThrows(IOException.class, () -> sum.sum(shards(0, 1, 5)))
                    .getMessage();
        });
        assertTrue(
                silent.get(0).get().contains("no word from the other tasks for 1 s"),
                silent.get(0).get());
    }

    @Test
    void strangersAreLeftAtTheDoor() throws Exception {
        String[] words = new String[2];
        CyclicBarrier all = new CyclicBarrier(3);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<float[]>> sums = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int mine = rank;
            sums.add(threads.submit(() -> {
                Peers.Waiting waiting = new Peers.Waiting(20, () -> false);
                try (Peers peers = Peers.connect(mine, "127.0.0.1", KEY, 0, waiting, word -> {
                    gather(words, mine, word, all);
                    return gather(words, mine, word, all); // once more: the stranger is first
                })) {
                    FloatBuffer[] parts = shards(mine, 1, 4);
                    new StateSum(peers, null, 0, 1, 4).sum(parts);
                    return parts[0].array();
                }
            }));
        }
        threads.shutdown();
        all.await();
        int port = Integer.parseInt(words[0].substring(words[0].indexOf(' ') + 1));
        try (Socket stranger = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            byte[] guess = ByteBuffer.allocate(36).putInt(1).put(new byte[32]).array();
            stranger.getOutputStream().write(guess);
            all.await();
            assertArrayEquals(treeOf(2, 4), sums.get(0).get());
            assertArrayEquals(treeOf(2, 4), sums.get(1).get());
            assertEquals(-1, stranger.getInputStream().read());
        }
    }

    @Test
    void whatWasChangedOnItsWayOrIsOfAnotherIsRefused() throws Exception {
        byte[] text = new byte[20_001];
        new Random(1).nextBytes(text);
        byte[][] sealed = new byte[2][text.length + PieceCipher.TAG];
        PieceCipher sealing = PieceCipher.sealing(KEY, 0, 1, 2);
        for (byte[] piece : sealed) {
            assertEquals(piece.length, sealing.apply(text, text.length, piece));
        }
        assertFalse(Arrays.equals(sealed[0], sealed[1]), "the same text twice");
        PieceCipher opening = PieceCipher.opening(KEY, 0, 1, 2);
        for (byte[] piece : sealed) {
            byte[] opened = new byte[text.length];
            assertEquals(text.length, opening.apply(piece, piece.length, opened));
            assertArrayEquals(text, opened);
        }
        assertRefused(PieceCipher.opening(KEY, 0, 1, 2), sealed[1]);
        assertRefused(PieceCipher.opening(KEY, 1, 1, 2), sealed[0]);
        assertRefused(PieceCipher.opening(KEY, 0, 2, 1), sealed[0]);
        byte[] otherKey = KEY.clone();
        otherKey[5] = 1;
        assertRefused(PieceCipher.opening(otherKey, 0, 1, 2), sealed[0]);
        sealed[0][15_000] ^= 1;
        assertRefused(PieceCipher.opening(KEY, 0, 1, 2), sealed[0]);
    }

    private static void assertRefused(PieceCipher cipher, byte[] sealed) {
        assertThrows(GeneralSecurityException.class, () -> cipher.apply(sealed, sealed.length, new byte[20_001]));
    }

    @Test
    void anotherFitsTaskIsNotAdmitted() {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> {
            String[] words = new String[2];
            CyclicBarrier all = new CyclicBarrier(2);
            ExecutorService threads = Executors.newFixedThreadPool(2);
            List<Future<Integer>> ends = new ArrayList<>();
            for (int rank = 0; rank < 2; rank++) {
                int mine = rank;
                byte[] key = KEY.clone();
                key[0] = (byte) rank;
                ends.add(threads.submit(() -> {
                    Peers.Waiting waiting = new Peers.Waiting(1, () -> false);
                    try (Peers peers =
                            Peers.connect(mine, "127.0.0.1", key, 0, waiting, word -> gather(words, mine, word, all))) {
                        return peers.rank();
                    }
                }));
            }
            threads.shutdown();
            ends.get(0).get();
        });
        assertTrue(thrown.getMessage().contains("no word from the other tasks"), thrown.getMessage());
    }
}
