package io.quorate.internal.lock;

import io.quorate.backend.Guard;
import io.quorate.backend.Subscription;
import io.quorate.internal.Ownership;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lease.RevocationRequest;
import io.quorate.lock.MultiLockLease;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Several ownerships that stand and fall together. They have one session, and with it one deadline. */
final class QueueMultiLockLease implements MultiLockLease {

    private final List<String> names;
    private final List<Ownership> parts;

    QueueMultiLockLease(List<String> names, List<Ownership> parts) {
        this.names = names;
        this.parts = parts;
        Consumer<LossCause> giveBackTheRest = cause -> release();
        parts.forEach(part -> part.onLost(giveBackTheRest));
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public long token() {
        return parts.get(0).token();
    }

    @Override
    public LeaseState state() {
        LeaseState worst = LeaseState.HELD;
        for (Ownership part : parts) {
            LeaseState state = part.state();
            worst = state.compareTo(worst) > 0 ? state : worst;
        }
        return worst;
    }

    @Override
    public boolean isHeld() {
        return parts.stream().allMatch(Ownership::isHeld);
    }

    @Override
    public void ensureHeld() {
        parts.forEach(Ownership::ensureHeld);
    }

    @Override
    public void ensureHeld(Duration atLeast) {
        ensureHeld();
        parts.forEach(part -> part.ensureHeld(atLeast));
    }

    @Override
    public Duration remaining() {
        return parts.stream().map(Ownership::remaining).min(Duration::compareTo).orElseThrow();
    }

    @Override
    public Guard guard() {
        return Guard.allOf(parts.stream().map(Ownership::guard).toList());
    }

    @Override
    public Subscription onLost(Consumer<LossCause> callback) {
        Consumer<LossCause> once = once(callback);
        return all(parts.stream().map(part -> part.onLost(once)).toList());
    }

    /** When several are lost with their session, each tells; the user is told once. */
    private static <T> Consumer<T> once(Consumer<T> callback) {
        AtomicBoolean told = new AtomicBoolean();
        return value -> {
            if (told.compareAndSet(false, true)) {
                callback.accept(value);
            }
        };
    }

    @Override
    public Subscription onRevokeRequested(Consumer<RevocationRequest> callback) {
        return all(parts.stream().map(part -> part.onRevokeRequested(callback)).toList());
    }

    private static Subscription all(List<Subscription> subscriptions) {
        return () -> subscriptions.forEach(Subscription::close);
    }

    @Override
    public CompletableFuture<Void> release() {
        return CompletableFuture.allOf(parts.stream().map(Ownership::release).toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public void close() {
        parts.forEach(Ownership::release);
    }

    @Override
    public String toString() {
        return "locks " + names + " (token " + token() + ", " + state() + ")";
    }
}
