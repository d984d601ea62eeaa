package io.quorate.linearizability;

import io.quorate.linearizability.testing.FencedMutex;
import io.quorate.linearizability.testing.FencedMutex.Acquire;
import io.quorate.linearizability.testing.FencedMutex.Acquired;
import io.quorate.linearizability.testing.FencedMutex.Busy;
import io.quorate.linearizability.testing.FencedMutex.NotHeld;
import io.quorate.linearizability.testing.FencedMutex.Release;
import io.quorate.linearizability.testing.FencedMutex.Released;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Outcome;
import io.quorate.linearizability.testing.Outcome.Returned;
import io.quorate.linearizability.testing.SequenceCounter;
import io.quorate.linearizability.testing.VersionedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Random histories of at most seven operations, about half of them wrong: correct ones, some of which are spoilt
 * without a plan.
 */
final class SmallHistories {

    private static final double LOST_REPLIES = 0.2;

    private SmallHistories() {}

    static History<VersionedStore.Input, VersionedStore.Output> register(Random random) {
        return spoil(random, new StoreWorkload(random, "k").registers(size(random), 3, LOST_REPLIES));
    }

    static History<VersionedStore.Input, VersionedStore.Output> transactions(Random random) {
        return spoil(random, new StoreWorkload(random, "a", "b").transactions(size(random), 3, LOST_REPLIES));
    }

    static History<SequenceCounter.Input, Long> counter(Random random) {
        AtomicLong counter = new AtomicLong();
        return spoil(
                random,
                new ConcurrentSimulation<SequenceCounter.Input, Long>(
                                random,
                                3,
                                LOST_REPLIES,
                                () -> random.nextInt(3) > 0
                                        ? new SequenceCounter.Next("c")
                                        : new SequenceCounter.Current("c"),
                                input -> input instanceof SequenceCounter.Next
                                        ? counter.incrementAndGet()
                                        : counter.get())
                        .run(size(random)));
    }

    static History<FencedMutex.Input, FencedMutex.Output> mutex(Random random) {
        PlainMutex mutex = new PlainMutex();
        return spoil(
                random,
                new ConcurrentSimulation<FencedMutex.Input, FencedMutex.Output>(
                                random,
                                3,
                                LOST_REPLIES,
                                () -> random.nextBoolean()
                                        ? new Acquire("m")
                                        : new Release("m", Math.max(0, mutex.token - random.nextInt(2))),
                                mutex::apply)
                        .run(size(random)));
    }

    private static int size(Random random) {
        return 3 + random.nextInt(5);
    }

    private static <I, O> History<I, O> spoil(Random random, History<I, O> history) {
        List<Operation<I, O>> operations = new ArrayList<>(history.operations());
        for (int times = random.nextInt(6); times > 0; times--) {
            int i = random.nextInt(operations.size());
            int j = random.nextInt(operations.size());
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> swapOutputs(operations, i, j);
                case 3, 4 -> operations.set(i, shift(operations.get(i), random.nextInt(15) - 7));
                case 5, 6 -> operations.remove(operations.size() > 1 ? i : 0);
                default -> operations.set(i, forget(operations.get(i)));
            }
            if (operations.isEmpty()) {
                break;
            }
        }
        return History.of(operations);
    }

    private static <I, O> void swapOutputs(List<Operation<I, O>> operations, int i, int j) {
        Operation<I, O> one = operations.get(i);
        Operation<I, O> other = operations.get(j);
        if (one.outcome() instanceof Returned && other.outcome() instanceof Returned) {
            operations.set(i, end(one, one.returnTime(), other.outcome()));
            operations.set(j, end(other, other.returnTime(), one.outcome()));
        }
    }

    private static <I, O> Operation<I, O> shift(Operation<I, O> operation, int by) {
        long end = operation.returnTime() == Operation.NEVER ? Operation.NEVER : operation.returnTime() + by;
        return new Operation<>(
                operation.client(), operation.callTime() + by, end, operation.input(), operation.outcome());
    }

    private static <I, O> Operation<I, O> forget(Operation<I, O> operation) {
        return end(operation, Operation.NEVER, new Outcome.Unknown<>());
    }

    private static <I, O> Operation<I, O> end(Operation<I, O> operation, long returnTime, Outcome<O> outcome) {
        return new Operation<>(operation.client(), operation.callTime(), returnTime, operation.input(), outcome);
    }

    private static final class PlainMutex {
        private boolean held;
        private long token;

        FencedMutex.Output apply(FencedMutex.Input input) {
            if (input instanceof Release release) {
                boolean holds = held && token == release.token();
                held = held && !holds;
                return holds ? new Released() : new NotHeld();
            }
            if (held) {
                return new Busy();
            }
            held = true;
            token++;
            return new Acquired(token);
        }
    }
}
