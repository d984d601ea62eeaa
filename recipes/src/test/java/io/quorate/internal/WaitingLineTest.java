package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When a turn becomes a grant, and who is watched meanwhile, one interleaving at a time. */
final class WaitingLineTest {

    private static final Key QUEUE = Key.of("/locks/orders");

    private final ScriptedSession session = new ScriptedSession();
    private final WaitingLines lines = new WaitingLines(session);

    private static final class Recorder implements WaitingLine.Waiter {

        final List<String> told = new ArrayList<>();

        @Override
        public void hasToWait() {
            told.add("waits");
        }

        @Override
        public void granted(Ownership ownership) {
            told.add("granted");
        }

        @Override
        public void removed() {
            told.add("removed");
        }

        @Override
        public void failed(QuorateException cause) {
            told.add("failed");
        }
    }

    WaitingLineTest() {
        lines.start();
    }

    @Test
    void handOverFromTheOnlyOneAheadCostsNoRequest() {
        Recorder own = waitsBehindAnother();
        session.gone(QUEUE, 0);

        assertThat(own.told).containsExactly("waits", "granted");
        assertThat(session.listings).isEmpty();
        assertThat(session.reads).isEmpty();
    }

    @Test
    void turnIsGrantedWithoutWaitingForTheWatchOnTheTicket() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 0);

        assertThat(own.told).containsExactly("granted");
        assertThat(session.isWatched(QUEUE, 0))
                .as("the watch is asked for, and has not told anything yet")
                .isTrue();
    }

    @Test
    void onlyTheNearestAheadIsWatchedAndItsDepartureReadsTheQueueOnce() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 3, 0, 1, 2);
        assertThat(session.isWatched(QUEUE, 2)).isTrue();
        assertThat(session.isWatched(QUEUE, 1)).isFalse();

        session.seen(QUEUE, 2, true);
        session.gone(QUEUE, 2);
        assertThat(own.told).as("others may be ahead still").containsExactly("waits");
        session.listed(0, QUEUE, 1, 3);

        assertThat(session.isWatched(QUEUE, 1)).isTrue();
        session.seen(QUEUE, 1, true);
        session.gone(QUEUE, 1);
        assertThat(own.told)
                .as("the reading has shown that nobody else is ahead")
                .containsExactly("waits", "granted");
        assertThat(session.listings).hasSize(1);
    }

    @Test
    void predecessorThatHadLeftBeforeItWasWatchedIsNotWaitedFor() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 1, 0);

        session.absent(QUEUE, 0);

        assertThat(own.told).containsExactly("waits", "granted");
    }

    @Test
    void readingThatIsOlderThanALaterTicketForgetsNobodyAheadOfThat() {
        Recorder first = join(QUEUE);
        session.ticket(0, QUEUE, 2, 0, 1);
        session.gone(QUEUE, 1);
        Recorder second = join(QUEUE);
        session.ticket(1, QUEUE, 4, 2, 3);
        session.listed(0, QUEUE, 2);
        assertThat(first.told).containsExactly("waits", "granted");

        session.gone(QUEUE, 2);

        assertThat(session.isWatched(QUEUE, 3) || session.listings.size() == 2).isTrue();
        assertThat(second.told)
                .as("3 is ahead, though the reading did not show it")
                .containsExactly("waits");
    }

    @Test
    void waitersOfOneSessionWatchNobodyTwiceAndOnlyTheFirstOneLooksAhead() {
        for (int i = 1; i <= 5; i++) {
            Recorder unused = join(QUEUE);
            session.ticket(i - 1, QUEUE, i, IntStream.range(0, i).toArray());
        }

        assertThat(session.watched)
                .as("five of our own and the one ahead of them")
                .hasSize(6);
    }

    @Test
    void turnIsNotGrantedWhileTheSessionIsSuspended() {
        Recorder own = waitsBehindAnother();

        session.silently(SessionState.SUSPENDED);
        session.gone(QUEUE, 0);
        assertThat(own.told).containsExactly("waits");

        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.seen(QUEUE, 1, false);
        assertThat(own.told).containsExactly("waits", "granted");
    }

    @Test
    void ticketThatWasNotSeenSinceAReconnectionIsGrantedNothing() {
        Recorder own = waitsBehindAnother();
        session.proven = false;
        session.gone(QUEUE, 0);
        assertThat(session.reads).hasSize(1);

        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.proven = true;
        session.reads.get(0).complete(Optional.empty());
        assertThat(own.told)
                .as("an operator may have deleted the ticket meanwhile")
                .containsExactly("waits");

        session.gone(QUEUE, 1);
        assertThat(own.told).containsExactly("waits", "removed");
    }

    @Test
    void turnIsNotGrantedBeforeTheSessionIsProven() {
        session.proven = false;
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 0);
        assertThat(own.told).isEmpty();
        assertThat(session.reads).as("one read asks for a proof").hasSize(1);

        session.reads.get(0).complete(Optional.empty());
        assertThat(own.told).as("it came too late to prove anything").isEmpty();
        assertThat(session.reads).as("another read asks").hasSize(2);

        session.proven = true;
        session.reads.get(1).complete(Optional.empty());
        assertThat(own.told).containsExactly("granted");
    }

    @Test
    void ticketThatIsFoundDeletedIsNotWaitedFor() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 1, 0);

        session.absent(QUEUE, 1);

        assertThat(own.told).containsExactly("waits", "removed");
        assertThat(session.watched).as("nobody is there").isEmpty();
    }

    @Test
    void nothingIsGrantedOnceTheClientCloses() {
        Recorder own = waitsBehindAnother();
        Recorder late = join(QUEUE);

        lines.end();
        session.gone(QUEUE, 0);
        session.ticket(1, QUEUE, 2);

        assertThat(own.told).containsExactly("waits", "failed");
        session.becomes(SessionState.CLOSED);
        assertThat(late.told).doesNotContain("granted").contains("failed");
    }

    @Test
    void ticketIsWatchedForAsLongAsItIsWaitedWithOrHeld() {
        Recorder own = waitsBehindAnother();
        sweepTwice();
        assertThat(session.isWatched(QUEUE, 1)).as("a ticket waits").isTrue();

        session.gone(QUEUE, 0);
        assertThat(own.told).containsExactly("waits", "granted");
        sweepTwice();
        assertThat(session.isWatched(QUEUE, 1)).as("a lease is held").isTrue();

        session.gone(QUEUE, 1);
        assertThat(session.watched).as("nobody is there").isEmpty();
    }

    @Test
    void watchesOfAPlaceThatIsLeftEnd() {
        Recorder recorder = new Recorder();
        Place place = join(QUEUE, recorder);
        session.ticket(0, QUEUE, 1, 0);
        assertThat(session.watched).hasSize(2);

        lines.leave(QUEUE, place);

        assertThat(session.watched).isEmpty();
        assertThat(session.dequeued).hasSize(1);
    }

    private Recorder waitsBehindAnother() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 1, 0);
        session.seen(QUEUE, 1, true);
        session.seen(QUEUE, 0, true);
        assertThat(own.told).containsExactly("waits");
        return own;
    }

    private Recorder join(Key queue) {
        Recorder recorder = new Recorder();
        Place unused = join(queue, recorder);
        return recorder;
    }

    private Place join(Key queue, Recorder recorder) {
        return lines.join(
                queue,
                "x",
                Bytes.EMPTY,
                GrantRule.FIRST_ONLY,
                ticket -> new Ownership("a lock", session, ticket, SuspensionPolicy.UNTIL_DEADLINE, Runnable::run),
                recorder);
    }

    private void sweepTwice() {
        session.runTimers();
        session.runTimers();
    }
}
