package io.quorate.remote.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTripsTest {
    private final RoundTrips roundTrips = new RoundTrips();

    @Test
    void nothingSentIsNoRoundTrip() {
        roundTrips.answered(7);
        assertThat(roundTrips.count()).isZero();
    }

    @Test
    void requestsSentBackToBackAreOneRoundTrip() {
        roundTrips.requested(1);
        roundTrips.requested(2);
        roundTrips.requested(3);
        assertThat(roundTrips.count()).isEqualTo(1);
    }

    @Test
    void eachRequestSentAfterTheReplyToTheOneBeforeIsARoundTrip() {
        for (int xid = 1; xid <= 4; xid++) {
            roundTrips.requested(xid);
            roundTrips.answered(xid);
        }
        assertThat(roundTrips.count()).isEqualTo(4);
    }

    /** It can depend on the first reply, and then the client did wait for it. */
    @Test
    void requestSentBetweenTheRepliesOfABatchOpensARoundTrip() {
        roundTrips.requested(1);
        roundTrips.requested(2);
        roundTrips.answered(1);
        roundTrips.requested(3);
        roundTrips.answered(2);
        assertThat(roundTrips.count()).isEqualTo(2);
    }

    /** The late reply belongs to the first group; nothing of the second was answered when the fourth request left. */
    @Test
    void lateReplyOfAnEarlierGroupDoesNotEndTheCurrentOne() {
        roundTrips.requested(1);
        roundTrips.requested(2);
        roundTrips.answered(1);
        roundTrips.requested(3);
        roundTrips.answered(2);
        roundTrips.requested(4);
        assertThat(roundTrips.count()).isEqualTo(2);
    }

    @Test
    void replyToARequestFromBeforeTheCountIsIgnored() {
        roundTrips.requested(2);
        roundTrips.answered(1);
        roundTrips.requested(3);
        assertThat(roundTrips.count()).isEqualTo(1);
    }
}
