package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A disk that is slow is told of; one that takes three times as long, or does not come back at all, stalls. */
final class DiskWatchTest {

    private static final long LIMIT = TimeUnit.MILLISECONDS.toNanos(100);

    private long now = 1_000;
    private final DiskWatch watch = new DiskWatch(1, LIMIT, () -> now);

    private void force(long nanos) {
        watch.begin();
        now += nanos;
        watch.end();
    }

    @Test
    void forceWithinTheLimitIsFine() {
        force(LIMIT);
        assertThat(watch.health()).isEqualTo(StoreHealth.GOOD);
        assertThat(watch.figures()).isEqualTo(new DiskFigures(1, 0, LIMIT, LIMIT));
    }

    @Test
    void slowForceIsCountedAndToldForAWhile() {
        force(LIMIT + 1);
        force(5);
        assertThat(watch.figures()).isEqualTo(new DiskFigures(2, 1, 5, LIMIT + 1));
        assertThat(watch.health().alert())
                .hasValueSatisfying(text -> assertThat(text).contains("slow"));
        assertThat(watch.health().isBlocked()).isFalse();
        now += TimeUnit.SECONDS.toNanos(11);
        assertThat(watch.health()).isEqualTo(StoreHealth.GOOD);
    }

    @Test
    void forceUnderWayStallsOnceItTakesThreeTimesTheLimit() {
        watch.begin();
        now += 3 * LIMIT;
        assertThat(watch.health().isBlocked()).isFalse();
        now++;
        assertThat(watch.health().isBlocked()).isTrue();
        assertThat(watch.health().alert())
                .hasValueSatisfying(text -> assertThat(text).contains("stalls"));
        watch.end();
        assertThat(watch.health().isBlocked()).isFalse();
    }

    @Test
    void waitingForRoomIsNotTakenForASlowDisk() {
        watch.begin();
        watch.full("no room");
        now += 100 * LIMIT;
        assertThat(watch.health().alert())
                .hasValueSatisfying(text -> assertThat(text).contains("full"));
        assertThat(watch.health().isBlocked()).isTrue();
        watch.begin();
        watch.end();
        assertThat(watch.health()).isEqualTo(StoreHealth.GOOD);
    }
}
