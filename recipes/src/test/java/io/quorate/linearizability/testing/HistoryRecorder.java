package io.quorate.linearizability.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A log of operations as their clients see them, written while a test runs.
 *
 * <p>A client announces an operation with {@link #call} immediately before it calls, and settles the returned {@link
 * Invocation} immediately after it learns the outcome. What lies between the two clock readings must contain the whole
 * operation: a reading taken too late or too early makes a correct object look wrong.
 *
 * <p>Thread-safe and free of locks. All times come from the one source given at construction.
 *
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public final class HistoryRecorder<I, O> {

    private final LongSupplier time;
    private final Queue<Invocation<I, O>> invocations = new ConcurrentLinkedQueue<>();

    private HistoryRecorder(LongSupplier time) {
        this.time = time;
    }

    /**
     * A recorder whose times are the nanoseconds since its creation.
     *
     * @param nanos a monotonic source that all threads share, such as {@code System::nanoTime}; its origin does not
     *     matter
     */
    public static <I, O> HistoryRecorder<I, O> timedBy(LongSupplier nanos) {
        long origin = nanos.getAsLong();
        return new HistoryRecorder<>(() -> nanos.getAsLong() - origin);
    }

    /**
     * A recorder whose times number the calls and returns from 1.
     *
     * <p>This is the form for virtual time, where many events share one instant and a clock would call them all
     * concurrent. The numbers follow the true order of events, so the check is as strict as it can be.
     */
    public static <I, O> HistoryRecorder<I, O> counting() {
        return new HistoryRecorder<>(new AtomicLong()::incrementAndGet);
    }

    /** Records that {@code client} is about to call, and returns what the client settles once it knows the outcome. */
    public Invocation<I, O> call(int client, I input) {
        Invocation<I, O> invocation = new Invocation<>(time, client, input);
        invocations.add(invocation);
        return invocation;
    }

    /** What was recorded so far; operations that are still running count as unknown. */
    public History<I, O> history() {
        List<Operation<I, O>> operations = new ArrayList<>();
        for (Invocation<I, O> invocation : invocations) {
            operations.add(invocation.operation());
        }
        return History.of(operations);
    }

    /**
     * An operation that was called and is to be settled once, by any thread.
     *
     * @param <I> the input of an operation
     * @param <O> the output of an operation
     */
    public static final class Invocation<I, O> {

        private final LongSupplier time;
        private final int client;
        private final I input;
        private final long callTime;
        private final AtomicReference<@Nullable Operation<I, O>> settled = new AtomicReference<>();

        private Invocation(LongSupplier time, int client, I input) {
            this.time = time;
            this.client = client;
            this.input = input;
            this.callTime = time.getAsLong();
        }

        /**
         * Records that the operation returned {@code output}, now.
         *
         * @throws IllegalStateException if the invocation is settled already
         */
        public void returned(O output) {
            settle(Operation.returned(client, callTime, time.getAsLong(), input, output));
        }

        /**
         * Records that the operation certainly had no effect.
         *
         * @throws IllegalStateException if the invocation is settled already
         */
        public void failed() {
            settle(Operation.failed(client, callTime, time.getAsLong(), input));
        }

        /**
         * Records that nobody knows whether the operation takes effect, as after a timeout or a lost connection.
         *
         * @throws IllegalStateException if the invocation is settled already
         */
        public void unknown() {
            settle(Operation.unknown(client, callTime, input));
        }

        private void settle(Operation<I, O> operation) {
            if (!settled.compareAndSet(null, operation)) {
                throw new IllegalStateException("An invocation is settled once, and this one was: " + settled.get());
            }
        }

        private Operation<I, O> operation() {
            Operation<I, O> operation = settled.get();
            return operation != null ? operation : Operation.unknown(client, callTime, input);
        }
    }
}
