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
    void successMakesItWorthwhileAgain() {
        await(() -> false);
        await(() -> false);
        await(() -> false);
        await(() -> false);
        await(() -> false);
        assertThat(await(() -> looks.get() == 2)).isTrue();

        await(() -> false);
        await(() -> false);
        assertThat(looks.get()).as("left out once").isEqualTo(1);
        await(() -> false);
        assertThat(looks.get()).as("and tried then").isGreaterThan(1);
    }
}
