package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.NotEmptyException;
import io.quorate.backend.Op;
import io.quorate.backend.QuorateException.Outcome;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.Ticket;
import io.quorate.backend.UnexpectedRevisionException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Commits: all or nothing, in one order for everybody, and honest about what was in the way. */
interface CommitContract extends ContractWorld {

    @Test
    @Guarantee(1)
    default void commitReturnsTheRevisionThatEverybodySees() {
        Session writer = open();
        long revision = create(writer, A, "one").revision();
        Entry seen = existing(openElsewhere("reader"), A);
        assertThat(seen.key()).isEqualTo(A);
        assertThat(seen.value()).isEqualTo(Bytes.utf8("one"));
        assertThat(seen.createRevision()).isEqualTo(revision);
        assertThat(seen.modRevision()).isEqualTo(revision);
        assertThat(seen.isSessionOwned()).isFalse();
    }

    @Test
    @Guarantee(1)
    default void updateMovesTheModRevisionOnly() {
        Session session = open();
        long created = create(session, A, "one").revision();
        long updated = update(session, A, "two").revision();
        Entry entry = existing(session, A);
        assertThat(entry.createRevision()).isEqualTo(created);
        assertThat(entry.modRevision()).isEqualTo(updated).isGreaterThan(created);
        assertThat(entry.value()).isEqualTo(Bytes.utf8("two"));
    }

    @Test
    @Guarantee(1)
    default void revisionsRiseFromCommitToCommitAcrossSessions() {
        Session one = open("one");
        Session two = openElsewhere("two");
        long last = create(one, A, "0").revision();
        for (int i = 0; i < 10; i++) {
            long revision = update(i % 2 == 0 ? two : one, A, "x").revision();
            assertThat(revision).isGreaterThan(last);
            last = revision;
        }
    }

    @Test
    @Guarantee(1)
    default void deletedEntryIsGoneForEverybody() {
        Session session = open();
        create(session, A, "one");
        delete(session, A);
        assertThat(get(openElsewhere("reader"), A)).isEmpty();
    }

    @Test
    @Guarantee(1)
    default void recreatedEntryHasAnotherCreateRevision() {
        Session session = open();
        Entry before = entryAfter(create(session, A, "same"), session);
        delete(session, A);
        Entry after = entryAfter(create(session, A, "same"), session);
        assertThat(after.createRevision()).isGreaterThan(before.createRevision());
    }

    private Entry entryAfter(CommitResult result, Session session) {
        Entry entry = existing(session, A);
        assertThat(entry.modRevision()).isEqualTo(result.revision());
        return entry;
    }

    @Test
    @Guarantee(1)
    default void allChangesOfACommitHaveOneRevision() {
        Session session = open();
        create(session, A, "old");
        long revision = await(session.commit(Commit.builder()
                        .update(A, Bytes.utf8("new"))
                        .create(B, Bytes.utf8("b"))
                        .createOwned(PARENT.child("owned"), null)
                        .build()))
                .revision();
        assertThat(existing(session, A).modRevision()).isEqualTo(revision);
        assertThat(existing(session, B).createRevision()).isEqualTo(revision);
        assertThat(existing(session, PARENT.child("owned")).createRevision()).isEqualTo(revision);
    }

    @Test
    @Guarantee(1)
    default void operationsApplyInOrder() {
        Session session = open();
        Key child = A.child("child");
        await(session.commit(
                Commit.builder().create(A, null).create(child, null).build()));
        assertThat(exists(session, child)).isTrue();
        await(session.commit(Commit.builder().delete(child).delete(A).build()));
        assertThat(exists(session, A)).isFalse();
    }

    @Test
    @Guarantee(1)
    default void failureOfOneOperationUndoesTheOthers() {
        Session session = open();
        create(session, B, "there");
        KeyExistsException failure = failure(
                KeyExistsException.class,
                session.commit(Commit.builder()
                        .create(A, Bytes.utf8("a"))
                        .create(B, Bytes.utf8("b"))
                        .create(PARENT.child("c"), null)
                        .build()));
        assertThat(failure.index()).isEqualTo(1);
        assertThat(failure.key()).isEqualTo(B);
        assertThat(failure.outcome()).isEqualTo(Outcome.DID_NOT_HAPPEN);
        assertThat(exists(session, A)).isFalse();
        assertThat(text(session, B)).isEqualTo("there");
        assertThat(exists(session, PARENT.child("c"))).isFalse();
    }

