package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.QuorateException.Outcome;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Lost requests and replies: the backend finds out what happened, and nothing happens twice. */
interface UnknownOutcomeContract extends ContractWorld {

    @Test
    @Guarantee(9)
    default void createWhoseReplyIsLostReturnsItsOriginalResult() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        fixture().loseNextReply(session);
        long revision = create(session, A, "a").revision();
        Entry entry = existing(session, A);
        assertThat(entry.createRevision()).isEqualTo(revision);
        assertThat(entry.modRevision()).isEqualTo(revision);
    }

    @Test
    @Guarantee(9)
    default void updateWhoseReplyIsLostIsAppliedOnce() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        create(session, A, "one");
        RecordedView view = begunWatching(open("other"), A, Scope.ENTRY);
        fixture().loseNextReply(session);
        long revision = update(session, A, "two").revision();
        assertThat(existing(session, A).modRevision()).isEqualTo(revision);
        long last = delete(session, A).revision();
        eventually(() -> view.revision() >= last, "the deletion is seen");
        assertThat(view.moments().stream()
                        .flatMap(moment -> Optional.ofNullable(moment.entries().get(A)).stream())
                        .map(Entry::modRevision)
                        .distinct())
                .hasSize(2)
                .contains(revision);
    }

    @Test
    @Guarantee(9)
    default void conditionalUpdateWhoseReplyIsLostDoesNotFailOnItself() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        create(session, A, "one");
        Entry read = existing(session, A);
        fixture().loseNextReply(session);
        long revision = await(session.commit(
                        Commit.builder().update(read, Bytes.utf8("two")).build()))
                .revision();
        assertThat(existing(session, A).modRevision()).isEqualTo(revision);
    }

    @Test
    @Guarantee(9)
    default void commitWhoseReplyIsLostDoesNotFailOnItsOwnGuards() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        create(session, A, "one");
        create(session, B, "b");
        Entry read = existing(session, A);
        fixture().loseNextReply(session);
        long revision = await(session.commit(Commit.builder()
                        .guard(Guard.unchanged(read))
                        .guard(Guard.exists(B))
                        .update(A, Bytes.utf8("two"))
                        .delete(B)
                        .build()))
                .revision();
        assertThat(existing(session, A).modRevision()).isEqualTo(revision);
        assertThat(exists(session, B)).isFalse();
    }

    @Test
    @Guarantee(9)
    default void deleteWhoseReplyIsLostSucceeds() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        long created = create(session, A, "a").revision();
        fixture().loseNextReply(session);
        assertThat(delete(session, A).revision()).isGreaterThan(created);
        assertThat(exists(session, A)).isFalse();
    }

    @Test
    @Guarantee(9)
    default void failureWhoseReplyIsLostIsStillTheFailure() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        create(session, A, "a");
        fixture().loseNextReply(session);
        KeyExistsException failure = failure(
                KeyExistsException.class,
                session.commit(Commit.builder().create(B, null).create(A, null).build()));
        assertThat(failure.index()).isEqualTo(1);
        assertThat(exists(session, B)).isFalse();
    }

    @Test
    @Guarantee(9)
    default void commitWhoseRequestIsLostHappensOnce() {
        fixture().require(Fault.LOSE_REQUEST);
        Session session = openElsewhere("tester");
        fixture().loseNextRequest(session);
        long revision = create(session, A, "a").revision();
        assertThat(existing(session, A).createRevision()).isEqualTo(revision);
    }

    /** Somebody else writes between the commit and the client's attempt to find out. */
    @Test
    @Guarantee(9)
    default void lostReplyIsNotMistakenWhenOthersWriteInBetween() {
        fixture().require(Fault.LOSE_REPLY, Fault.CUT);
        Session session = openElsewhere("tester");
        Session other = open("other");
        create(other, A, "one");
        RecordedView view = begunWatching(other, A, Scope.ENTRY);
        fixture().loseNextReply(session);
        CompletableFuture<CommitResult> update = session.commit(updating(A, "two"));
        eventually(() -> view.shows(A, "two"), "the update takes effect");
        long happened = view.revision();
        long overwritten = update(other, A, "three").revision();
        try {
            assertThat(await(update).revision()).isEqualTo(happened);
        } catch (OutcomeUnknownException honest) {
            assertThat(honest.outcome()).isEqualTo(Outcome.UNKNOWN);
        }
        Entry entry = existing(other, A);
        assertThat(entry.value()).isEqualTo(Bytes.utf8("three"));
        assertThat(entry.modRevision()).isEqualTo(overwritten);
    }

    /** A counter that is moved by conditional updates only, while requests and replies are lost again and again. */
    @Test
    @Guarantee(9)
    default void nothingIsLostAndNothingHappensTwiceHoweverOftenTheConnectionBreaks() {
        fixture().require(Fault.LOSE_REPLY, Fault.LOSE_REQUEST);
        Session session = openElsewhere("tester");
        create(session, A, "0");
        for (int i = 1; i <= 12; i++) {
            Entry read = existing(session, A);
            assertThat(read.value()).isEqualTo(Bytes.utf8(String.valueOf(i - 1)));
            if (i % 3 == 1) {
                fixture().loseNextReply(session);
            } else if (i % 3 == 2) {
                fixture().loseNextRequest(session);
            }
            long revision = await(session.commit(Commit.builder()
                            .update(read, Bytes.utf8(String.valueOf(i)))
                            .build()))
                    .revision();
            assertThat(existing(session, A).modRevision()).isEqualTo(revision);
            eventually(() -> session.state() == SessionState.CONNECTED, "the session is connected");
        }
    }

    @Test
    @Guarantee({8, 9})
    default void enqueueWhoseReplyIsLostFindsItsTicket() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = openElsewhere("tester");
        Session other = open("other");
        Ticket ahead = enqueue(other);
        fixture().loseNextReply(session);
        Ticket ticket = enqueue(session);
        assertThat(ticket.ahead()).containsExactly(ahead.place());
        assertThat(existing(other, ticket.key()).createRevision()).isEqualTo(ticket.revision());
        assertThat(await(other.list(QUEUE, Content.KEYS, Read.LATEST)).keys())
                .containsExactly(ahead.key(), ticket.key());
    }

    @Test
    @Guarantee({8, 9})
    default void enqueueWhoseRequestIsLostTakesOneTicket() {
        fixture().require(Fault.LOSE_REQUEST);
        Session session = openElsewhere("tester");
        fixture().loseNextRequest(session);
        Ticket ticket = enqueue(session);
        assertThat(await(session.list(QUEUE, Content.KEYS, Read.LATEST)).keys()).containsExactly(ticket.key());
    }

    @Test
    @Guarantee({8, 9})
    default void dequeueWhoseReplyOrRequestIsLostSucceeds() {
        fixture().require(Fault.LOSE_REPLY, Fault.LOSE_REQUEST);
        Session session = openElsewhere("tester");
        Ticket stays = enqueue(session);
        Ticket first = enqueue(session);
        Ticket second = enqueue(session);
        fixture().loseNextReply(session);
        await(session.dequeue(first));
        eventually(() -> session.state() == SessionState.CONNECTED, "the session is connected again");
        fixture().loseNextRequest(session);
        await(session.dequeue(second));
        assertThat(await(session.list(QUEUE, Content.KEYS, Read.LATEST)).keys()).containsExactly(stays.key());
    }

    @Test
    @Guarantee({6, 9})
    default void enqueueOfUnknownFateLeavesNothingWhenItsSessionExpires() {
        fixture().require(Fault.CUT, Fault.EXPIRE);
        Session session = openElsewhere("tester");
        Session other = open("other");
        CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
        fixture().cut(session);
        fixture().expire(session);
        fixture().restore(session);
        eventually(() -> session.state() == SessionState.EXPIRED, "the session learns of its end");
        assertThat(enqueue).isDone();
        assertThat(countChildren(other, QUEUE)).isZero();
    }

    /** Whatever the future says about a commit that was in flight when its session expired must be true. */
    @Test
    @Guarantee({9, 10})
    default void commitInFlightAtExpiryIsReportedTruthfully() {
        fixture().require(Fault.LOSE_REPLY, Fault.CUT, Fault.EXPIRE);
        Session session = openElsewhere("tester");
        Session other = open("other");
        RecordedView view = begunWatching(other, A, Scope.ENTRY);
        fixture().loseNextReply(session);
        CompletableFuture<CommitResult> commit =
                session.commit(Commit.builder().create(A, Bytes.utf8("a")).build());
        eventually(() -> view.entry(A) != null, "the commit takes effect");
        fixture().cut(session);
        fixture().expire(session);
        fixture().restore(session);
        eventually(() -> session.state().isTerminal(), "the session learns of its end");
        try {
            assertThat(await(commit).revision()).isEqualTo(existing(other, A).createRevision());
        } catch (QuorateException e) {
            assertThat(e).isInstanceOf(OutcomeUnknownException.class);
        }
    }
}
