package dev.mnistnative.spark;

import dev.mnistnative.train.ReplicaState;
import dev.mnistnative.train.Replicas;
import java.io.IOException;
import java.nio.FloatBuffer;

/**
 * Where the shards of a task meet, each in a thread of its own, and the task meets the others: the last to come does
 * the sums, and all go on with the mean.
 */
final class Averaging {
    private final StateSum others; // null: this is the only task
    private final int shards;
    private final int everySteps;
    private final FloatBuffer[] states;
    private int arrived;
    private long round;
    private String refusal;
    private Throwable failure;

    /** Makes the way to the other tasks, once it is known how long a state is. */
    @FunctionalInterface
    interface Others {
        StateSum of(int vectors, int length) throws IOException;
    }

    /**
     * @param others to the other tasks; null if there are none
     * @param here shards of this task
     * @param shards of all tasks
     * @param length of a shard's state
     */
    Averaging(Others others, int here, int shards, int everySteps, int length) throws IOException {
        this.others = others == null ? null : others.of(here / Integer.lowestOneBit(here), length);
        this.shards = shards;
        this.everySteps = everySteps;
        this.states = new FloatBuffer[here];
    }

    /** What a shard of this task, counted from 0, gives to its trainer. */
    Replicas replica(int shard) {
        return new Replicas() {
            @Override
            public int everySteps() {
                return everySteps;
            }

            @Override
            public void average(ReplicaState state) {
                meet(shard, state.values());
            }
        };
    }

    private synchronized void meet(int shard, FloatBuffer state) {
        requireGoingOn();
        states[shard] = state;
        arrived++;
        long mine = round;
        if (arrived == states.length) {
            average();
        }
        while (round == mine) {
            requireGoingOn();
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("training was cancelled with its task", e);
            }
        }
    }

    /** Done by the last to come, while the others wait. */
    private void average() {
        try {
            if (refusal != null) {
                if (others != null) {
                    others.refuse(refusal);
                }
                throw new IllegalArgumentException(refusal);
            }
            int length = states[0].limit();
            int group = Integer.lowestOneBit(states.length);
            FixedTree.sum(states, length, group);
            FloatBuffer[] parts = new FloatBuffer[states.length / group];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = states[i * group];
            }
            if (others == null) {
                FixedTree.sum(parts, length);
            } else {
                others.sum(parts);
            }
            float share = 1f / shards;
            for (int i = 0; i < length; i++) {
                states[0].put(i, states[0].get(i) * share);
            }
            for (int i = 1; i < states.length; i++) {
                states[i].put(0, states[0], 0, length);
            }
            arrived = 0;
            round++;
            notifyAll();
        } catch (IllegalArgumentException e) {
            refusal = e.getMessage();
            fail(e);
            throw e;
        } catch (IOException e) {
            fail(e);
            requireGoingOn();
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    /** A shard that cannot go on, and never could: it comes to each meeting, and the last to come tells the others. */
    synchronized void refuse(String why) {
        refusal = refusal == null ? why : refusal;
        arrived++;
        if (arrived == states.length && failure == null) {
            try {
                average();
            } catch (IllegalArgumentException e) {
                // all know
            }
        }
    }

    /** A shard that ended by what may not happen again: the others do not wait for it. */
    synchronized void fail(Throwable cause) {
        failure = failure == null ? cause : failure;
        notifyAll();
    }

    private void requireGoingOn() {
        if (failure instanceof IllegalArgumentException) {
            throw new IllegalArgumentException(refusal);
        }
        if (failure != null) {
            throw new IllegalStateException("another shard cannot go on: " + failure.getMessage(), failure);
        }
    }
}
