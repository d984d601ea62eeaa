package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SerialExecutorTest {

    private final Queue<Runnable> pool = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();

    @Test
    void tasksRunInOrderEvenIfOneThrows() {
        SerialExecutor serial = new SerialExecutor("a handle", pool::add);
        serial.execute(() -> done.add("one"));
        serial.execute(() -> {
            throw new IllegalStateException("a user's callback fails");
        });
        serial.execute(() -> done.add("three"));

        assertThat(pool).hasSize(1);
        runPool();
        assertThat(done).containsExactly("one", "three");
    }

    @Test
    void taskHandedOverByATaskRunsAfterIt() {
        SerialExecutor serial = new SerialExecutor("a handle", Runnable::run);
        serial.execute(() -> {
            serial.execute(() -> done.add("inner"));
            done.add("outer");
        });

        assertThat(done).containsExactly("outer", "inner");
    }

    @Test
    void tasksNeverOverlapOnAPoolOfThreads() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            SerialExecutor serial = new SerialExecutor("a handle", threads);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger overlaps = new AtomicInteger();
            CountDownLatch all = new CountDownLatch(10_000);
            for (int i = 0; i < 10_000; i++) {
                serial.execute(() -> {
                    if (running.incrementAndGet() > 1) {
                        overlaps.incrementAndGet();
                    }
                    running.decrementAndGet();
                    all.countDown();
                });
            }

            assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(overlaps).hasValue(0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void poolThatWasShutDownCostsTheCallbacksButNoException() {
        SerialExecutor serial = new SerialExecutor("a handle", task -> {
            throw new RejectedExecutionException("shut down");
        });

        serial.execute(() -> done.add("never"));

        assertThat(done).isEmpty();
    }

    @Test
    void poolThatThrowsCostsItsCallbacksButNotTheNextOnes() {
        AtomicInteger attempts = new AtomicInteger();
        SerialExecutor serial = new SerialExecutor("a handle", task -> {
            if (attempts.getAndIncrement() == 0) {
                throw new IllegalStateException("a user's executor fails");
            }
            task.run();
        });

        serial.execute(() -> done.add("lost"));
        serial.execute(() -> done.add("next"));

        assertThat(done).containsExactly("next");
    }

    @Test
    void taskThatThrowsAnErrorDoesNotKeepTheNextOneFromRunning() {
        SerialExecutor serial = new SerialExecutor("a handle", Runnable::run);

        serial.execute(() -> {
            throw new AssertionError("a user's callback fails");
        });
        serial.execute(() -> done.add("next"));

        assertThat(done).containsExactly("next");
    }

    private void runPool() {
        for (Runnable task = pool.poll(); task != null; task = pool.poll()) {
            task.run();
        }
    }
}
