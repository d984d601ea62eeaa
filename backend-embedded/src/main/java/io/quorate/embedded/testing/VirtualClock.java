package io.quorate.embedded.testing;

import io.quorate.backend.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only while the test waits: for a duration, for a condition, or in a blocking call of a client.
 *
 * <p>What is to happen is kept in the order in which it is due; letting time pass runs it, one thing after another, in the thread of the
 * test. Nothing takes any time by itself. Confined to that thread, but for {@link #elapsed()} and {@link #instant()}.
 */
public final class VirtualClock implements InstantSource {

    private static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

    /** Something that is to happen. */
    private static final class Event implements Comparable<Event> {
        final long due;
        final long number;
        private @Nullable Runnable action;

        Event(long due, long number, Runnable action) {
            this.due = due;
            this.number = number;
            this.action = action;
        }

        @Override
        public int compareTo(Event other) {
            return due != other.due ? Long.compare(due, other.due) : Long.compare(number, other.number);
        }
    }

    private final Thread owner = Thread.currentThread();
    private final PriorityQueue<Event> events = new PriorityQueue<>(256);
    private volatile long now;
    private long planned;
    private long happened;

    VirtualClock() {}

    /** Returns how much time has passed since the ensemble was made. */
    public Duration elapsed() {
        return Duration.ofNanos(now);
    }

    /** Returns the time of day, which begins with the year 2030. */
    @Override
    public Instant instant() {
        return BEGINNING.plusNanos(now);
    }

    /** Lets time pass, and everything happen that is due by then. */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time runs forward only, but was to advance by " + duration);
        }
        long limit = now + duration.toNanos();
        while (step(limit)) {
            // The next thing happens.
        }
        now = limit;
    }

    /**
     * Lets something happen after a delay, in the thread of the test.
     *
     * @return closes to withdraw it if it has not happened
     */
    public Subscription after(Duration delay, Runnable action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
        }
        Event event = plan(delay.toNanos(), action);
        return () -> event.action = null;
    }

    // ---- for the ensemble

    long nanos() {
        return now;
    }

    /** Returns how many things have happened. */
    long happened() {
        return happened;
    }

    void in(long nanos, Runnable action) {
        plan(nanos, action);
    }

    private Event plan(long nanos, Runnable action) {
        checkThread();
        Event event = new Event(now + nanos, planned++, action);
        events.add(event);
        return event;
    }

    /** Lets time pass until a condition holds, which is asked after every event; returns whether it holds. */
    boolean runUntil(BooleanSupplier condition, long limitNanos) {
        long limit = limitNanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + limitNanos;
        while (!condition.getAsBoolean()) {
            if (!step(limit)) {
                now = limit == Long.MAX_VALUE ? now : limit;
                return condition.getAsBoolean();
            }
        }
        return true;
    }

    /** Lets the next thing happen, if it is due by then. */
    private boolean step(long limit) {
        checkThread();
        Event next = events.peek();
        while (next != null && next.action == null) {
            events.remove();
            next = events.peek();
        }
        if (next == null || next.due > limit) {
            return false;
        }
        events.remove();
        now = next.due;
        happened++;
        Runnable action = next.action;
        next.action = null;
        if (action != null) {
            action.run();
        }
        return true;
    }

    boolean isOwnedByCaller() {
        return Thread.currentThread() == owner;
    }

    void checkThread() {
        if (!isOwnedByCaller()) {
            throw new IllegalStateException("virtual time belongs to thread " + owner.getName() + ", but "
                    + Thread.currentThread().getName() + " entered it: whatever takes part must run in that thread");
        }
    }

    /** Returns the time of day and the time that has passed. */
    @Override
    public String toString() {
        return instant() + " (" + elapsed() + ")";
    }
}
