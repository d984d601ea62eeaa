package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader ends the sessions that it has not heard of for their time-out, and none that it could not have heard of. */
class SessionExpiryTest {

    private static final long TIMEOUT = 1_000;
    private static final long DEAF = 300;

    private final SessionExpiry expiry = new SessionExpiry(DEAF, 0);
    private final List<Long> expired = new ArrayList<>();

    /** Looks every 100 units, from one instant to another. */
    private void look(long from, long to) {
        for (long now = from; now <= to; now += 100) {
            expiry.look(now, expired::add);
        }
    }

    @Test
    void silentSessionEndsOnceAfterItsTimeout() {
        expiry.opened(1, TIMEOUT, 0);
        look(100, 1_000);
        assertThat(expired).isEmpty();
        look(1_100, 5_000);
        assertThat(expired).containsExactly(1L);
    }

    @Test
    void signOfLifeCountsFromItsReceipt() {
        expiry.opened(1, TIMEOUT, 0);
        expiry.opened(2, TIMEOUT, 0);
        look(100, 900);
        expiry.heardOf(1, 950);
        look(1_000, 1_900);
        assertThat(expired).containsExactly(2L);
        look(2_000, 2_000);
        assertThat(expired).containsExactly(2L, 1L);
    }

    @Test
    void timeInWhichTheLeaderDidNotLookIsNobodysSilence() {
        expiry.opened(1, TIMEOUT, 0);
        look(100, 500);
        look(10_500, 11_000);
        assertThat(expired).isEmpty();
        look(11_100, 11_200);
        assertThat(expired).containsExactly(1L);
    }

    @Test
    void sessionThatIsAboutToEndIsGone() {
        expiry.opened(5, TIMEOUT, 0);
        assertThat(expiry.isGone(5, 5)).isFalse();
        expiry.expiring(5);
        assertThat(expiry.isGone(5, 5)).isTrue();
        look(100, 5_000);
        assertThat(expired).isEmpty();
    }

    @Test
    void sessionThatHasEndedIsGoneAndOneThatIsNotAppliedYetIsNot() {
        expiry.opened(5, TIMEOUT, 0);
        expiry.closed(5);
        assertThat(expiry.isGone(5, 7)).isTrue();
        assertThat(expiry.isGone(8, 7)).isFalse();
    }

    @Test
    void closedSessionDoesNotExpire() {
        expiry.opened(1, TIMEOUT, 0);
        expiry.closed(1);
        look(100, 5_000);
        assertThat(expired).isEmpty();
    }
}
