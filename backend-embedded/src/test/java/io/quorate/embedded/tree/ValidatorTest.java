package io.quorate.embedded.tree;

import static io.quorate.embedded.tree.Fixture.commit;
import static io.quorate.embedded.tree.Fixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.NotEmptyException;
import io.quorate.backend.Op;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The leader judges each request on the state after all proposals before it, once. */
class ValidatorTest {

    private static final Bytes VALUE = Bytes.utf8("v");

    @Test
    void proposalIsSeenByTheNextRequestBeforeItIsApplied() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.judge(leader.write(session, commit().create(key("/a/b"), VALUE)));
        Verdict again = leader.judge(leader.write(session, commit().create(key("/a/b"), VALUE)));
        assertThat(result(again)).isEqualTo(new Result.Failed(Result.Reason.KEY_EXISTS, 0));
        assertThat(leader.state.get(key("/a"))).isEmpty();
        leader.applyAll();
        assertThat(leader.state.get(key("/a")).orElseThrow().value()).isNull();
    }

    @Test
    void proposalsOfALostLeadershipAreForgotten() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.judge(leader.write(session, commit().create(key("/a"), VALUE)));
        leader.proposals.clear();
        leader.validator = new Validator(leader.state, leader.limits);
        Verdict retry = leader.judge(new Request.Write(
                session, 1, 0, commit().create(key("/a"), VALUE).build()));
        assertThat(result(retry)).isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void overlayIsEmptyOnceEverythingIsApplied() {
        Fixture leader = new Fixture();
        long session = leader.open();
        for (int i = 0; i < 100; i++) {
            leader.judge(leader.write(session, commit().createOwned(key("/a/" + i), VALUE)));
        }
        leader.applyAll();
        leader.judge(new Request.CloseSession(Long.MAX_VALUE, true));
        assertThat(leader.validator.pendingProposals()).isZero();
    }

    @Test
    void retryOfAPendingOperationIsAnsweredAtItsIndex() {
        Fixture leader = new Fixture();
        long session = leader.open();
        Request.Write write = leader.write(session, commit().create(key("/a"), VALUE));
        long index = leader.nextIndex();
        leader.judge(write);
        assertThat(leader.judge(write)).isEqualTo(new Verdict.Answer(index, Result.Done.INSTANCE));
        leader.applyAll();
        assertThat(leader.judge(write)).isEqualTo(new Verdict.Answer(index, Result.Done.INSTANCE));
        assertThat(leader.state.get(key("/a")).orElseThrow().createRevision()).isEqualTo(index);
    }

    /** Issued in this order: create /a, which fails; delete /a. Judged anew, the retry would bring /a back. */
    @Test
    void retryOfAFailureFailsAgainWhateverCameLater() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.write(session, commit().create(key("/a"), VALUE)));
        Request.Write fails = leader.write(session, commit().create(key("/a"), VALUE));
        Request.Write deletes =
                new Request.Write(session, 3, 1, commit().delete(key("/a")).build());
        Result first = leader.run(fails);
        leader.run(deletes);
        assertThat(leader.run(fails)).isEqualTo(first);
        assertThat(leader.state.get(key("/a"))).isEmpty();
    }

    @Test
    void operationThatOvertookAnotherIsRefusedUntilItsTurn() {
        Fixture leader = new Fixture();
        long session = leader.open();
        Commit first = commit().create(key("/a"), VALUE).build();
        Commit second = commit().delete(key("/a")).build();
        assertThat(leader.run(new Request.Write(session, 2, 0, second))).isEqualTo(new Result.OutOfOrder(1));
        assertThat(leader.run(new Request.Write(session, 1, 0, first))).isEqualTo(Result.Done.INSTANCE);
        assertThat(leader.run(new Request.Write(session, 2, 0, second))).isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void clientThatNeverAcknowledgesIsRefusedRatherThanForgotten() {
        Fixture leader = new Fixture();
        long session = leader.open();
        int results = leader.limits.results();
        for (int i = 1; i <= results; i++) {
            Commit commit = commit().create(key("/a" + i), VALUE).build();
            assertThat(leader.run(new Request.Write(session, i, 0, commit))).isEqualTo(Result.Done.INSTANCE);
        }
        Commit next = commit().create(key("/b"), VALUE).build();
        assertThat(leader.run(new Request.Write(session, results + 1, 0, next)))
                .isEqualTo(new Result.LimitExceeded(Limit.RESULTS, 0, results, results + 1L));
        assertThat(leader.run(new Request.Write(session, results + 1, 1, next))).isEqualTo(Result.Done.INSTANCE);
        assertThat(leader.run(new Request.Write(session, 1, 0, next))).isEqualTo(new Result.Forgotten());
        assertThat(leader.state.answer(session, 2)).isPresent();
    }

    /** An expiry that is proposed may never be committed: until it is, nobody may be told that the session is gone. */
    @Test
    void sessionWhoseEndIsPendingIsGoneOnlyAtTheIndexOfItsEnd() {
        Fixture leader = new Fixture();
        long session = leader.open();
        long end = leader.nextIndex();
        leader.judge(new Request.CloseSession(session, true));
        assertThat(leader.judge(leader.write(session, commit().create(key("/a"), VALUE))))
                .isEqualTo(new Verdict.Answer(end, new Result.SessionGone()));
        leader.applyAll();
        assertThat(leader.judge(leader.write(session, commit().create(key("/a"), VALUE))))
                .isEqualTo(new Verdict.Answer(0, new Result.SessionGone()));
    }

    @Test
    void endOfASessionTakesWhatIsStillBeingProposedWithIt() {
        Fixture leader = new Fixture();
        long session = leader.open();
        long other = leader.open();
        leader.run(leader.write(session, commit().createOwned(key("/applied"), VALUE)));
        leader.run(leader.write(session, commit().createOwned(key("/taken"), VALUE)));
        leader.judge(leader.write(session, commit().createOwned(key("/pending"), VALUE)));
        leader.judge(leader.write(other, commit().delete(key("/taken"))));
        leader.judge(leader.write(other, commit().createOwned(key("/taken"), VALUE)));
        Verdict verdict = leader.judge(new Request.CloseSession(session, false));
        assertThat(((Verdict.Propose) verdict).txn().changes())
                .containsExactly(new NodeChange.Deleted("/applied"), new NodeChange.Deleted("/pending"));
        leader.applyAll();
        leader.state.checkInvariants();
        assertThat(leader.state.get(key("/taken"))).isPresent();
    }

    /** The whole cluster restarts and the session never returns (ZOOKEEPER-1367): its nodes go with it. */
    @Test
    void sessionThatIsLoadedFromASnapshotCanBeEnded() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.write(session, commit().createOwned(key("/e"), VALUE)));
        StateMachine loaded = SnapshotTest.load(SnapshotTest.write(leader.state, 64));
        Validator validator = new Validator(loaded, TreeLimits.DEFAULT);
        Verdict verdict = validator.validate(new Request.CloseSession(session, true), 3, 0);
        assertThat(loaded.get(key("/e"))).isPresent();
        loaded.apply(3, ((Verdict.Propose) verdict).txn());
        assertThat(loaded.get(key("/e"))).isEmpty();
        loaded.checkInvariants();
    }

    /** With ZOOKEEPER-4306 the transaction that ends the session exceeds what can be read. */
    @Test
    void endOfASessionAlwaysFitsATransaction() {
        Fixture leader = new Fixture();
        long session = leader.open();
        String parent = "/" + "p".repeat(255) + "/" + "p".repeat(255) + "/" + "p".repeat(255) + "/";
        Result result = Result.Done.INSTANCE;
        int created = 0;
        while (result == Result.Done.INSTANCE) {
            result = leader.run(leader.write(session, commit().createOwned(key(parent + created), VALUE)));
            created++;
        }
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.LimitExceeded.class,
                        exceeded -> assertThat(exceeded.limit()).isEqualTo(Limit.EPHEMERAL_PATH_BYTES));
        Txn end = ((Verdict.Propose) leader.judge(new Request.CloseSession(session, true))).txn();
        assertThat(new TxnCodec().encode(end)).hasSizeLessThan(TreeLimits.HARD_TXN_BYTES);
        leader.applyAll();
        assertThat(leader.state
                        .list(key(parent.substring(0, parent.length() - 1)), Content.KEYS)
                        .keys())
                .isEmpty();
    }

    @Test
    void commitThatExceedsATransactionIsRefusedWhole() {
        Fixture leader = new Fixture();
        long session = leader.open();
        Commit.Builder commit = commit();
        for (int i = 0; i < 9; i++) {
            commit.create(key("/big/" + i), Bytes.of(new byte[512 * 1024]));
        }
        assertThat(leader.run(leader.write(session, commit)))
                .isInstanceOfSatisfying(
                        Result.LimitExceeded.class,
                        exceeded -> assertThat(exceeded.limit()).isEqualTo(Limit.TXN_BYTES));
        assertThat(leader.state.get(key("/big"))).isEmpty();
        leader.state.checkInvariants();
    }

    @Test
    void sequenceCounterWrapsAroundAndTheLineStaysInOrder() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.enqueue(session, "/q"));
        // A queue that has given out two thousand million tickets takes a snapshot to come by.
        Znode queue = Objects.requireNonNull(leader.state.tree().find("/q"));
        queue.childrenForChange().sequence = Integer.MAX_VALUE - 1;
        for (int i = 0; i < 10; i++) {
            leader.run(leader.enqueue(session, "/q"));
        }
        List<Integer> sequences = leader.state.queue(key("/q")).stream()
                .map(place -> place.name().sequence())
                .toList();
        assertThat(sequences.subList(1, 11))
                .containsExactly(
                        Integer.MAX_VALUE - 1,
                        Integer.MAX_VALUE,
                        Integer.MIN_VALUE,
                        Integer.MIN_VALUE + 1,
                        Integer.MIN_VALUE + 2,
                        Integer.MIN_VALUE + 3,
                        Integer.MIN_VALUE + 4,
                        Integer.MIN_VALUE + 5,
                        Integer.MIN_VALUE + 6,
                        Integer.MIN_VALUE + 7);
        assertThat(leader.state.queue(key("/q")).subList(1, 11))
                .isSortedAccordingTo((a, b) -> TicketName.FIFO.compare(a.name(), b.name()));
    }

    @Test
    void ticketTellsWhoIsAheadAndHasAHigherRevisionThanAnyBefore() {
        Fixture leader = new Fixture();
        long session = leader.open();
        String first = path(leader.run(leader.enqueue(session, "/locks/one")));
        String second = path(leader.run(leader.enqueue(session, "/locks/one")));
        Ticket ticket = leader.state.ticket(key(second)).orElseThrow();
        assertThat(ticket.ahead()).extracting(place -> place.key().toString()).containsExactly(first);
        long revision = ticket.revision();
        leader.run(leader.dequeue(session, first));
        leader.run(leader.dequeue(session, second));
        assertThat(leader.run(leader.dequeue(session, second))).isEqualTo(new Result.Dequeued(false));
        reapUntilNothingIsLeft(leader);
        assertThat(leader.state.nodes()).isEqualTo(1);
        String anew = path(leader.run(leader.enqueue(session, "/locks/one")));
        assertThat(leader.state.ticket(key(anew)).orElseThrow().revision()).isGreaterThan(revision);
    }

    @Test
    void ticketsAreTakenInAllQueuesByOneTransactionOrInNone() {
        Fixture leader = new Fixture();
        long session = leader.open();
        String first = path(leader.run(leader.enqueue(session, "/q")));
        Result.Created both = (Result.Created) leader.run(leader.enqueue(session, "/p/q", "/q"));
        List<Ticket> tickets = both.paths().stream()
                .map(path -> leader.state.ticket(key(path)).orElseThrow())
                .toList();
        assertThat(tickets).extracting(Ticket::queue).containsExactly(key("/p/q"), key("/q"));
        assertThat(tickets).extracting(Ticket::revision).containsOnly(leader.state.appliedIndex());
        assertThat(tickets.get(0).ahead()).isEmpty();
        assertThat(tickets.get(1).ahead())
                .extracting(place -> place.key().toString())
                .containsExactly(first);

        long nodes = leader.state.nodes();
        assertThat(leader.run(leader.enqueue(session, "/q", "/new", first)))
                .isEqualTo(new Result.Failed(Result.Reason.SESSION_OWNED_HAS_NO_CHILDREN, 2));
        assertThat(leader.state.nodes()).isEqualTo(nodes);
        assertThat(leader.state.queue(key("/q"))).hasSize(2);
    }

    @Test
    void ticketsInNestedQueuesAreTakenTogetherInAnyOrder() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.enqueue(session, "/a/b/c", "/a/b", "/a"));
        leader.run(leader.enqueue(session, "/a", "/a/b", "/a/b/c"));
        for (String queue : List.of("/a", "/a/b", "/a/b/c")) {
            assertThat(leader.state.queue(key(queue))).hasSize(2);
        }
    }

    @Test
    void ticketsThatAreAskedForAgainAreNotTakenAgain() {
        Fixture leader = new Fixture();
        long session = leader.open();
        Request.Enqueue request = leader.enqueue(session, "/p", "/q");
        Result pending = result(leader.judge(request));
        assertThat(leader.judge(request)).isInstanceOf(Verdict.Answer.class);
        leader.applyAll();
        assertThat(leader.run(request)).isEqualTo(pending);
        leader.validator = new Validator(leader.state, leader.limits);
        assertThat(leader.run(request)).isEqualTo(pending);
        assertThat(leader.state.queue(key("/p"))).hasSize(1);
        assertThat(leader.state.queue(key("/q"))).hasSize(1);
    }

    @Test
    void valueThatFitsOneTicketButNotAllIsRefused() {
        Fixture leader = new Fixture();
        long session = leader.open();
        List<Key> queues = IntStream.range(0, 9).mapToObj(i -> key("/q/" + i)).toList();
        Bytes value = Bytes.of(new byte[leader.limits.dataBytes()]);
        Result result = leader.run(new Request.Enqueue(session, 1, 0, queues, "w", Fixture.ID, value));
        assertThat(result)
                .isEqualTo(new Result.LimitExceeded(
                        Limit.TXN_BYTES, 0, leader.limits.txnBytes(), 9L * leader.limits.dataBytes()));
        assertThat(leader.state.nodes()).isEqualTo(1);
    }

    private static void reapUntilNothingIsLeft(Fixture leader) {
        List<String> paths = leader.state.reapable(leader.now, 10);
        while (!paths.isEmpty()) {
            leader.run(new Request.Reap(paths));
            paths = leader.state.reapable(leader.now, 10);
        }
    }

    @Test
    void childlessNodeIsReapedWhenItsTimeToLiveIsOver() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.create(session, "/t", CreateMode.TTL, 100));
        leader.now += 100;
        assertThat(leader.state.reapable(leader.now, 10)).isEmpty();
        leader.now++;
        assertThat(leader.state.reapable(leader.now, 10)).containsExactly("/t");
        leader.judge(leader.write(session, commit().update(key("/t"), VALUE)));
        assertThat(leader.judge(new Request.Reap(List.of("/t")))).isEqualTo(Verdict.Nothing.INSTANCE);
    }

    @Test
    void failureNamesTheFirstGuardOrOperationInTheWay() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.write(session, commit().create(key("/a/b"), VALUE)));
        Entry read = leader.state.get(key("/a")).orElseThrow();
        Commit guarded = commit().guard(Guard.unchanged(read))
                .guard(Guard.exists(key("/nothing")))
                .delete(key("/a"))
                .build();
        Result.Failed failed = (Result.Failed) leader.run(new Request.Write(session, 2, 1, guarded));
        assertThat(failed.toException(guarded)).isInstanceOf(GuardFailedException.class);
        assertThat(failed.position()).isEqualTo(1);
        Commit inOrder = commit().create(key("/c/d"), VALUE).delete(key("/a")).build();
        Result.Failed notEmpty = (Result.Failed) leader.run(new Request.Write(session, 3, 2, inOrder));
        assertThat(notEmpty.toException(inOrder)).isInstanceOf(NotEmptyException.class);
        assertThat(notEmpty.position()).isEqualTo(1);
        assertThat(leader.state.get(key("/c"))).isEmpty();
    }

    @Test
    void nullAndEmptyValuesAreDifferentAndBothSurvive() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.write(session, commit().create(key("/null"), null).create(key("/empty"), Bytes.EMPTY)));
        StateMachine loaded = SnapshotTest.load(SnapshotTest.write(leader.state, 1_000));
        assertThat(loaded.get(key("/null")).orElseThrow().value()).isNull();
        assertThat(loaded.get(key("/empty")).orElseThrow().value()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void revisionsAreThoseOfTheCommitThatCreatedAndLastChanged() {
        Fixture leader = new Fixture();
        long session = leader.open();
        leader.run(leader.write(session, commit().create(key("/a"), VALUE)));
        leader.run(leader.write(session, commit().update(key("/a"), null)));
        leader.run(leader.write(session, commit().create(key("/a/b"), null)));
        Entry entry = leader.state.get(key("/a")).orElseThrow();
        assertThat(entry.createRevision()).isEqualTo(2);
        assertThat(entry.modRevision()).isEqualTo(3);
        assertThat(leader.state.stat(key("/a")).orElseThrow().pzxid()).isEqualTo(4);
        Commit stale = new Commit(List.of(), List.of(new Op.Delete(key("/a/b"), 3)));
        assertThat(leader.run(new Request.Write(session, 4, 3, stale)))
                .isEqualTo(new Result.Failed(Result.Reason.UNEXPECTED_REVISION, 0));
    }

    @Test
    void indexThatWasUsedIsRefused() {
        Fixture leader = new Fixture();
        leader.open();
        assertThatThrownBy(() -> leader.validator.validate(leader.openRequest(), 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("index 1");
    }

    @Test
    void passwordDecidesWhetherASessionMayBeResumed() {
        Fixture leader = new Fixture();
        Request.OpenSession request = leader.openRequest();
        long session = leader.nextIndex();
        leader.run(request);
        assertThat(leader.state.authenticates(session, request.password())).isTrue();
        assertThat(leader.state.authenticates(session, new byte[16])).isFalse();
        assertThat(leader.state.authenticates(session, new byte[15])).isFalse();
        assertThat(leader.state.authenticates(session + 1, request.password())).isFalse();
    }

    @Test
    void openingThatIsRepeatedFindsTheSessionOfTheFirst() {
        Fixture leader = new Fixture();
        Request.OpenSession request = leader.openRequest();
        long session = leader.nextIndex();
        assertThat(leader.judge(request)).isInstanceOf(Verdict.Propose.class);
        Verdict.Answer first = new Verdict.Answer(session, Result.Done.INSTANCE);
        assertThat(leader.judge(request)).isEqualTo(first);
        leader.applyAll();
        leader.validator = new Validator(leader.state, leader.limits);
        assertThat(leader.judge(request)).isEqualTo(first);
        leader.judge(new Request.CloseSession(session, false));
        assertThat(leader.judge(request)).isInstanceOf(Verdict.Propose.class);
    }

    private static Result result(Verdict verdict) {
        return ((Txn.Write) ((Verdict.Propose) verdict).txn()).result();
    }

    private static String path(Result result) {
        return ((Result.Created) result).paths().get(0);
    }
}
