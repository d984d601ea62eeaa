package io.quorate.backend;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Elapsed time is that of the faster clock, and never runs backwards. */
class SystemTickerTest {

    private final AtomicLong monotonicNanos = new AtomicLong(-5_000_000_000L);
    private final AtomicLong wallMillis = new AtomicLong(1_700_000_000_000L);
    private final SystemTicker ticker = new SystemTicker(monotonicNanos::get, wallMillis::get);

    private void bothPass(long millis) {
        monotonicNanos.addAndGet(MILLISECONDS.toNanos(millis));
        wallMillis.addAndGet(millis);
    }

    private long elapsedMillis(Runnable happening) {
        long before = ticker.nanos();
        happening.run();
        return MILLISECONDS.convert(ticker.nanos() - before, NANOSECONDS);
    }

    @Test
    void followsTheMonotonicClockWhileBothAgree() {
        assertThat(elapsedMillis(() -> bothPass(1_234))).isEqualTo(1_234);
    }

    @Test
    void countsTheTimeThatTheMachineWasSuspended() {
        assertThat(elapsedMillis(() -> {
                    bothPass(100);
                    wallMillis.addAndGet(60_000);
                    bothPass(100);
                }))
                .isEqualTo(60_200);
    }

    @Test
    void countsTwoSuspensions() {
        assertThat(elapsedMillis(() -> {
                    wallMillis.addAndGet(1_000);
                    ticker.nanos();
                    bothPass(10);
                    wallMillis.addAndGet(2_000);
                }))
                .isEqualTo(3_010);
    }

    @Test
    void countsAJumpOfTheWallClockForwardWhichOnlyShortensWhatIsDerived() {
        assertThat(elapsedMillis(() -> wallMillis.addAndGet(3_600_000))).isEqualTo(3_600_000);
    }

    @Test
    void doesNotFollowTheWallClockBackwards() {
        assertThat(elapsedMillis(() -> {
                    bothPass(50);
                    wallMillis.addAndGet(-3_600_000);
                    ticker.nanos();
                    bothPass(50);
                }))
                .isEqualTo(100);
    }

    @Test
    void seesASuspensionInFullAfterTheWallClockWasSetBack() {
        wallMillis.addAndGet(-3_600_000);
        assertThat(elapsedMillis(() -> wallMillis.addAndGet(5_000))).isEqualTo(5_000);
    }

    @Test
    void toleratesTheGranularityOfTheWallClock() {
        assertThat(elapsedMillis(() -> {
                    bothPass(10);
                    wallMillis.addAndGet(15);
                    ticker.nanos();
                    wallMillis.addAndGet(-30);
                    ticker.nanos();
                    wallMillis.addAndGet(15);
                }))
                .isEqualTo(10);
    }

    @Test
    void followsASlewedWallClockWithinTheToleranceAtMost() {
        long elapsed = elapsedMillis(() -> {
            for (int i = 0; i < 1_000; i++) {
                bothPass(1_000);
                if (i % 2 == 0) {
                    wallMillis.addAndGet(1);
                }
                ticker.nanos();
            }
        });
        assertThat(elapsed).isBetween(1_000_000L, 1_000_500L);
    }

    @Test
    void neverRunsBackwardsWhateverTheWallClockDoes() {
        Random random = new Random(1);
        long last = ticker.nanos();
        for (int i = 0; i < 10_000; i++) {
            monotonicNanos.addAndGet(random.nextInt(1_000_000));
            wallMillis.addAndGet(random.nextInt(2_000) - 1_000);
            long now = ticker.nanos();
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
    }

    @Test
    void neverRunsBackwardsForAnyThread() throws InterruptedException {
        int readers = 3;
        CountDownLatch done = new CountDownLatch(readers);
        List<Long> backwards = Collections.synchronizedList(new ArrayList<>());
        AtomicLong newest = new AtomicLong(Long.MIN_VALUE);
        for (int r = 0; r < readers; r++) {
            Thread reader = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    long before = newest.get();
                    long now = ticker.nanos();
                    if (now < before) {
                        backwards.add(now - before);
                    }
                    newest.accumulateAndGet(now, Math::max);
                    monotonicNanos.incrementAndGet();
                    wallMillis.addAndGet(i % 50 == 0 ? 40 : i % 50 == 25 ? -35 : 0);
                }
                done.countDown();
            });
            reader.setDaemon(true);
            reader.start();
        }
        done.await();
        assertThat(backwards).isEmpty();
    }

    @Test
    void callsAreTimedByTheMonotonicClockAlone() {
        long before = ticker.awakeNanos();
        bothPass(100);
        wallMillis.addAndGet(60_000);

        assertThat(NANOSECONDS.toMillis(ticker.awakeNanos() - before)).isEqualTo(100);
    }

    @Test
    void tickerOfASingleClockTimesCallsByThat() {
        Ticker single = () -> 42;
        assertThat(single.awakeNanos()).isEqualTo(42);
    }

    @Test
    void systemTickerAdvances() {
        Ticker system = Ticker.system();
        long first = system.nanos();
        assertThat(system.nanos()).isGreaterThanOrEqualTo(first);
    }
}
