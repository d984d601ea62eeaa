package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.embedded.sim.SimulatedEngine;
import io.quorate.lock.LockLease;
import io.quorate.lock.WriteLease;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who asks for a lock, holds it, does something under it and lets go, again and again; who gives up waiting now and then, asks others
 * to let go, or lets go only when asked.
 */
final class LockUser {

    private final LockWorkload workload;
    private final SimulatedEngine engine;
    private final RecipeClient client;
    private final LockKind.Claim claim;
    private @Nullable CompletableFuture<? extends LockLease> asked;
    private @Nullable LockLease lease;
    private boolean gaveUp;
    private boolean shares;
    private boolean seen;
    private int turns;

    LockUser(LockWorkload workload, SimulatedEngine engine, RecipeClient client, LockKind.Claim claim) {
        this.workload = workload;
        this.engine = engine;
        this.client = client;
        this.claim = claim;
    }

    RecipeClient client() {
        return client;
    }

    LockKind.Claim claim() {
        return claim;
    }

    @Nullable
    LockLease lease() {
        return lease;
    }

    /** Returns how much it holds of each lock. */
    int weight() {
        return shares ? 1 : claim.weight();
    }

    /** Returns whether its lease was seen to be held before, and that it is from now on. */
    boolean seen() {
        boolean before = seen;
        seen = true;
        return before;
    }

    boolean isSeen() {
        return seen;
    }

    /** Returns whether it may hold something at this instant. */
    boolean mayHold() {
        return lease != null && client.isAlive();
    }

    boolean hasProgressed() {
        return turns > 0 || lease != null || !client.isAlive();
    }

    void beginToCount() {
        turns = 0;
    }

    // ---- asking

    void askSoon(int maxMillis) {
        client.later(maxMillis, this::ask);
    }

    private void ask() {
        if (workload.isEnding()) {
            return;
        }
        if (client.random().chance(0.2)) {
            tryIt();
            return;
        }
        gaveUp = false;
        CompletableFuture<? extends LockLease> result = claim.how().acquireAsync();
        asked = result;
        if (client.random().chance(0.15)) {
            giveUpWithin(150);
        }
        client.later(400, () -> hurryOthers(result));
        CompletableFuture<?> unused = result.whenComplete((granted, failure) -> {
            asked = null;
            if (granted == null && failure == null) {
                engine.violated("AcquiringGrants", "an acquisition of " + claim.names() + " ends with nothing");
            }
            answered(granted, failure);
        });
    }

    private void tryIt() {
        long emptySince = workload.emptyNow(claim);
        CompletableFuture<? extends Optional<? extends LockLease>> tried =
                claim.how().tryAcquireAsync();
        CompletableFuture<?> unused = tried.whenComplete((granted, failure) -> {
            if (granted != null && granted.isEmpty() && workload.wasEmptySince(claim, emptySince)) {
                engine.violated(
                        "TryingSucceeds", client.name() + " tried " + claim.names() + " in vain, and nobody was there");
            }
            answered(granted == null ? null : granted.orElse(null), failure);
        });
    }

    private void answered(@Nullable LockLease granted, @Nullable Throwable failure) {
        if (granted != null) {
            hold(granted);
        } else {
            mayFail(failure);
            askSoon(60);
        }
    }

    private void mayFail(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        boolean known = cause == null
                || cause instanceof QuorateException
                || (cause instanceof CancellationException && gaveUp);
        if (!known) {
            engine.violated("KnownFailures", "an attempt failed with " + cause);
        }
    }

    /** Gives up waiting within some time, if it waits then. */
    void giveUpWithin(int millis) {
        CompletableFuture<? extends LockLease> result = asked;
        if (result != null && !workload.areFaultsOver()) {
            client.later(millis, () -> {
                if (!result.isDone()) {
                    gaveUp = true;
                    client.trace(() -> "gives up waiting for " + claim.names());
                    result.cancel(false);
                }
            });
        }
    }

