package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.TooLargeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tickets: one total order for ever, and nothing left of an enqueue that nobody waits for. */
interface TicketContract extends ContractWorld {

    // ------------------------------------------------------------ order

    @Test
    @Guarantee(8)
    default void firstTicketHasNobodyAhead() {
        Session session = open();
        Ticket ticket = await(session.enqueue(QUEUE, "w", Bytes.utf8("who I am")));
        assertThat(ticket.ahead()).isEmpty();
        assertThat(ticket.queue()).isEqualTo(QUEUE);
        assertThat(ticket.owner()).isEqualTo(session.id());
        assertThat(ticket.key().isChildOf(QUEUE)).isTrue();
        assertThat(ticket.place().label()).isEqualTo("w");
        Entry entry = existing(session, ticket.key());
        assertThat(entry.createRevision()).isEqualTo(ticket.revision());
        assertThat(entry.owner()).isEqualTo(session.id());
        assertThat(entry.value()).isEqualTo(Bytes.utf8("who I am"));
    }

    @Test
    @Guarantee(8)
    default void laterTicketNamesAllThatAreAheadInOrder() {
        Session one = open("one");
        Session two = openElsewhere("two");
        Ticket first = await(one.enqueue(QUEUE, "r", null));
        Ticket second = await(two.enqueue(QUEUE, "w", null));
        Ticket third = await(one.enqueue(QUEUE, "r", null));
        Ticket fourth = await(two.enqueue(QUEUE, "w", null));
        assertThat(second.ahead()).containsExactly(first.place());
        assertThat(third.ahead()).containsExactly(first.place(), second.place());
        assertThat(fourth.ahead()).containsExactly(first.place(), second.place(), third.place());
        await(one.dequeue(first));
        await(one.dequeue(third));
        assertThat(enqueue(one).ahead()).containsExactly(second.place(), fourth.place());
    }

    @Test
    @Guarantee(8)
    default void ticketWithoutAValueHasNone() {
        Session session = open();
        Ticket none = await(session.enqueue(QUEUE, "w", null));
        Ticket empty = await(session.enqueue(QUEUE, "w", Bytes.EMPTY));
        assertThat(existing(session, none.key()).value()).isNull();
        assertThat(existing(session, empty.key()).value()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    @Guarantee(8)
    default void concurrentTicketsHaveOneOrderThatAllAgreeOn() {
        List<Session> sessions = List.of(open("one"), openElsewhere("two"), openElsewhere("three"));
        List<CompletableFuture<Ticket>> enqueues = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            enqueues.add(sessions.get(i % 3).enqueue(QUEUE, "w", null));
        }
        List<Ticket> inOrder = enqueues.stream()
                .map(this::await)
                .sorted(Comparator.comparingLong(Ticket::revision))
                .toList();
        List<QueueEntry> before = new ArrayList<>();
        for (Ticket ticket : inOrder) {
            assertThat(ticket.ahead()).containsExactlyElementsOf(before);
            before.add(ticket.place());
        }
        assertThat(inOrder.stream().map(Ticket::revision)).doesNotHaveDuplicates();
        assertThat(inOrder.stream().map(ticket -> ticket.place().name())).isSortedAccordingTo(TicketName.FIFO);
        RecordedView view = begunWatching(sessions.get(0), QUEUE, Scope.QUEUE);
        assertThat(view.places()).containsExactlyElementsOf(before);
    }

    @Test
    @Guarantee({1, 8})
    default void ticketsTakenTogetherHaveOneRevisionAndStandBehindWhoeverWasThere() {
        Session session = open();
        Key other = QUEUE.parent().orElseThrow().child("another-queue");
        Ticket before = await(session.enqueue(other, "w", null));
        List<Ticket> tickets = await(openElsewhere("two").enqueueAll(List.of(QUEUE, other), "x", Bytes.utf8("me")));

        assertThat(tickets).extracting(Ticket::queue).containsExactly(QUEUE, other);
        assertThat(tickets.get(0).revision())
                .isEqualTo(tickets.get(1).revision())
                .isGreaterThan(before.revision());
        assertThat(tickets.get(0).ahead()).isEmpty();
        assertThat(tickets.get(1).ahead()).containsExactly(before.place());
        for (Ticket ticket : tickets) {
            Entry entry = existing(session, ticket.key());
            assertThat(entry.createRevision()).isEqualTo(ticket.revision());
            assertThat(entry.value()).isEqualTo(Bytes.utf8("me"));
            assertThat(entry.owner()).isEqualTo(ticket.owner());
        }
    }

    @Test
    @Guarantee({1, 8})
    default void ofTicketsTakenTogetherBySeveralOneIsAheadInEveryQueue() {
        List<Session> sessions = List.of(open("one"), openElsewhere("two"), openElsewhere("three"));
        Key other = QUEUE.parent().orElseThrow().child("another-queue");
        List<CompletableFuture<List<Ticket>>> enqueues = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            List<Key> queues = i % 2 == 0 ? List.of(QUEUE, other) : List.of(other, QUEUE);
            enqueues.add(sessions.get(i % 3).enqueueAll(queues, "x", null));
        }
        for (CompletableFuture<List<Ticket>> enqueue : enqueues) {
            List<Ticket> tickets = await(enqueue);
            assertThat(tickets.get(0).revision()).isEqualTo(tickets.get(1).revision());
            assertThat(tickets.get(0).ahead()).hasSameSizeAs(tickets.get(1).ahead());
        }
    }