    @Test
    @Guarantee(1)
    default void missingParentsAreCreatedWithoutAValue() {
        Session session = open();
        Key deep = Key.of("/contract/x/y/z");
        long revision = create(session, deep, "leaf").revision();
        for (String parent : List.of("/contract", "/contract/x", "/contract/x/y")) {
            Entry entry = existing(session, Key.of(parent));
            assertThat(entry.value()).isNull();
            assertThat(entry.isSessionOwned()).isFalse();
            assertThat(entry.createRevision()).isLessThanOrEqualTo(revision);
        }
    }

    @Test
    @Guarantee(1)
    default void implicitParentsOfAnOwnedEntryStayWhenItsSessionEnds() {
        Session session = open();
        createOwned(session, Key.of("/contract/x/owned"), "v");
        session.close();
        Session later = open();
        assertThat(exists(later, Key.of("/contract/x/owned"))).isFalse();
        assertThat(exists(later, Key.of("/contract/x"))).isTrue();
    }

    @Test
    @Guarantee(1)
    default void failedCommitLeavesNoImplicitParents() {
        Session session = open();
        create(session, A, "there");
        failure(
                KeyExistsException.class,
                session.commit(Commit.builder()
                        .create(Key.of("/contract/new/child"), null)
                        .create(A, null)
                        .build()));
        assertThat(exists(session, Key.of("/contract/new"))).isFalse();
    }

    @Test
    @Guarantee(1)
    default void createOfAnImplicitParentFails() {
        Session session = open();
        KeyExistsException failure = failure(
                KeyExistsException.class,
                session.commit(Commit.builder()
                        .create(A.child("child"), null)
                        .create(A, null)
                        .build()));
        assertThat(failure.index()).isEqualTo(1);
        assertThat(exists(session, A.child("child"))).isFalse();
    }

    @Test
    @Guarantee(1)
    default void updateAndDeleteNeedAnExistingKey() {
        Session session = open();
        create(session, B, "b");
        NoSuchKeyException update = failure(
                NoSuchKeyException.class,
                session.commit(Commit.builder()
                        .update(B, null)
                        .update(A, Bytes.utf8("x"))
                        .build()));
        NoSuchKeyException delete = failure(
                NoSuchKeyException.class,
                session.commit(Commit.builder().delete(B).delete(A).build()));
        assertThat(List.of(update, delete)).allSatisfy(failure -> {
            assertThat(failure.index()).isEqualTo(1);
            assertThat(failure.key()).isEqualTo(A);
        });
        assertThat(text(session, B)).isEqualTo("b");
    }

    @Test
    @Guarantee(1)
    default void entryWithChildrenIsNotDeleted() {
        Session session = open();
        create(session, A.child("child"), "c");
        NotEmptyException failure = failure(
                NotEmptyException.class,
                session.commit(Commit.builder().delete(A).build()));
        assertThat(failure.index()).isZero();
        assertThat(failure.key()).isEqualTo(A);
        assertThat(exists(session, A.child("child"))).isTrue();
    }

    @Test
    @Guarantee({1, 6})
    default void sessionOwnedEntryGetsNoChildren() {
        Session session = open();
        createOwned(session, A, "owned");
        SessionOwnedHasNoChildrenException failure = failure(
                SessionOwnedHasNoChildrenException.class,
                session.commit(Commit.builder()
                        .create(B, null)
                        .create(A.child("child"), null)
                        .build()));
        assertThat(failure.index()).isEqualTo(1);
        assertThat(exists(session, B)).isFalse();
        failure(SessionOwnedHasNoChildrenException.class, session.enqueue(A, "w", null));
    }

    @Test
    @Guarantee(1)
    default void updateAndDeleteAtTheExpectedRevisionSucceed() {
        Session session = open();
        create(session, A, "one");
        await(session.commit(
                Commit.builder().update(existing(session, A), Bytes.utf8("two")).build()));
        assertThat(text(session, A)).isEqualTo("two");
        await(session.commit(Commit.builder().delete(existing(session, A)).build()));
        assertThat(exists(session, A)).isFalse();
    }

