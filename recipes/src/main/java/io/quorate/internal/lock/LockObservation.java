package io.quorate.internal.lock;

import io.quorate.backend.Session;
import io.quorate.backend.Ticker;
import io.quorate.event.Family;
import io.quorate.event.LockEvent;
import io.quorate.internal.Acquisition;
import io.quorate.internal.Events;
import io.quorate.internal.Ownership;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Tells the user's listener what becomes of one attempt to hold something, and of the lease. */
public final class LockObservation implements Acquisition.Observer {

    private final String family;
    private final Events events;
    private final AtomicBoolean decided = new AtomicBoolean();
    private volatile @Nullable Ticker ticker;
    private volatile long begunNanos;
    private volatile long grantedNanos;
    private volatile boolean acquired;

    private LockObservation(String family, Events events) {
        this.family = family;
        this.events = events;
    }

    /** Returns an observer of one attempt for the lock, semaphore or the like of the given name. */
    public static Acquisition.Observer of(String name, Events events) {
        return events.isObserved() ? new LockObservation(Family.of(name), events) : Acquisition.Observer.NONE;
    }

    @Override
    public void began(Session session) {
        if (ticker == null) {
            // The ticker of the first session goes on after that session has ended.
            begunNanos = session.ticker().nanos();
            ticker = session.ticker();
        }
    }

    @Override
    public void granted(Ownership ownership, int others) {
        if (!decided.compareAndSet(false, true)) {
            return;
        }
        grantedNanos = nanos();
        acquired = true;
        tell(new LockEvent.Acquired(family, ownership.token(), since(begunNanos), others));
    }

    @Override
    public void ended(long token, LossCause cause) {
        if (!acquired) {
            // Granted too late for somebody who had given up, who was told so.
            return;
        }
        Duration held = since(grantedNanos);
        tell(
                cause == LossCause.RELEASED
                        ? new LockEvent.Released(family, token, held)
                        : new LockEvent.Lost(family, token, held, cause));
    }

    @Override
    public void notGranted() {
        if (decided.compareAndSet(false, true)) {
            tell(new LockEvent.NotAcquired(family, since(begunNanos)));
        }
    }

    private void tell(LockEvent event) {
        events.tell(listener -> listener.onLock(event));
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos() - nanos));
    }

    /** Returns zero, as {@link #begunNanos} is, until there was a session. */
    private long nanos() {
        Ticker current = ticker;
        return current == null ? 0 : current.nanos();
    }
}