    @Test
    @Guarantee({9, 8})
    default void ticketsTakenTogetherAreFoundAgainWhenTheReplyWasLost() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = open();
        Key other = QUEUE.parent().orElseThrow().child("another-queue");
        await(session.dequeue(await(session.enqueue(QUEUE, "x", null))));
        fixture().loseNextReply(session);

        List<Ticket> tickets = await(session.enqueueAll(List.of(QUEUE, other), "x", null));

        assertThat(await(session.list(QUEUE, Content.KEYS, Read.LATEST)).keys())
                .containsExactly(tickets.get(0).key());
        assertThat(await(session.list(other, Content.KEYS, Read.LATEST)).keys())
                .containsExactly(tickets.get(1).key());
        assertThat(tickets.get(0).revision()).isEqualTo(tickets.get(1).revision());
    }

    @Test
    @Guarantee(12)
    default void ticketsTakenTogetherThatAreCancelledLeaveNone() {
        Session session = open();
        Key other = QUEUE.parent().orElseThrow().child("another-queue");
        for (int i = 0; i < 10; i++) {
            CompletableFuture<List<Ticket>> enqueue = session.enqueueAll(List.of(QUEUE, other), "x", null);
            if (!enqueue.cancel(false)) {
                await(enqueue).forEach(ticket -> await(session.dequeue(ticket)));
            }
        }
        Session observer = openElsewhere("observer");
        eventually(
                () -> await(observer.list(QUEUE, Content.KEYS, Read.LATEST))
                                .keys()
                                .isEmpty()
                        && await(observer.list(other, Content.KEYS, Read.LATEST))
                                .keys()
                                .isEmpty(),
                "no ticket is left");
    }

    @Test
    @Guarantee({8, 13})
    default void ticketsTakenTogetherAreInDifferentQueuesOrRefusedByTheCall() {
        Session session = open();

        assertThatThrownBy(() -> session.enqueueAll(List.of(), "x", null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.enqueueAll(List.of(QUEUE, QUEUE), "x", null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.enqueueAll(List.of(QUEUE, Key.ROOT), "x", null))
                .isInstanceOf(InvalidKeyException.class);
        List<Key> tooMany = IntStream.rangeClosed(0, session.capabilities().maxCommitSize())
                .mapToObj(i -> QUEUE.child("q" + i))
                .toList();
        assertThatThrownBy(() -> session.enqueueAll(tooMany, "x", null)).isInstanceOf(TooLargeException.class);
    }

    @Test
    @Guarantee({3, 8})
    default void ticketsOfOneSessionStandInIssueOrder() {
        Session session = open();
        List<CompletableFuture<Ticket>> enqueues = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            enqueues.add(session.enqueue(QUEUE, "w", null));
        }
        assertThat(enqueues.stream().map(enqueue -> await(enqueue).revision()).toList())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    @Guarantee(8)
    default void laterTicketIsGreaterAndOtherwiseNamedEvenWhenItsQueueWasRemoved() {
        Session session = open();
        Set<Key> keys = new HashSet<>();
        long last = 0;
        for (int i = 0; i < 4; i++) {
            Ticket ticket = enqueue(session);
            assertThat(ticket.revision()).isGreaterThan(last);
            assertThat(keys.add(ticket.key())).as("%s is new", ticket.key()).isTrue();
            last = ticket.revision();
            await(session.dequeue(ticket));
            eventually(() -> !exists(session, QUEUE), "the empty queue is removed");
        }
    }

    @Test
    @Guarantee(8)
    default void laterTicketIsGreaterAfterAnOperatorRemovedTheQueue() {
        fixture().require(Fault.DELETE_RAW);
        Session session = open();
        Ticket before = enqueue(session);
        fixture().deleteRaw(QUEUE);
        Ticket after = enqueue(session);
        assertThat(after.revision()).isGreaterThan(before.revision());
        assertThat(after.key()).isNotEqualTo(before.key());
        assertThat(after.ahead()).isEmpty();
    }

    @Test
    @Guarantee(8)
    default void laterTicketIsGreaterAfterARestartOfTheService() {
        fixture().require(Fault.STOP_SERVICE);
        Session session = open();
        Ticket before = enqueue(session);
        fixture().stopService();
        fixture().startService();
        Ticket after = enqueue(session);
        assertThat(after.revision()).isGreaterThan(before.revision());
        assertThat(after.ahead()).containsExactly(before.place());
    }

    @Test
    @Guarantee(8)
    default void laterTicketIsGreaterUnderTheNextLeader() {
        fixture().require(Fault.KILL_LEADER);
        Session session = open();
        Ticket before = enqueue(session);
        fixture().killLeader();
        Ticket after = enqueue(session);
        assertThat(after.revision()).isGreaterThan(before.revision());
        assertThat(after.ahead()).containsExactly(before.place());
    }

    // ------------------------------------------------------------ the queue

    @Test
    @Guarantee(8)
    default void emptyQueueIsRemovedWithTheParentsThatCameWithIt() {
        Session session = open();
        Key queue = Key.of("/contract/x/y/queue");
        await(session.dequeue(await(session.enqueue(queue, "w", null))));
        eventually(() -> !exists(session, PARENT), "the empty queue is removed with its parents");
    }

    @Test
    @Guarantee(8)
    default void queueThatACommitCreatedStays() {
        Session session = open();
        create(session, QUEUE, "permits=3");
        Key implicit = Key.of("/contract/implicit");
        await(session.dequeue(await(session.enqueue(implicit, "w", null))));
        await(session.dequeue(enqueue(session)));
        eventually(() -> !exists(session, implicit), "the other, implicit queue is removed");
        assertThat(text(session, QUEUE)).isEqualTo("permits=3");
    }

    @Test
    @Guarantee({6, 8})
    default void ticketsVanishWithTheirSession() {
        Session owner = openElsewhere("owner");
        Session other = open("other");
        enqueue(owner);
        Ticket stays = enqueue(other);
        owner.close();
        RecordedView view = begunWatching(other, QUEUE, Scope.QUEUE);
        eventually(() -> view.places().equals(List.of(stays.place())), "the ticket of the closed session is gone");
    }

    // ------------------------------------------------------------ giving a ticket back

    @Test
    @Guarantee(8)
    default void dequeueRemovesThisVeryTicketHoweverOften() {
        Session session = open();
        Ticket first = enqueue(session);
        Ticket second = enqueue(session);
        await(session.dequeue(second));
        assertThat(exists(session, first.key())).isTrue();
        assertThat(exists(session, second.key())).isFalse();
        await(session.dequeue(second));
        Ticket third = enqueue(session);
        await(session.dequeue(second));
        await(session.dequeue(first));
        await(session.dequeue(first));
        assertThat(await(session.list(QUEUE, Content.KEYS, Read.LATEST)).keys()).containsExactly(third.key());
    }

    @Test
    @Guarantee(8)
    default void dequeueNeverRemovesATicketOfALaterQueueOfThatName() {
        Session session = open();
        Ticket first = enqueue(session);
        await(session.dequeue(first));
        eventually(() -> !exists(session, QUEUE), "the empty queue is removed");
        Ticket later = enqueue(session);
        await(session.dequeue(first));
        assertThat(exists(session, later.key())).isTrue();
    }

    @Test
    @Guarantee(8)
    default void dequeueOfATicketThatAnOperatorRemovedSucceeds() {
        fixture().require(Fault.DELETE_RAW);
        Session session = open();
        Ticket ticket = enqueue(session);
        fixture().deleteRaw(QUEUE);
        await(session.dequeue(ticket));
    }

    @Test
    @Guarantee({8, 9})
    default void dequeueWaitsForTheReconnection() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        Session other = open("other");
        Ticket ticket = enqueue(session);
        suspend(session);
        CompletableFuture<Void> dequeue = session.dequeue(ticket);
        assertThat(exists(other, ticket.key())).isTrue();
        assertThat(dequeue).isNotDone();
        fixture().restore(session);
        await(dequeue);
        assertThat(exists(other, ticket.key())).isFalse();
    }

    @Test
    @Guarantee(12)
    default void cancelledDequeueRemovesTheTicketAllTheSame() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        Session other = open("other");
        Ticket ticket = enqueue(session);
        suspend(session);
        session.dequeue(ticket).cancel(false);
        fixture().restore(session);
        eventually(() -> !exists(other, ticket.key()), "the ticket is gone");
    }

    // ------------------------------------------------------------ cancelling

    @Test
    @Guarantee(12)
    default void enqueueThatIsCancelledAtOnceLeavesNoTicket() {
        Session session = open();
        for (int i = 0; i < 10; i++) {
            cancelOrGiveBack(session, session.enqueue(QUEUE, "w", null));
        }
        assertNoTicketComesToBe(session);
    }

    /** A read that was issued before has been answered: by then the enqueue is under way. */
    @Test
    @Guarantee(12)
    default void enqueueThatIsCancelledInFlightLeavesNoTicket() {
        Session session = open();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<?> before = session.get(QUEUE, Read.LATEST);
            CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
            await(before);
            cancelOrGiveBack(session, enqueue);
        }
        assertNoTicketComesToBe(session);
    }

    /** This is what {@link CompletableFuture#orTimeout} does. */
    @Test
    @Guarantee(12)
    default void enqueueThatTimesOutInFlightLeavesNoTicket() {
        Session session = open();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<?> before = session.get(QUEUE, Read.LATEST);
            CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
            await(before);
            if (!enqueue.completeExceptionally(new TimeoutException("the caller's deadline"))) {
                await(session.dequeue(await(enqueue)));
            }
        }
        assertNoTicketComesToBe(session);
    }

    @Test
    @Guarantee(12)
    default void enqueueThatIsCancelledWhileSuspendedLeavesNoTicket() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        suspend(session);
        session.enqueue(QUEUE, "w", null).cancel(false);
        fixture().restore(session);
        assertNoTicketComesToBe(session);
    }

    @Test
    @Guarantee(12)
    default void enqueueThatIsCancelledAfterItTookEffectLeavesNoTicket() {
        Session session = openElsewhere("tester");
        RecordedView view = begunWatching(open("other"), QUEUE, Scope.QUEUE);
        CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
        eventually(() -> !view.places().isEmpty(), "the enqueue takes effect");
        enqueue.cancel(false);
        if (enqueue.isCancelled()) {
            eventually(() -> view.places().isEmpty(), "the ticket is removed");
        }
    }

    @Test
    @Guarantee({9, 12})
    default void enqueueThatIsCancelledAfterItsReplyWasLostLeavesNoTicket() {
        fixture().require(Fault.LOSE_REPLY, Fault.CUT);
        Session session = openElsewhere("tester");
        Session other = open("other");
        enqueue(other);
        fixture().loseNextReply(session);
        CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
        eventually(() -> session.state() == SessionState.SUSPENDED || enqueue.isDone(), "the reply is lost");
        // The client may be back, and have found its ticket, before it can be cancelled.
        cancelOrGiveBack(session, enqueue);
        eventually(() -> session.state() == SessionState.CONNECTED, "the session is connected again");
        eventually(() -> countChildren(other, QUEUE) == 1, "the ticket is removed");
        settle(session);
        assertThat(countChildren(other, QUEUE)).isEqualTo(1);
    }

    @Test
    @Guarantee(12)
    default void cancellingAnEnqueueThatHasCompletedDoesNothing() {
        Session session = open();
        CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
        Ticket ticket = await(enqueue);
        assertThat(enqueue.cancel(false)).isFalse();
        settle(session);
        assertThat(exists(session, ticket.key())).isTrue();
    }

    @Test
    @Guarantee(12)
    default void cancellingHurtsNoOtherTicket() {
        Session session = open();
        List<CompletableFuture<Ticket>> enqueues = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            enqueues.add(session.enqueue(QUEUE, "w", null));
        }
        for (int i = 0; i < 12; i += 2) {
            cancelOrGiveBack(session, enqueues.get(i));
        }
        List<Key> kept = new ArrayList<>();
        for (int i = 1; i < 12; i += 2) {
            kept.add(await(enqueues.get(i)).key());
        }
        eventually(() -> countChildren(session, QUEUE) == kept.size(), "the cancelled ones are gone");
        settle(session);
        assertThat(await(session.list(QUEUE, Content.KEYS, Read.LATEST)).keys()).containsExactlyElementsOf(kept);
    }

    @Test
    @Guarantee(12)
    default void commitThatIsCancelledBeforeItWasSentDoesNotHappen() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        suspend(session);
        session.commit(Commit.builder().create(A, null).build()).cancel(false);
        fixture().restore(session);
        create(session, B, "b");
        assertThat(exists(session, A)).isFalse();
    }

    /** An enqueue may be done before it can be cancelled; it then rightly keeps its ticket. */
    private void cancelOrGiveBack(Session session, CompletableFuture<Ticket> enqueue) {
        if (!enqueue.cancel(false)) {
            await(session.dequeue(await(enqueue)));
        }
    }

    private void assertNoTicketComesToBe(Session session) {
        settle(session);
        eventually(() -> countChildren(session, QUEUE) == 0, "the queue is empty");
        settle(session);
        assertThat(countChildren(session, QUEUE)).isZero();
    }

    /** Lets everything that the session has sent so far arrive and take effect, and what follows from it too. */
    private void settle(Session session) {
        for (int i = 0; i < 3; i++) {
            await(session.get(QUEUE, Read.LATEST));
        }
    }

    private void suspend(Session session) {
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
    }
}
