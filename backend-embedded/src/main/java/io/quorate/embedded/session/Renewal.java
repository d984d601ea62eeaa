package io.quorate.embedded.session;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is known of how long a session lives: the instant until which it is proven, and when it was last confirmed. The proof
 * may be read by any thread; the rest is confined to the loop.
 */
final class Renewal {

    private final long timeoutNanos;
    private final AtomicLong provenUntil;
    private long confirmedNanos;

    Renewal(Duration timeout, long sentNanos) {
        this.timeoutNanos = timeout.toNanos();
        this.confirmedNanos = sentNanos;
        this.provenUntil = new AtomicLong(sentNanos + proof());
    }

    /** The formula of {@link io.quorate.backend.Session#provenUntilNanos}, counted from the sending of a renewal. */
    private long proof() {
        return timeoutNanos - timeoutNanos / 500 - Math.max(TimeUnit.MILLISECONDS.toNanos(50), timeoutNanos / 50);
    }

    /** Returns how long to wait between two renewals, so that one may be lost. */
    Duration interval() {
        long slack = proof() - timeoutNanos / 4;
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), slack / 3));
    }

    long provenUntil() {
        return provenUntil.get();
    }

    /** A quorum has confirmed what was sent at an instant. */
    void confirmed(long sentNanos) {
        confirmedNanos = Math.max(confirmedNanos, sentNanos);
        provenUntil.accumulateAndGet(sentNanos + proof(), Math::max);
    }

    /** The session turns to another member, which is given time to confirm something. */
    void startOver(long nowNanos) {
        confirmedNanos = nowNanos;
    }

    /** Whether whoever serves has not confirmed anything for so long that another one may know more. */
    boolean isOverdue(long nowNanos) {
        return nowNanos - confirmedNanos > timeoutNanos / 2;
    }
}
