package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Commit;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The proven deadline: what every lease rests on. */
interface ProofContract extends ContractWorld {

    @Test
    @Guarantee(7)
    default void deadlineOnlyMovesForwardAndKeepsItsMargin() {
        Session session = open();
        AtomicLong last = new AtomicLong(session.provenUntilNanos());
        List<String> violations = new ArrayList<>();
        long end = session.ticker().nanos() + timeoutNanos() * 3 / 2;
        eventually(
                () -> {
                    long proven = session.provenUntilNanos();
                    long now = session.ticker().nanos();
                    if (proven < last.getAndSet(proven)) {
                        violations.add("moved backwards to " + proven);
                    }
                    if (proven > now + longestProof()) {
                        violations.add("promises " + Duration.ofNanos(proven - now));
                    }
                    return now >= end;
                },
                "one and a half time-outs pass");
        assertThat(violations).isEmpty();
    }

    @Test
    @Guarantee(7)
    default void everyOperationThatAQuorumConfirmsMovesTheDeadline() {
        Session session = open();
        for (int i = 0; i < 5; i++) {
            Commit commit = Commit.builder().create(PARENT.child("c" + i), null).build();
            assertMovesTheDeadline(session, () -> session.commit(commit));
            assertMovesTheDeadline(session, () -> session.enqueue(QUEUE, "w", null));
            assertMovesTheDeadline(session, () -> session.get(A, Read.LATEST));
        }
    }

    private void assertMovesTheDeadline(Session session, Supplier<CompletableFuture<?>> operation) {
        long before = session.provenUntilNanos();
        CompletableFuture<Long> after = operation.get().thenApply(result -> session.provenUntilNanos());
        assertThat(await(after)).isGreaterThan(before);
    }

    @Test
    @Guarantee(7)
    default void healthySessionIsAlwaysProvenForAQuarterOfItsTimeout() {
        Session session = open();
        AtomicLong least = new AtomicLong(Long.MAX_VALUE);
        long end = session.ticker().nanos() + timeoutNanos() * 3 / 2;
        eventually(
                () -> {
                    long now = session.ticker().nanos();
                    least.accumulateAndGet(session.provenUntilNanos() - now, Math::min);
                    return now >= end;
                },
                "one and a half time-outs pass");
        assertThat(least.get()).isGreaterThanOrEqualTo(timeoutNanos() / 4);
    }

    @Test
    @Guarantee(7)
    default void deadlineStandsStillWithoutAConnectionAndMovesAgainAfterwards() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
        long proven = session.provenUntilNanos();
        long later = session.ticker().nanos() + timeoutNanos() / 5;
        eventually(() -> session.ticker().nanos() >= later, "a fifth of the time-out passes");
        assertThat(session.provenUntilNanos()).isEqualTo(proven);
        fixture().restore(session);
        eventually(() -> session.provenUntilNanos() > proven, "the deadline moves again");
    }

    @Test
    @Guarantee(7)
    default void deadlineStandsStillWhileNothingIsHeard() {
        fixture().require(Fault.HANG);
        Session session = openElsewhere("tester");
        long hungAt = session.ticker().nanos();
        fixture().hang(session);
        eventually(() -> session.ticker().nanos() >= hungAt + timeoutNanos() / 2, "half a time-out passes");
        assertThat(session.provenUntilNanos()).isLessThanOrEqualTo(hungAt + longestProof());
        fixture().restore(session);
    }

    @Test
    @Guarantee({6, 7})
    default void serviceDoesNotExpireASessionBeforeItsDeadline() {
        fixture().require(Fault.HANG);
        Session owner = openElsewhere("owner");
        Session other = open("other");
        createOwned(owner, A, "mine");
        fixture().hang(owner);
        eventually(() -> !exists(other, A), "the silent session expires");
        assertThat(owner.ticker().nanos()).isGreaterThanOrEqualTo(owner.provenUntilNanos());
        fixture().restore(owner);
    }

    /**
     * A client that pauses between the sending of a renewal and the arrival of its confirmation must not count from the
     * latter. The world is stepped finely, so that some of the pauses fall between the two.
     */
    @Test
    @Guarantee(7)
    default void pauseOfTheClientIsNotCountedAsProven() {
        fixture().require(Fault.PAUSE);
        VirtualTime time = fixture().virtualTime().orElse(null);
        Assumptions.assumeTrue(time != null, "it takes virtual time to pause between sending and receiving");
        Session session = open();
        Duration pause = fixture().sessionTimeout().dividedBy(4);
        for (int i = 0; i < 300; i++) {
            time.advance(Duration.ofMillis(1 + i % 7));
            long pausedAt = session.ticker().nanos();
            fixture().pause(session, pause);
            time.advance(pause.minusNanos(1));
            AtomicLong proven = new AtomicLong();
            CompletableFuture<Void> resumed = new CompletableFuture<>();
            session.scheduler().execute(() -> {
                proven.set(session.provenUntilNanos());
                resumed.complete(null);
            });
            await(resumed);
            assertThat(proven.get()).isLessThanOrEqualTo(pausedAt + longestProof());
        }
    }

    @Test
    @Guarantee(7)
    default void deadlineIsNotMovedByTheEndOfTheSession() {
        Session session = open();
        await(session.commit(Commit.builder().createOwned(A, null).build()));
        session.close();
        assertThat(session.provenUntilNanos())
                .isLessThanOrEqualTo(session.ticker().nanos() + longestProof());
    }

    private long timeoutNanos() {
        return fixture().sessionTimeout().toNanos();
    }

    /** The most that can be proven at the instant at which a renewal is sent: the formula with {@code tSend} set to now. */
    private long longestProof() {
        long timeout = timeoutNanos();
        long margin = Math.max(Duration.ofMillis(50).toNanos(), timeout / 50);
        return timeout - timeout / 500 - margin;
    }
}