    @Test
    @Guarantee(1)
    default void updateAndDeleteAtAnotherRevisionFail() {
        Session session = open();
        create(session, A, "one");
        create(session, B, "b");
        Entry read = existing(session, A);
        update(session, A, "two");
        UnexpectedRevisionException update = failure(
                UnexpectedRevisionException.class,
                session.commit(Commit.builder()
                        .update(B, null)
                        .update(read, Bytes.utf8("x"))
                        .build()));
        UnexpectedRevisionException delete = failure(
                UnexpectedRevisionException.class,
                session.commit(Commit.builder().delete(B).delete(read).build()));
        assertThat(List.of(update, delete)).allSatisfy(failure -> {
            assertThat(failure.index()).isEqualTo(1);
            assertThat(failure.key()).isEqualTo(A);
        });
        assertThat(text(session, A)).isEqualTo("two");
        assertThat(text(session, B)).isEqualTo("b");
    }

    @Test
    @Guarantee(1)
    default void expectedRevisionIsNotMetByARecreatedEntry() {
        Session session = open();
        create(session, A, "same");
        Entry read = existing(session, A);
        delete(session, A);
        create(session, A, "same");
        failure(
                UnexpectedRevisionException.class,
                session.commit(Commit.builder().update(read, Bytes.utf8("x")).build()));
        failure(
                UnexpectedRevisionException.class,
                session.commit(Commit.builder().delete(read).build()));
    }

    @Test
    @Guarantee(1)
    default void firstGuardThatDoesNotHoldIsNamed() {
        Session session = open();
        create(session, A, "a");
        Entry read = existing(session, A);
        CommitFailedException failure = failure(
                GuardFailedException.class,
                session.commit(Commit.builder()
                        .guard(Guard.unchanged(read))
                        .guard(Guard.exists(B))
                        .guard(Guard.exists(PARENT.child("c")))
                        .update(A, Bytes.utf8("x"))
                        .build()));
        assertThat(failure.index()).isEqualTo(1);
        assertThat(failure.key()).isEqualTo(B);
        assertThat(failure.outcome()).isEqualTo(Outcome.DID_NOT_HAPPEN);
        assertThat(text(session, A)).isEqualTo("a");
    }

    @Test
    @Guarantee(1)
    default void firstOperationThatIsImpossibleIsNamed() {
        Session session = open();
        create(session, A, "a");
        CommitFailedException failure = failure(
                CommitFailedException.class,
                session.commit(Commit.builder()
                        .guard(Guard.exists(A))
                        .create(B, null)
                        .create(A, null)
                        .delete(PARENT.child("missing"))
                        .build()));
        assertThat(failure).isInstanceOf(KeyExistsException.class);
        assertThat(failure.index()).isEqualTo(1);
    }

    @Test
    @Guarantee(1)
    default void guardsAreJudgedBeforeOperations() {
        Session session = open();
        failure(
                GuardFailedException.class,
                session.commit(
                        Commit.builder().guard(Guard.exists(A)).create(A, null).build()));
        failure(
                GuardFailedException.class,
                session.commit(Commit.builder().guard(Guard.exists(A)).delete(B).build()));
        assertThat(exists(session, A)).isFalse();
    }

    @Test
    @Guarantee(1)
    default void existsGuardHoldsWhileTheKeyExists() {
        Session session = open();
        create(session, A, "a");
        Commit guarded =
                Commit.builder().guard(Guard.exists(A)).create(B, Bytes.EMPTY).build();
        await(session.commit(guarded));
        delete(session, A);
        delete(session, B);
        assertThat(failure(GuardFailedException.class, session.commit(guarded)).index())
                .isZero();
        assertThat(exists(session, B)).isFalse();
    }

    @Test
    @Guarantee(1)
    default void unchangedGuardHoldsUntilTheEntryIsUpdated() {
        Session session = open();
        create(session, A, "a");
        create(session, B, "0");
        Entry read = existing(session, A);
        Commit guarded = Commit.builder()
                .guard(Guard.unchanged(read))
                .update(B, Bytes.utf8("1"))
                .build();
        await(session.commit(guarded));
        update(session, A, "a");
        failure(GuardFailedException.class, session.commit(guarded));
    }

