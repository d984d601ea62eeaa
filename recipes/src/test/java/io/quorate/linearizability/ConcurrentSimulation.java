package io.quorate.linearizability;

import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Several clients of one correct object, interleaved at random from a seed; every history it yields is linearizable by
 * construction.
 *
 * <p>Each operation is applied to the object at one random moment between its call and its return. Some replies are
 * lost, and then the operation is applied before or after the client gave up, or never.
 */
final class ConcurrentSimulation<I, O> {

    private final Random random;
    private final int clients;
    private final double lostReplies;
    private final Supplier<I> inputs;
    private final Function<I, O> object;
    private final List<Operation<I, O>> operations = new ArrayList<>();
    private final List<I> stray = new ArrayList<>();
    private long now;

    /**
     * @param clients how many operations overlap at most, not counting those whose reply was lost
     * @param lostReplies the probability that a client never learns an outcome
     * @param inputs chooses what to ask next
     * @param object applies an input
     */
    ConcurrentSimulation(Random random, int clients, double lostReplies, Supplier<I> inputs, Function<I, O> object) {
        this.random = random;
        this.clients = clients;
        this.lostReplies = lostReplies;
        this.inputs = inputs;
        this.object = object;
    }

    History<I, O> run(int size) {
        List<@Nullable Pending> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            running.add(null);
        }
        int called = 0;
        while (operations.size() < size) {
            now += random.nextInt(3);
            if (!stray.isEmpty() && random.nextInt(20) == 0) {
                O unused = object.apply(stray.remove(random.nextInt(stray.size())));
            }
            int client = random.nextInt(clients);
            Pending pending = running.get(client);
            if (pending == null) {
                running.set(client, called < size ? new Pending(client, now, inputs.get()) : null);
                called += called < size ? 1 : 0;
            } else if (pending.output == null) {
                apply(pending);
            } else {
                operations.add(pending.end());
                running.set(client, null);
            }
            if (pending != null && random.nextDouble() < lostReplies / 2) {
                abandon(pending, running);
            }
        }
        return History.of(operations);
    }

    private void apply(Pending pending) {
        pending.output = object.apply(pending.input);
    }

    private void abandon(Pending pending, List<@Nullable Pending> running) {
        if (running.get(pending.client) != pending) {
            return;
        }
        if (pending.output == null && random.nextBoolean()) {
            stray.add(pending.input);
        }
        operations.add(Operation.unknown(pending.client, pending.callTime, pending.input));
        running.set(pending.client, null);
    }

    private final class Pending {
        final int client;
        final long callTime;
        final I input;

        @Nullable
        O output;

        Pending(int client, long callTime, I input) {
            this.client = client;
            this.callTime = callTime;
            this.input = input;
        }

        Operation<I, O> end() {
            O known = output;
            if (known == null) {
                throw new IllegalStateException("An operation returns after it was applied");
            }
            return Operation.returned(client, callTime, now, input, known);
        }
    }
}
