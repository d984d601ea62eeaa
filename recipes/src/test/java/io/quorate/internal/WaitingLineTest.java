package io.quorate.internal;

import static io.quorate.internal.ScriptedSession.place;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a turn becomes a grant, and how long a line keeps its watch, one interleaving at a time. */
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
    void turnIsNotGrantedWhileTheSessionIsSuspended() {
        Recorder own = waitsBehindAnother();

        session.silently(SessionState.SUSPENDED);
        session.batch(false, false, left(0));
        assertThat(own.told).containsExactly("waits");

        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.batch(false, true);
        assertThat(own.told).containsExactly("waits", "granted");
    }

    @Test
    void viewOfBeforeAReconnectionGrantsNothing() {
        Recorder own = waitsBehindAnother();
        session.proven = false;
        session.batch(false, false, left(0));
        assertThat(session.reads).hasSize(1);

        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.proven = true;
        session.reads.get(0).complete(Optional.empty());
        assertThat(own.told)
                .as("an operator may have deleted the ticket meanwhile")
                .containsExactly("waits");

        session.batch(false, true, left(1));
        assertThat(own.told).containsExactly("waits", "removed");
    }

    @Test
    void turnIsNotGrantedBeforeTheSessionIsProven() {
        session.proven = false;
        Recorder own = join(QUEUE);
        session.batch(true, false);
        session.batch(false, false, joined(0));
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
    void ticketThatWasDeletedBeforeItsReplyIsNotWaitedFor() {
        Recorder own = join(QUEUE);
        session.batch(true, false);
        session.batch(false, false, joined(0));
        session.batch(false, false, left(0));

        session.ticket(0, QUEUE, 0);

        assertThat(own.told).containsExactly("removed");
    }

    @Test
    void nothingIsGrantedOnceTheClientCloses() {
        Recorder own = waitsBehindAnother();
        Recorder late = join(QUEUE);

        lines.end();
        session.batch(false, true, left(0));
        session.ticket(1, QUEUE, 2);

        assertThat(own.told).containsExactly("waits", "failed");
        session.becomes(SessionState.CLOSED);
        assertThat(late.told).doesNotContain("granted").contains("failed");
    }

    @Test
    void lineIsWatchedForAsLongAsSomebodyIsThere() {
        Recorder own = join(QUEUE);
        sweepTwice();
        assertThat(session.watched).as("a ticket is under way").containsExactly(QUEUE);

        session.batch(true, false, joined(0));
        session.batch(false, false, joined(1));
        session.ticket(0, QUEUE, 1);
        sweepTwice();
        assertThat(session.watched).as("a ticket waits").containsExactly(QUEUE);

        session.batch(false, false, left(0));
        assertThat(own.told).containsExactly("waits", "granted");
        sweepTwice();
        assertThat(session.watched).as("a lease is held").containsExactly(QUEUE);

        session.batch(false, false, left(1));
        sweepTwice();
        assertThat(session.watched).as("nobody is there").isEmpty();
    }

    @Test
    void watchOfALineThatEverybodyLeftEnds() {
        Recorder own = waitsBehindAnother();

        session.batch(false, false, left(1));
        sweepTwice();

        assertThat(own.told).containsExactly("waits", "removed");
        assertThat(session.watched).isEmpty();
    }

    @Test
    void idleLinesKeepABoundedNumberOfWatches() {
        for (int i = 0; i < 200; i++) {
            Key queue = Key.of("/locks/" + i);
            Place place = join(queue, new Recorder());
            lines.leave(queue, place);
        }

        assertThat(session.watched).hasSizeLessThanOrEqualTo(66);
    }

    private Recorder waitsBehindAnother() {
        Recorder own = join(QUEUE);
        session.batch(true, false, joined(0));
        session.batch(false, false, joined(1));
        session.ticket(0, QUEUE, 1);
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

    private static Change joined(int sequence) {
        return new Change.Joined(place(QUEUE, sequence));
    }

    private static Change left(int sequence) {
        return new Change.Left(place(QUEUE, sequence));
    }
}