    @Test
    @Guarantee(1)
    default void unchangedGuardIsNotDeceivedByARecreatedEntry() {
        Session session = open();
        Session other = openElsewhere("other");
        create(session, B, "0");
        create(session, A, "v0");
        update(session, A, "v1");
        Entry read = existing(session, A);
        delete(other, A);
        create(other, A, "v0");
        update(other, A, "v1");
        failure(
                GuardFailedException.class,
                session.commit(Commit.builder()
                        .guard(Guard.unchanged(read))
                        .update(B, Bytes.utf8("1"))
                        .build()));
        assertThat(text(session, B)).isEqualTo("0");
    }

    /** Each success of the guarded commit must find the key at the very revision that was read. */
    @Test
    @Guarantee(1)
    default void unchangedGuardIsNotDeceivedWhileOthersDeleteAndRecreate() {
        Session guarded = open();
        Session hammer = openElsewhere("hammer");
        TreeMap<Long, Boolean> existsFrom = new TreeMap<>();
        existsFrom.put(create(guarded, A, "same").revision(), true);
        create(guarded, B, "0");
        TreeMap<Long, Long> judgedAt = new TreeMap<>();
        CompletableFuture<?> hammering = recreate(hammer, existsFrom, 40);
        CompletableFuture<?> reading = copyIfUnchanged(guarded, judgedAt, 40);
        await(hammering);
        await(reading);
        judgedAt.forEach((revision, read) -> assertThat(existsFrom.lowerEntry(revision))
                .extracting(e -> e.getKey(), e -> e.getValue())
                .containsExactly(read, true));
    }

    private CompletableFuture<?> recreate(Session session, NavigableMap<Long, Boolean> existsFrom, int rounds) {
        if (rounds == 0) {
            return CompletableFuture.completedFuture(null);
        }
        Commit delete = Commit.builder().delete(A).build();
        Commit create = Commit.builder().create(A, Bytes.utf8("same")).build();
        return session.commit(delete)
                .thenCompose(deleted -> {
                    existsFrom.put(deleted.revision(), false);
                    return session.commit(create);
                })
                .thenCompose(created -> {
                    existsFrom.put(created.revision(), true);
                    return recreate(session, existsFrom, rounds - 1);
                });
    }

    private CompletableFuture<?> copyIfUnchanged(Session session, NavigableMap<Long, Long> judgedAt, int rounds) {
        if (rounds == 0) {
            return CompletableFuture.completedFuture(null);
        }
        return session.get(A, Read.LATEST)
                .thenCompose(read -> commitIfUnchanged(session, judgedAt, read))
                .thenCompose(done -> copyIfUnchanged(session, judgedAt, rounds - 1));
    }

