package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A world in which time passes only when a test says so.
 *
 * <p>It holds a queue of events, ordered by the instant at which they are due and, among equals, by the order in which they
 * were added. Stepping the world takes the first event, moves the clock to its instant and runs it. All randomness comes
 * from one seed, so the same seed and the same calls give the same {@link #trace()}, line by line.
 *
 * <p>A world with a jitter delays every event by a random time up to that jitter, to explore interleavings. Lanes keep
 * their order all the same.
 *
 * <p>It belongs to the thread that created it, and refuses all others.
 */
public final class VirtualTime {

    /** How far {@link #await} and {@link #runUntil(BooleanSupplier)} go before they give up. */
    public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(10);

    private static final int TRACE_LINES_IN_A_FAILURE = 40;

    private record Event(long dueNanos, long sequence, Runnable action) {}

    private final Thread owner = Thread.currentThread();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::dueNanos).thenComparingLong(Event::sequence));
    private final long seed;
    private final SplittableRandom random;
    private final long jitterNanos;
    private final List<String> trace = new ArrayList<>();
    private final List<Throwable> uncaught = new ArrayList<>();
    private long nowNanos;
    private long sequence;
    private boolean stepping;

    /** Creates a world without jitter at instant 0. */
    public VirtualTime(long seed) {
        this(seed, Duration.ZERO);
    }

    /**
     * Creates a world at instant 0.
     *
     * @param seed decides everything that is random
     * @param jitter by how much an event may be late; not negative
     */
    public VirtualTime(long seed, Duration jitter) {
        if (jitter.isNegative()) {
            throw new IllegalArgumentException("the jitter must not be negative, but is " + jitter);
        }
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.jitterNanos = jitter.toNanos();
    }

    /** Returns the clock of this world. */
    public Ticker ticker() {
        return () -> nowNanos;
    }

    /** Returns the source of all that is random in this world. */
    public RandomGenerator random() {
        checkThread();
        return random;
    }

    /** Returns whether this world delays events at random. */
    public boolean hasJitter() {
        return jitterNanos > 0;
    }

    /**
     * Adds an event.
     *
     * @param delay from now on; not negative
     * @return closes to withdraw the event if it has not happened
     */
    public Subscription after(Duration delay, Runnable action) {
        checkThread();
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
        }
        return at(nowNanos + delay.toNanos() + nextJitter(), action);
    }

    /** Adds an event at an exact instant, to which no jitter is added; in the past means now. */
    Subscription at(long dueNanos, Runnable action) {
        checkThread();
        Event event = new Event(Math.max(dueNanos, nowNanos), sequence++, action);
        events.add(event);
        return () -> {
            checkThread();
            events.remove(event);
        };
    }

    /** Makes a lane: a scheduler whose tasks run one at a time in this world. */
    public Lane newLane(String name) {
        return new Lane(this, name);
    }

    /**
     * Runs until nothing is left to happen.
     *
     * @throws AssertionError if that takes more than {@link #DEFAULT_LIMIT}, as it does with an open session, which renews
     *     itself for ever: use {@link #advance} then
     */
    public void run() {
        runUntil(events::isEmpty);
    }

    /** Runs everything that is due within the given time from now, and moves the clock there. */
    public void advance(Duration duration) {
        long end = nowNanos + duration.toNanos();
        runWhile(() -> !events.isEmpty() && requireNonNull(events.peek()).dueNanos() <= end);
        nowNanos = end;
    }

    /**
     * Runs until a condition holds, which is asked after every event.
     *
     * @throws AssertionError if nothing is left to happen or {@link #DEFAULT_LIMIT} passes first
     */
    public void runUntil(BooleanSupplier condition) {
        if (!runUntil(condition, DEFAULT_LIMIT)) {
            throw failure("the condition did not come to hold");
        }
    }

    /**
     * Runs until a condition holds, which is asked after every event.
     *
     * @return whether it holds; false if nothing is left to happen or the limit passes first
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos + limit.toNanos();
        runWhile(() -> !condition.getAsBoolean()
                && !events.isEmpty()
                && requireNonNull(events.peek()).dueNanos() <= end);
        return condition.getAsBoolean();
    }

    /**
     * Runs until a future is done and returns its result.
     *
     * @throws RuntimeException the very exception with which the future failed, if it is unchecked; a checked one is wrapped
     *     in a {@link CompletionException}
     * @throws AssertionError if nothing is left to happen or {@link #DEFAULT_LIMIT} passes first
     */
    public <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        if (!runUntil(future::isDone, DEFAULT_LIMIT)) {
            throw failure("the future did not complete");
        }
        try {
            return future.join();
        } catch (CancellationException e) {
            throw e;
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Adds a line to the trace. */
    public void note(String line) {
        checkThread();
        trace.add(String.format("%d.%06d %s", nowNanos / 1_000_000, nowNanos % 1_000_000, line));
    }

    /** Returns what has been noted so far: an instant in milliseconds and what happened then, one event a line. */
    public List<String> trace() {
        return List.copyOf(trace);
    }

    /** Returns the exceptions that lane tasks have thrown. A lane survives them, and a test may insist on none. */
    public List<Throwable> uncaught() {
        return List.copyOf(uncaught);
    }

    /** Returns whether an event is under way, so that the caller must not run the world. */
    boolean isStepping() {
        return stepping;
    }

    void recordUncaught(String lane, RuntimeException thrown) {
        uncaught.add(thrown);
        note(lane + " task threw " + thrown);
    }

    /** Makes an error that shows the seed and how the trace ends. */
    AssertionError failure(String what) {
        List<String> tail = trace.subList(Math.max(0, trace.size() - TRACE_LINES_IN_A_FAILURE), trace.size());
        String why = events.isEmpty() ? "nothing is left to happen" : "the limit passed";
        return new AssertionError(what + ": " + why + " at " + Duration.ofNanos(nowNanos) + " (seed " + seed
                + "). The trace ends with\n" + String.join("\n", tail));
    }

    long nextJitter() {
        return jitterNanos == 0 ? 0 : random.nextLong(jitterNanos + 1);
    }

    long nowNanos() {
        return nowNanos;
    }

    boolean isOwnedByCaller() {
        return Thread.currentThread() == owner;
    }

    void checkThread() {
        if (!isOwnedByCaller()) {
            throw new IllegalStateException("this world belongs to thread " + owner.getName() + ", but "
                    + Thread.currentThread().getName() + " entered it");
        }
    }

    private void runWhile(BooleanSupplier goOn) {
        checkThread();
        if (stepping) {
            throw new IllegalStateException("an event must not wait for another one: it would block the world");
        }
        while (goOn.getAsBoolean()) {
            Event event = requireNonNull(events.poll());
            nowNanos = event.dueNanos();
            stepping = true;
            try {
                event.action().run();
            } finally {
                stepping = false;
            }
        }
    }
}