    /** Asks whoever holds it to let go, for as long as it waits. */
    private void hurryOthers(CompletableFuture<? extends LockLease> result) {
        if (!result.isDone() && !workload.isEnding()) {
            CompletableFuture<?> unused = claim.revocation().get();
            client.later(400, () -> hurryOthers(result));
        }
    }

    // ---- holding

    /** Describes a lease without asking whether it is held, which might end it. */
    private String shown(LockLease shown) {
        return claim.names() + " (token " + shown.token() + ")";
    }

    private void hold(LockLease granted) {
        client.trace(() -> "holds " + shown(granted));
        begin(granted, false);
        workload.noteOwner(this, granted);
        boolean untilAsked = client.random().chance(0.1);
        if (untilAsked || client.random().chance(0.3)) {
            var unused = granted.onRevokeRequested(request -> {
                client.trace(() -> "is asked to let go of " + shown(granted));
                client.later(20, () -> letGo(granted));
            });
        }
        work(granted, client.random().below(3), untilAsked);
    }

    private void begin(LockLease granted, boolean asReader) {
        lease = granted;
        shares = asReader;
        seen = asReader;
        turns++;
        var unused = granted.onLost(cause -> {
            client.trace(() -> "lost " + shown(granted) + ": " + cause);
            over(granted);
        });
    }

    /** Looks whether the lock is held, does something under it a while later, and lets go at last, unless somebody has to ask for that. */
    private void work(LockLease granted, int times, boolean untilAsked) {
        if (times == 0) {
            if (granted instanceof WriteLease writing && client.random().chance(0.3)) {
                client.later(40, () -> downgrade(writing));
            } else if (!untilAsked) {
                client.later(client.random().chance(0.1) ? 600 : 40, () -> letGo(granted));
            }
            return;
        }
        client.later(30, () -> {
            if (granted.isHeld()) {
                client.later(client.random().chance(0.2) ? 300 : 10, () -> workload.act(this, granted));
            }
            work(granted, times - 1, untilAsked);
        });
    }

    /** Goes on as a reader, for whom other readers are let in. */
    private void downgrade(WriteLease writing) {
        if (lease != writing || !writing.isHeld()) {
            return;
        }
        client.trace(() -> "goes on as a reader instead of " + shown(writing));
        lease = null;
        CompletableFuture<?> unused = writing.downgradeAsync().whenComplete((reading, failure) -> {
            if (reading == null) {
                mayFail(failure);
                askSoon(60);
                return;
            }
            client.trace(() -> "holds " + shown(reading));
            begin(reading, true);
            client.later(200, () -> letGo(reading));
        });
    }

    /** Writes under the guard of a lease. */
    void writeUnderGuard(LockLease granted) {
        Key data = Key.of("/data").child(claim.names().get(0));
        Bytes token = Bytes.utf8(Long.toString(granted.token()));
        CompletableFuture<?> unused = client.quorate().session().thenCompose(session -> {
            Commit.Builder commit = Commit.builder().guard(granted.guard());
            boolean exists = engine.committed(data) != null;
            return session.commit((exists ? commit.update(data, token) : commit.create(data, token)).build())
                    .thenAccept(result -> workload.noteGuardedWrite(this, result.revision(), granted.token()));
        });
    }

    private void letGo(LockLease granted) {
        if (lease != granted) {
            return;
        }
        Key ticket = granted.guard().key();
        var entry = engine.committed(ticket);
        long session =
                entry == null || entry.owner() == null ? 0 : entry.owner().value();
        client.trace(() -> "lets go of " + shown(granted));
        CompletableFuture<?> unused = granted.release().thenRun(() -> {
            if (session != 0 && engine.isOpen(session) && engine.committed(ticket) != null) {
                engine.violated("ReleaseIsDone", granted + " was released, and its ticket is there");
            }
        });
        over(granted);
        workload.released();
    }

    private void over(LockLease ended) {
        if (lease == ended) {
            lease = null;
            askSoon(50);
        }
    }
}