    private CompletableFuture<?> commitIfUnchanged(
            Session session, NavigableMap<Long, Long> judgedAt, Optional<Entry> read) {
        if (read.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Commit commit = Commit.builder()
                .guard(Guard.unchanged(read.get()))
                .update(B, Bytes.EMPTY)
                .build();
        return session.commit(commit).handle((result, failure) -> {
            if (failure == null) {
                judgedAt.put(result.revision(), read.get().modRevision());
            }
            return null;
        });
    }

    @Test
    @Guarantee({1, 8})
    default void ticketGuardHoldsUntilTheTicketIsGivenBack() {
        Session holder = open("holder");
        Session other = openElsewhere("other");
        Ticket ticket = enqueue(holder);
        Commit guarded = Commit.builder()
                .guard(Guard.heldBy(ticket))
                .create(A, Bytes.utf8("guarded"))
                .build();
        await(other.commit(guarded));
        delete(other, A);
        await(holder.dequeue(ticket));
        GuardFailedException failure = failure(GuardFailedException.class, other.commit(guarded));
        assertThat(failure.index()).isZero();
        assertThat(failure.key()).isEqualTo(ticket.key());
        assertThat(exists(other, A)).isFalse();
    }

    @Test
    @Guarantee({1, 8})
    default void ticketGuardIsNotMetByALaterTicket() {
        Session session = open();
        Ticket first = enqueue(session);
        await(session.dequeue(first));
        enqueue(session);
        failure(
                GuardFailedException.class,
                session.commit(Commit.builder()
                        .guard(Guard.heldBy(first))
                        .create(A, null)
                        .build()));
    }

    @Test
    @Guarantee({1, 8})
    default void ticketGuardFailsOnceItsOwnerHasExpired() {
        fixture().require(Fault.EXPIRE);
        Session holder = openElsewhere("holder");
        Session other = open("other");
        Ticket ticket = enqueue(holder);
        fixture().expire(holder);
        eventually(() -> !exists(other, ticket.key()), "the ticket of the expired session is gone");
        failure(
                GuardFailedException.class,
                other.commit(Commit.builder()
                        .guard(Guard.heldBy(ticket))
                        .create(A, null)
                        .build()));
    }

    @Test
    @Guarantee(1)
    default void noValueAndAnEmptyValueAreDifferentAndSurvive() {
        Session session = open();
        await(session.commit(
                Commit.builder().create(A, null).create(B, Bytes.EMPTY).build()));
        Session reader = openElsewhere("reader");
        assertThat(existing(reader, A).value()).isNull();
        assertThat(existing(reader, B).value()).isEqualTo(Bytes.EMPTY);
        await(session.commit(
                Commit.builder().update(A, Bytes.EMPTY).update(B, null).build()));
        assertThat(existing(reader, A).value()).isEqualTo(Bytes.EMPTY);
        assertThat(existing(reader, B).value()).isNull();
    }

    @Test
    @Guarantee(13)
    default void largestCommitAndLargestValueAreAccepted() {
        Session session = open();
        Capabilities limits = session.capabilities();
        Commit.Builder many = Commit.builder();
        create(session, A, "a");
        many.guard(Guard.exists(A));
        for (int i = 1; i < limits.maxCommitSize(); i++) {
            many.create(PARENT.child("many-" + i), null);
        }
        await(session.commit(many.build()));
        assertThat(countChildren(session, PARENT)).isEqualTo(limits.maxCommitSize());
        byte[] large = new byte[limits.maxValueBytes()];
        large[large.length - 1] = 7;
        await(session.commit(Commit.builder().update(A, Bytes.of(large)).build()));
        assertThat(existing(session, A).value()).isEqualTo(Bytes.of(large));
    }

    @Test
    @Guarantee(1)
    default void acknowledgedCommitSurvivesARestartOfTheService() {
        fixture().require(Fault.STOP_SERVICE);
        Session session = open();
        long revision = create(session, A, "durable").revision();
        fixture().stopService();
        fixture().startService();
        Entry entry = existing(session, A);
        assertThat(entry.value()).isEqualTo(Bytes.utf8("durable"));
        assertThat(entry.createRevision()).isEqualTo(revision);
        assertThat(update(session, A, "later").revision()).isGreaterThan(revision);
    }

    @Test
    @Guarantee(1)
    default void acknowledgedCommitSurvivesTheLeader() {
        fixture().require(Fault.KILL_LEADER);
        Session session = open();
        long revision = create(session, A, "durable").revision();
        fixture().killLeader();
        assertThat(existing(session, A).createRevision()).isEqualTo(revision);
        assertThat(update(session, A, "later").revision()).isGreaterThan(revision);
    }

    @Test
    @Guarantee(1)
    default void updateOfAnOwnedEntryKeepsItsOwner() {
        Session owner = open("owner");
        createOwned(owner, A, "one");
        update(openElsewhere("other"), A, "two");
        assertThat(existing(owner, A).owner()).isEqualTo(owner.id());
    }

    @Test
    @Guarantee(1)
    default void operationsWithAnyRevisionAcceptEveryRevision() {
        Session session = open();
        create(session, A, "one");
        await(session.commit(new Commit(List.of(), List.of(new Op.Update(A, Bytes.utf8("two"), Op.ANY_REVISION)))));
        await(session.commit(new Commit(List.of(), List.of(new Op.Delete(A, Op.ANY_REVISION)))));
        assertThat(exists(session, A)).isFalse();
    }
}
