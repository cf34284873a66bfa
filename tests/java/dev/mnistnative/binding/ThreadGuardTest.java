package dev.mnistnative.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadGuardTest {
    private final ThreadGuard guard = new ThreadGuard("trainer");
    private final ExecutorService other = Executors.newSingleThreadExecutor(task -> new Thread(task, "other thread"));

    @AfterEach
    void stop() {
        other.shutdownNow();
    }

    @Test
    void theSameThreadMayEnterAgain() {
        guard.enter();
        guard.enter();
        guard.exit();
        assertTrue(guard.isInside());
        guard.exit();
        assertFalse(guard.isInside());
    }

    @Test
    void aSecondThreadIsRefusedByNameAndCanCloseOnlyAfterwards() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Future<?> visit = other.submit(() -> {
            guard.enter();
            inside.countDown();
            leave.await();
            guard.exit();
            return null;
        });
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        String refusal = assertThrows(IllegalStateException.class, guard::enter).getMessage();
        assertTrue(refusal.contains("other thread"), refusal);
        assertTrue(assertThrows(IllegalStateException.class, guard::close)
                .getMessage()
                .contains("close"));
        leave.countDown();
        visit.get(10, TimeUnit.SECONDS);
        assertTrue(guard.close());
        assertFalse(guard.close());
        assertEquals(
                "trainer is closed",
                assertThrows(IllegalStateException.class, guard::enter).getMessage());
    }

    @Test
    void closingFromInsideIsRefused() {
        guard.enter();
        String refusal = assertThrows(IllegalStateException.class, guard::close).getMessage();
        assertTrue(refusal.contains("inside its own call"), refusal);
        guard.exit();
        assertTrue(guard.close());
    }

    /** However enter, exit and close fall, no two threads are inside and none is after close. */
    @Test
    void neverTwoInsideAndNoneAfterClose() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger entered = new AtomicInteger();
        ExecutorService many = Executors.newFixedThreadPool(4);
        Runnable visitor = () -> {
            while (!guard.isClosed()) {
                try {
                    guard.enter();
                } catch (IllegalStateException refused) {
                    continue;
                }
                try {
                    assertEquals(1, inside.incrementAndGet());
                    assertFalse(guard.isClosed());
                    entered.incrementAndGet();
                } finally {
                    inside.decrementAndGet();
                    guard.exit();
                }
            }
        };
        Future<?>[] visits = {many.submit(visitor), many.submit(visitor), many.submit(visitor)};
        while (entered.get() < 10_000) {
            Thread.onSpinWait();
        }
        boolean closed = false;
        while (!closed) {
            try {
                closed = guard.close();
            } catch (IllegalStateException busy) {
                Thread.onSpinWait();
            }
        }
        for (Future<?> visit : visits) {
            visit.get(10, TimeUnit.SECONDS);
        }
        many.shutdownNow();
    }
}
