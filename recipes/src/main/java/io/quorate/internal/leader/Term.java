package io.quorate.internal.leader;

import io.quorate.backend.Guard;
import io.quorate.backend.Subscription;
import io.quorate.internal.Ownership;
import io.quorate.leader.Leadership;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** An ownership as a leader sees it. */
final class Term implements Leadership {

    private final Ownership ownership;
    private final StopSignal stop;

    /** Creates the term of an ownership, with the serial executor of its callbacks. */
    Term(Ownership ownership, Executor callbacks) {
        this.ownership = ownership;
        this.stop = new StopSignal(callbacks);
    }

    /** Says that what is done under this term should come to an end. */
    void stop() {
        stop.give();
    }

    /** Gives the leadership back; see {@link Ownership#release()}. */
    CompletableFuture<Void> release() {
        return ownership.release();
    }

    @Override
    public boolean shouldStop() {
        return stop.isGiven() || !isHeld();
    }

    @Override
    public Subscription onStop(Runnable callback) {
        return stop.register(callback);
    }

    @Override
    public long token() {
        return ownership.token();
    }

    @Override
    public LeaseState state() {
        return ownership.state();
    }

    @Override
    public boolean isHeld() {
        return ownership.isHeld();
    }

    @Override
    public void ensureHeld() {
        ownership.ensureHeld();
    }

    @Override
    public void ensureHeld(Duration atLeast) {
        ownership.ensureHeld(atLeast);
    }

    @Override
    public Duration remaining() {
        return ownership.remaining();
    }

    @Override
    public Guard guard() {
        return ownership.guard();
    }

    @Override
    public Subscription onLost(Consumer<LossCause> callback) {
        return ownership.onLost(callback);
    }

    @Override
    public String toString() {
        return ownership.toString();
    }
}
