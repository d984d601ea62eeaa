package io.quorate.embedded.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Ticker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** How often a thread looks again before it parks. */
final class SpinningTest {

    private static final long MICROSECOND = 1_000;

    private long now;
    private final Ticker ticker = () -> now;
    private final Spinning spinning = new Spinning(ticker);
    private final AtomicInteger looks = new AtomicInteger();

    private boolean await(BooleanSupplier condition) {
        looks.set(0);
        return spinning.await(() -> {
            looks.incrementAndGet();
            now += MICROSECOND;
            return condition.getAsBoolean();
        });
    }

    @Test
    void conditionThatComesSoonIsWaitedFor() {
        assertThat(await(() -> looks.get() == 10)).isTrue();
        assertThat(await(() -> looks.get() == 10)).isTrue();
    }

    @Test
    void waitEndsAfterAMoment() {
        assertThat(await(() -> false)).isFalse();
        assertThat(now).isBetween(50 * MICROSECOND, 60 * MICROSECOND);
    }

    @Test
    void whatWasInVainIsLeftOutTwiceAsOftenEachTime() {
        for (int leftOut = 1; leftOut <= 8; leftOut *= 2) {
            await(() -> false);
            assertThat(looks.get()).as("it is tried").isGreaterThan(1);
            for (int i = 0; i < leftOut; i++) {
                await(() -> false);
                assertThat(looks.get()).as("left out").isEqualTo(1);
            }
        }
    }

    @Test
    void eachSuccessHalvesWhatIsLeftOut() {
        for (int inVain = 0; inVain < 4; inVain++) {
            untilTried(() -> false);
        }
        assertThat(untilTried(() -> looks.get() == 2))
                .as("after the fourth time in vain")
                .isEqualTo(8);
        assertThat(untilTried(() -> false))
                .as("nothing is left out after a success")
                .isZero();
        assertThat(untilTried(() -> false))
                .as("half of the sixteen that were to come")
                .isEqualTo(8);
    }

    @Test
    void whatHoldsAlreadySaysNothingAboutWaiting() {
        await(() -> false);
        assertThat(await(() -> true)).isTrue();
        assertThat(looks.get()).isEqualTo(1);
        await(() -> false);
        assertThat(looks.get()).as("left out still").isEqualTo(1);
    }

    @Test
    void successThatTookTooLongIsNone() {
        await(() -> {
            now += looks.get() == 2 ? 1_000 * MICROSECOND : 0;
            return looks.get() == 2;
        });
        await(() -> false);
        assertThat(looks.get()).as("left out").isEqualTo(1);
    }

    /** Waits until one is not left out; returns how many were. */
    private int untilTried(BooleanSupplier condition) {
        for (int leftOut = 0; ; leftOut++) {
            await(condition);
            if (looks.get() > 1) {
                return leftOut;
            }
        }
    }
}
