package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.embedded.sim.SimulatedEngine;
import io.quorate.lock.Acquirable;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import io.quorate.lock.MultiLock;
import io.quorate.lock.ReadWriteLock;
import io.quorate.lock.Semaphore;
import io.quorate.lock.SemaphoreOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What is contended for. */
enum LockKind {
    /** A lock that one holds. */
    EXCLUSIVE("/locks") {
        @Override
        Claim newClaim(RecipeClient client, LockOptions options) {
            DistributedLock lock = client.quorate().lock("a", options);
            return new Claim(List.of("a"), WHOLE, lock, () -> lock.requestRevocationAsync("please"));
        }
    },
    /** A lock for one writer or many readers. */
    READ_WRITE("/read-write-locks") {
        @Override
        Claim newClaim(RecipeClient client, LockOptions options) {
            ReadWriteLock lock = client.quorate().readWriteLock("rw", options);
            boolean writes = client.random().chance(0.4);
            return new Claim(
                    List.of("rw"),
                    writes ? WHOLE : 1,
                    writes ? lock.writeLock() : lock.readLock(),
                    () -> lock.requestRevocationAsync("please"));
        }

        @Override
        boolean isTurn(SimulatedEngine engine, Entry ticket, List<Entry> ahead) {
            boolean reads = QueueTruth.label(ticket).equals("r");
            return reads
                    ? ahead.stream().allMatch(each -> QueueTruth.label(each).equals("r") || isShared(each))
                    : ahead.isEmpty();
        }
    },
    /** A semaphore of a few permits, whose number changes, and of which each user takes one or two. */
    SEMAPHORE("/semaphores/queues") {
        @Override
        Claim newClaim(RecipeClient client, LockOptions options) {
            int weight = 1 + client.random().below(2);
            Semaphore semaphore = semaphore(client, options);
            return new Claim(
                    List.of("s"), weight, semaphore.weighing(weight), () -> semaphore.requestRevocationAsync("please"));
        }

        /** Who asks knows the permits as of its ticket, or newer ones; lowering them takes nothing away. */
        @Override
        boolean isTurn(SimulatedEngine engine, Entry ticket, List<Entry> ahead) {
            int most = engine.versionsSince(PERMITS, ticket.createRevision()).stream()
                    .mapToInt(LockKind::permits)
                    .max()
                    .orElse(0);
            return ahead.stream().mapToInt(LockKind::weight).sum() + weight(ticket) <= most;
        }
    },
    /** Some of three locks, all at once. */
    MULTI("/locks") {
        @Override
        Claim newClaim(RecipeClient client, LockOptions options) {
            List<String> some = new ArrayList<>(List.of("m1", "m2", "m3"));
            some.remove(client.random().below(3));
            if (client.random().chance(0.3)) {
                some.remove(client.random().below(2));
                DistributedLock lock = client.quorate().lock(some.get(0), options);
                return new Claim(some, WHOLE, lock, () -> lock.requestRevocationAsync("please"));
            }
            MultiLock locks = client.quorate().multiLock(some, options);
            return new Claim(some, WHOLE, locks, () -> locks.requestRevocationAsync("please"));
        }
    };

    /** What a lock weighs for one who excludes all others. */
    static final int WHOLE = 1_000;

    /** How many permits there are to begin with. */
    static final int INITIAL_PERMITS = 3;

    private static final Key PERMITS = Key.of("/semaphores/permits/s");

    private final String queues;

    LockKind(String queues) {
        this.queues = queues;
    }

    /**
     * A lock or some, how much of each is taken, how to have it, and how to ask its holders to let go.
     *
     * @param names the locks
     * @param weight {@link #WHOLE} for all there is
     * @param how acquires it
     * @param revocation asks for it
     */
    record Claim(
            List<String> names,
            int weight,
            Acquirable<? extends LockLease> how,
            Supplier<CompletableFuture<Integer>> revocation) {

        boolean isWhole() {
            return weight == WHOLE;
        }
    }

    /** Returns what a user of a client asks for. */
    abstract Claim newClaim(RecipeClient client, LockOptions options);

    /** Returns whether it is a ticket's turn, by what is committed. */
    boolean isTurn(SimulatedEngine engine, Entry ticket, List<Entry> ahead) {
        return ahead.isEmpty();
    }

    /** Returns what is true of the queue of a lock. */
    QueueTruth truth(SimulatedEngine engine, String name) {
        return new QueueTruth(engine, Key.of(queues).child(name), (ticket, ahead) -> isTurn(engine, ticket, ahead));
    }

    /** Returns the most that may be held together. */
    int capacity(SimulatedEngine engine) {
        return this == SEMAPHORE
                ? engine.versionsSince(PERMITS, 0).stream()
                        .mapToInt(LockKind::permits)
                        .max()
                        .orElse(INITIAL_PERMITS)
                : WHOLE;
    }

    /** Returns the semaphore for a client. */
    static Semaphore semaphore(RecipeClient client, LockOptions options) {
        SemaphoreOptions semaphore = SemaphoreOptions.defaults().withInitialPermits(INITIAL_PERMITS);
        return client.quorate()
                .semaphore(
                        "s",
                        semaphore.withSuspensionPolicy(
                                options.suspensionPolicy().orElse(SuspensionPolicy.UNTIL_DEADLINE)));
    }

    /** Returns whether a ticket is marked as that of one who wrote and goes on as a reader. */
    private static boolean isShared(Entry ticket) {
        return ticket.optionalValue().map(Bytes::utf8).orElse("").endsWith("\0shared");
    }

    private static int permits(Entry terms) {
        return Integer.parseInt(terms.optionalValue().map(Bytes::utf8).orElse("0"));
    }

    private static int weight(Entry ticket) {
        return Integer.parseInt(QueueTruth.label(ticket).substring(1));
    }
}
