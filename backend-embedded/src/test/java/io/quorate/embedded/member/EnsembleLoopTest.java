package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EnsembleLoopTest {

    private static final String NAME = "loop-test";

    /** Work that is there whenever somebody says so, and counts who looks for it. */
    private static final class Counted implements EnsembleLoop.Work {
        final AtomicInteger pieces = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        final AtomicInteger looksOfThread = new AtomicInteger();
        volatile Runnable whenDone = () -> {};
        final AtomicBoolean over = new AtomicBoolean();
        final AtomicLong timerAt = new AtomicLong(Long.MAX_VALUE);

        @Override
        public boolean runOnce() {
            if (Thread.currentThread().getName().equals(NAME)) {
                looksOfThread.incrementAndGet();
            }
            int found = pieces.getAndSet(0);
            done.addAndGet(found);
            if (found > 0) {
                whenDone.run();
            }
            return found > 0;
        }

        @Override
        public void tick() {
            // Nothing happens with time.
        }

        @Override
        public long nanosToTimer() {
            long at = timerAt.get();
            return at == Long.MAX_VALUE ? at : at - System.nanoTime();
        }

        @Override
        public boolean isDone() {
            return over.get();
        }
    }

    private final Counted work = new Counted();
    private final AtomicLong stoppedAt = new AtomicLong();
    private final EnsembleLoop loop = new EnsembleLoop(NAME, work, TimeUnit.SECONDS.toNanos(100), this::nanos);

    /** Returns the time, which may have been stopped. */
    private long nanos() {
        long stopped = stoppedAt.get();
        return stopped == 0 ? System.nanoTime() : stopped;
    }

    private void startAndAwaitSleep() {
        loop.start();
        await().until(this::isAsleep);
    }

    /** Returns whether the thread has looked for work at least once and waits. */
    private boolean isAsleep() {
        return work.looksOfThread.get() > 0
                && Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals(NAME))
                        .allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
    }

    /** Asserts that the thread was not woken: had it been, it would come within the moment that is waited here. */
    private void awaitNoLookSince(int looks) {
        await().during(Duration.ofMillis(20)).until(() -> work.looksOfThread.get() == looks);
    }

    @AfterEach
    void stop() throws InterruptedException {
        work.over.set(true);
        loop.wakeBy(System.nanoTime());
        loop.join(10_000);
        assertThat(loop.liveThread()).isNull();
    }

    @Test
    void helperDoesTheWorkWithoutTheThreadThoughATimerIsNear() {
        work.timerAt.set(System.nanoTime() + TimeUnit.SECONDS.toNanos(90));
        startAndAwaitSleep();
        int looks = work.looksOfThread.get();

        for (int i = 0; i < 100; i++) {
            // The time to a timer and the time of day are not looked at in one instant, so that they differ by a little
            // each time.
            work.timerAt.addAndGet(-200);
            work.pieces.incrementAndGet();
            loop.signal();
            loop.help();
        }

        assertThat(work.done).hasValue(100);
        awaitNoLookSince(looks);
    }

    @Test
    void threadIsWokenForATimerThatIsDueBeforeItWakes() {
        startAndAwaitSleep();
        int looks = work.looksOfThread.get();

        work.timerAt.set(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5));
        loop.signal();
        loop.help();

        await().until(() -> work.looksOfThread.get() > looks);
    }

    @Test
    void workGathersForWhoHasPromisedToHelp() {
        startAndAwaitSleep();
        int looks = work.looksOfThread.get();

        stoppedAt.set(System.nanoTime());
        loop.promiseHelp();
        work.pieces.set(2);
        loop.wakeUp();
        loop.helpAsPromised();

        assertThat(work.done).hasValue(2);
        awaitNoLookSince(looks);
    }

    @Test
    void promiseThatIsNotKeptIsMadeUpFor() {
        AtomicInteger left = new AtomicInteger(3);
        work.whenDone = () -> {
            if (left.getAndDecrement() > 0) {
                loop.promiseHelp();
                work.pieces.incrementAndGet();
            }
        };
        startAndAwaitSleep();

        work.pieces.set(1);
        loop.wakeUp();

        await().untilAsserted(() -> assertThat(work.done).hasValue(4));
    }

    @Test
    void helperThatIsWaitedForLeavesToTheThreadWhatTakesLonger() {
        startAndAwaitSleep();
        AtomicInteger ofHelper = new AtomicInteger();
        work.whenDone = () -> {
            if (!Thread.currentThread().getName().equals(NAME)) {
                ofHelper.incrementAndGet();
            }
            if (work.done.get() < 1_000) {
                work.pieces.set(1);
            }
        };

        loop.promiseHelp();
        work.pieces.set(1);
        loop.wakeUp();
        loop.helpBriefly();

        assertThat(ofHelper.get()).isBetween(1, 10);
        await().until(() -> work.done.get() == 1_000);
    }
}
