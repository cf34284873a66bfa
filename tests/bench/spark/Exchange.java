package dev.mnistnative.spark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.SparkConf;

/**
 * How long a sum of 3.93 MB (784-312-256-10 with Adam's moments) takes between tasks in JVMs of their own: the first
 * process is the driver and task 0, and starts the others. Arguments: tasks, rounds.
 */
public final class Exchange {
    private static final int LENGTH = 3 * (784 * 312 + 312 + 312 * 256 + 256 + 256 * 10 + 10);

    private Exchange() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("task")) {
            int port = Integer.parseInt(arguments[4]);
            run(
                    Integer.parseInt(arguments[1]),
                    Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    new Rendezvous.Address("127.0.0.1", port),
                    Boolean.parseBoolean(arguments[5]));
            return;
        }
        int tasks = Integer.parseInt(arguments[0]);
        for (boolean sealed : new boolean[] {false, true, false, true}) {
            SparkConf conf = new SparkConf(false).set("spark.driver.host", "127.0.0.1");
            try (Rendezvous door = Rendezvous.open(conf, new byte[PieceCipher.KEY_BYTES], tasks)) {
                String java = ProcessHandle.current().info().command().orElseThrow();
                for (int rank = 1; rank < tasks; rank++) {
                    new ProcessBuilder(
                                    java, "-cp", System.getProperty("java.class.path"),
                                    Exchange.class.getName(), "task", "" + rank, "" + tasks, arguments[1],
                                    "" + door.address().port(), "" + sealed)
                            .inheritIO()
                            .start();
                }
                run(0, tasks, Integer.parseInt(arguments[1]), door.address(), sealed);
            }
        }
    }

    private static void run(int rank, int tasks, int rounds, Rendezvous.Address door, boolean sealed) throws Exception {
        byte[] key = new byte[PieceCipher.KEY_BYTES];
        Peers.Waiting waiting = new Peers.Waiting(120, () -> false);
        try (Peers peers = Peers.connect(
                rank,
                "127.0.0.1",
                key,
                0,
                waiting,
                word -> Rendezvous.meet(door, key, 0, rank, tasks, word, waiting))) {
            StateSum sum = new StateSum(peers, sealed ? key : null, 0, 1, LENGTH);
            FloatBuffer state = ByteBuffer.allocateDirect(LENGTH * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            double[] millis = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                long began = System.nanoTime();
                sum.sum(new FloatBuffer[] {state});
                millis[round] = (System.nanoTime() - began) / 1e6;
            }
            double[] warm = Arrays.copyOfRange(millis, rounds / 4, rounds);
            Arrays.sort(warm);
            if (rank == 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%d tasks, %s: median %.2f ms, 95 %% %.2f ms, least %.2f ms%n",
                        tasks,
                        sealed ? "sealed" : "plain",
                        warm[warm.length / 2],
                        warm[warm.length * 95 / 100],
                        warm[0]);
            }
        }
    }
}
