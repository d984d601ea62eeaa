package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When a turn becomes a grant, and who is watched meanwhile, one interleaving at a time. */
final class WaitingLineTest {

    private static final Key QUEUE = Key.of("/locks/orders");

    /** Waits for every single one who is ahead, as who needs all permits of a semaphore. */
    private static final GrantRule ALL =
            queue -> queue.ahead().isEmpty() ? GrantRule.Verdict.turn() : GrantRule.Verdict.behind(queue.ahead());

    /** Has its turn as soon as there are terms. */
    private static final GrantRule BY_TERMS =
            queue -> queue.terms().isPresent() ? GrantRule.Verdict.turn() : GrantRule.Verdict.behind(List.of());

    private static final QueueTerms TERMS = new QueueTerms(Key.of("/permits/orders"), Bytes.utf8("1"));

    private final QuorateException refused = new OverloadedException("too much is in flight", null);

    private final ScriptedSession session = new ScriptedSession();
    private final WaitingLines lines = new WaitingLines(session);

    private final List<Ownership> owned = new ArrayList<>();

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
        assertThat(session.watched).as("it may be given back in a moment").isEmpty();
        session.runTimers();
        assertThat(session.isWatched(QUEUE, 0))
                .as("the watch is asked for, and has not told anything yet")
                .isTrue();
    }

    @Test
    void ticketThatIsGivenBackAtOnceIsNeverWatched() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 0);

        CompletableFuture<Void> given = owned.get(0).release();
        session.answerDequeues();
        session.runTimers();

        assertThat(own.told).containsExactly("granted");
        assertThat(given).isCompleted();
        assertThat(session.watched).isEmpty();
        assertThat(lines.sizeOf(QUEUE)).isZero();
    }

    @Test
    void ticketThatWaitsIsWatchedBeforeWhomItWaitsFor() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 1, 0);

        assertThat(own.told).containsExactly("waits");
        assertThat(session.watched.keySet())
                .as("a ticket that was deleted is told to be so before its turn comes")
                .containsExactly(
                        ScriptedSession.place(QUEUE, 1).key(),
                        ScriptedSession.place(QUEUE, 0).key());
    }

    @Test
    void ticketThatIsToldOverALaterConnectionIsSeenBeforeItIsGranted() {
        Recorder own = join(QUEUE);
        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.ticket(0, QUEUE, 1);

        assertThat(own.told).as("who was ahead may have left after it").isEmpty();
        session.seen(QUEUE, 1, true);
        assertThat(own.told).containsExactly("granted");
    }

    @Test
    void ticketThatWasDeletedBeforeItWasToldIsNotGranted() {
        Recorder own = join(QUEUE);
        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.ticket(0, QUEUE, 1);
        session.absent(QUEUE, 1);

        assertThat(own.told).containsExactly("removed");
    }

    @Test
    void nextOfTheSameSessionHasItsTurnWhenTheRemovalIsConfirmed() {
        join(QUEUE);
        session.ticket(0, QUEUE, 0);
        Recorder next = join(QUEUE);
        session.ticket(1, QUEUE, 1, 0);
        session.seen(QUEUE, 1, true);

        CompletableFuture<Void> given = owned.get(0).release();
        assertThat(next.told).as("the ticket may be there still").containsExactly("waits");
        session.answerDequeues();

        assertThat(given).isCompleted();
        assertThat(next.told).containsExactly("waits", "granted");
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
    void ticketThatIsReadAnywayIsNotWatchedForAWhile() {
        Recorder own = joinsBehindTwoOthers();
        assertThat(session.isWatched(QUEUE, 2)).isFalse();

        session.gone(QUEUE, 1);
        session.listed(0, QUEUE, 2);

        assertThat(own.told).containsExactly("waits", "granted");
        assertThat(session.isWatched(QUEUE, 2)).isFalse();
    }

    @Test
    void ticketThatWaitsForLongIsWatched() {
        Recorder own = joinsBehindTwoOthers();
        session.runTimers();
        assertThat(session.isWatched(QUEUE, 2)).isTrue();

        session.gone(QUEUE, 2);
        assertThat(own.told).containsExactly("waits", "removed");
    }

    @Test
    void turnOfATicketThatNobodyWatchedIsNotGrantedBeforeItWasSeen() {
        Recorder own = joinsBehindTwoOthers();
        session.gone(QUEUE, 1);
        session.listed(0, QUEUE, 0);

        assertThat(own.told)
                .as("an operator has deleted it unseen, and 0 as well was there still")
                .containsExactly("waits", "removed");
    }

    @Test
    void watchThatWasAskedForTooLateDoesNotVouchForATicket() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 1, 0);
        Recorder next = join(QUEUE);
        session.ticket(1, QUEUE, 2, 0, 1);
        session.gone(QUEUE, 0);
        assertThat(own.told).as("it was watched before 0 was").containsExactly("waits", "granted");

        CompletableFuture<Void> unused = owned.get(0).release();
        session.answerDequeues();
        assertThat(next.told).as("nothing has told that it is there").containsExactly("waits");
        session.listed(0, QUEUE, 2);
        assertThat(next.told).containsExactly("waits", "granted");
    }

    @Test
    void ticketsAreWatchedAsSoonAsTheConnectionIsLost() {
        Recorder unused = joinsBehindTwoOthers();
        session.becomes(SessionState.SUSPENDED);

        assertThat(session.isWatched(QUEUE, 2)).isTrue();
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
        Recorder first = joinsBehindTwoOthers();
        session.gone(QUEUE, 1);
        Recorder second = join(QUEUE);
        session.ticket(1, QUEUE, 4, 2, 3);
        session.listed(0, QUEUE, 2);
        assertThat(first.told).containsExactly("waits", "granted");
        session.runTimers();

        session.gone(QUEUE, 2);

        assertThat(session.isWatched(QUEUE, 3) || session.listings.size() == 2).isTrue();
        assertThat(second.told)
                .as("3 is ahead, though the reading did not show it")
                .containsExactly("waits");
    }

    @Test
    void ticketsOfDifferentLivesOfTheQueueAreNotCompared() {
        Recorder before = join(QUEUE);
        session.ticketAt(12, 0, QUEUE, Integer.MIN_VALUE + 2, Integer.MIN_VALUE + 1);
        session.gone(QUEUE, Integer.MIN_VALUE + 2);
        assertThat(before.told).as("the whole queue was deleted").containsExactly("waits", "removed");

        Recorder after = join(QUEUE);
        session.ticketAt(14, 1, QUEUE, 1, 0);

        assertThat(after.told)
                .as("0 is ahead, whatever the left-over of the deleted queue is")
                .containsExactly("waits");
        session.gone(QUEUE, 0);
        assertThat(after.told).containsExactly("waits", "granted");
    }

    @Test
    void listOfANewTicketTellsThatAnOlderOneOfTheSessionWasDeleted() {
        Recorder before = join(QUEUE);
        session.ticketAt(10, 0, QUEUE, 5, 4);
        Recorder after = join(QUEUE);
        session.ticketAt(20, 1, QUEUE, 1, 0);

        assertThat(before.told).containsExactly("waits", "removed");
        assertThat(session.isWatched(QUEUE, 5)).isFalse();
        session.gone(QUEUE, 0);
        assertThat(after.told).containsExactly("waits", "granted");
    }

    @Test
    void holderHearsOfTheDeletionOfItsTicketByTheListOfANewerOne() {
        Recorder before = join(QUEUE);
        session.ticketAt(10, 0, QUEUE, 5);
        assertThat(before.told).containsExactly("granted");
        Recorder after = join(QUEUE);
        session.ticketAt(20, 1, QUEUE, 0);

        assertThat(owned.get(0).isHeld()).isFalse();
        assertThat(after.told).containsExactly("granted");
    }

    @Test
    void listOfAnOlderTicketThatArrivesLateForgetsNobody() {
        Recorder older = join(QUEUE);
        Recorder newer = join(QUEUE);
        session.ticketAt(20, 1, QUEUE, 2, 0);
        session.ticketAt(10, 0, QUEUE, 7);

        assertThat(older.told).as("it is not in the newer list").containsExactly("removed");
        assertThat(newer.told).containsExactly("waits");
    }

    @Test
    void olderTicketThatArrivesLateHasItsTurnFirst() {
        Recorder older = join(QUEUE);
        Recorder newer = join(QUEUE);
        session.ticketAt(20, 1, QUEUE, 2, 0, 1);
        session.ticketAt(10, 0, QUEUE, 1, 0);

        session.gone(QUEUE, 0);

        assertThat(older.told).containsExactly("waits", "granted");
        assertThat(newer.told).containsExactly("waits");
    }

    @Test
    void firstBatchOfTheWholeQueueForgetsNobodyWhomALaterTicketHasBrought() {
        Recorder first = new Recorder();
        Place unusedFirst = join(QUEUE, ALL, first);
        session.ticket(0, QUEUE, 9, IntStream.range(0, 9).toArray());
        Recorder second = new Recorder();
        Place unusedSecond = join(QUEUE, ALL, second);
        session.ticket(1, QUEUE, 11, IntStream.range(0, 11).toArray());

        session.tellOfAll(QUEUE, true, List.of(new Change.Joined(ScriptedSession.place(QUEUE, 9))));

        assertThat(first.told).containsExactly("waits", "granted");
        assertThat(second.told)
                .as("10 is ahead, though the batch did not show it")
                .containsExactly("waits");
        session.listed(0, QUEUE, 9, 10, 11);
        assertThat(session.isWatched(QUEUE, 10)).isTrue();
    }

    @Test
    void departureThatTheWatchOfTheWholeQueueToldBeforeAListArrivedIsFoundByAReading() {
        Recorder first = new Recorder();
        Place unusedFirst = join(QUEUE, ALL, first);
        session.ticket(0, QUEUE, 10, IntStream.range(0, 10).toArray());
        session.tellOfAll(QUEUE, true, joined(IntStream.rangeClosed(0, 10)));
        Recorder second = new Recorder();
        Place unusedSecond = join(QUEUE, ALL, second);
        session.tellOfAll(QUEUE, false, List.of(new Change.Left(ScriptedSession.place(QUEUE, 0))));

        session.ticket(1, QUEUE, 11, IntStream.rangeClosed(0, 10).toArray());

        assertThat(session.listings).hasSize(1);
        session.listed(0, QUEUE, IntStream.rangeClosed(1, 11).toArray());
        session.tellOfAll(
                QUEUE,
                false,
                IntStream.rangeClosed(1, 9)
                        .<Change>mapToObj(each -> new Change.Left(ScriptedSession.place(QUEUE, each)))
                        .toList());
        assertThat(first.told).containsExactly("waits", "granted");
        assertThat(second.told).containsExactly("waits");
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
    void proofThatWasRefusedIsAskedForAgain() {
        session.proven = false;
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 0);

        session.reads.get(0).completeExceptionally(refused);
        assertThat(session.reads).as("not at once").hasSize(1);
        session.runTimers();
        assertThat(session.reads).hasSize(2);

        session.proven = true;
        session.reads.get(1).complete(Optional.empty());
        assertThat(own.told).containsExactly("granted");
    }

    @Test
    void readingThatWasRefusedIsRepeated() {
        Recorder own = joinsBehindTwoOthers();
        session.seen(QUEUE, 1, true);
        session.gone(QUEUE, 1);

        session.listings.get(0).completeExceptionally(refused);
        assertThat(session.listings).as("not at once").hasSize(1);
        session.runTimers();
        session.listed(1, QUEUE, 2);

        assertThat(own.told).containsExactly("waits", "granted");
    }

    @Test
    void readingIsNotRepeatedForASessionThatHasEnded() {
        Recorder own = joinsBehindTwoOthers();
        session.seen(QUEUE, 1, true);
        session.gone(QUEUE, 1);
        session.becomes(SessionState.EXPIRED);

        session.listings.get(0).completeExceptionally(new SessionExpiredException(ScriptedSession.ID));
        session.runTimers();

        assertThat(session.listings).hasSize(1);
        assertThat(own.told).containsExactly("waits", "failed");
    }

    @Test
    void termsWhoseCreationWasRefusedAreCreatedLater() {
        lines.watchTerms(QUEUE, TERMS);
        Recorder own = new Recorder();
        join(QUEUE, BY_TERMS, own);
        session.noTerms(TERMS.key());
        session.ticket(0, QUEUE, 0);

        session.commits.get(0).completeExceptionally(refused);
        assertThat(session.commits).as("not at once").hasSize(1);
        session.runTimers();
        assertThat(session.commits).hasSize(2);
        session.termsAre(TERMS.key(), "1");
        session.commits.get(1).complete(new CommitResult(1));
        session.runTimers();

        assertThat(session.commits).hasSize(2);
        assertThat(own.told).containsExactly("granted");
    }

    @Test
    void whoMustNotReadTheTermsIsToldSoEvenIfTheTicketComesLater() {
        lines.watchTerms(QUEUE, TERMS);
        Recorder first = new Recorder();
        join(QUEUE, BY_TERMS, first);
        Recorder second = new Recorder();
        join(QUEUE, BY_TERMS, second);
        session.ticket(0, QUEUE, 0);

        session.watchEnds(TERMS.key(), new AccessDeniedException("the terms are not for you", null));
        session.ticket(1, QUEUE, 1, 0);

        assertThat(first.told).endsWith("failed");
        assertThat(second.told).containsExactly("failed");
        assertThat(session.dequeued).contains(ScriptedSession.place(QUEUE, 1).key());
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

    private Recorder joinsBehindTwoOthers() {
        Recorder own = join(QUEUE);
        session.ticket(0, QUEUE, 2, 0, 1);
        return own;
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
        return join(queue, GrantRule.FIRST_ONLY, recorder);
    }

    private Place join(Key queue, GrantRule rule, Recorder recorder) {
        return lines.join(queue, "x", Bytes.EMPTY, rule, this::own, recorder);
    }

    private static List<Change> joined(IntStream sequences) {
        return sequences
                .<Change>mapToObj(each -> new Change.Joined(ScriptedSession.place(QUEUE, each)))
                .toList();
    }

    private Ownership own(Ticket ticket) {
        Ownership ownership = new Ownership("a lock", session, ticket, SuspensionPolicy.UNTIL_DEADLINE, Runnable::run);
        owned.add(ownership);
        return ownership;
    }

    private void sweepTwice() {
        session.runTimers();
        session.runTimers();
    }
}
