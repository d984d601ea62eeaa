package io.quorate.benchmarks;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/** A tree of a million nodes of 100 bytes, with a parent for each thousand. */
final class Million {

    /** With the parents, a few less than the limit of a million. */
    static final int NODES = 998_000;

    private static final int PER_PARENT = 1_000;
    private static final int PER_COMMIT = 125;
    private static final int IN_FLIGHT = 64;
    private static final Bytes VALUE = Bytes.of(new byte[100]);

    private Million() {}

    static Key key(int node) {
        return Key.of(String.format("/parent-%04d/node-%04d", node / PER_PARENT, node % PER_PARENT));
    }

    static void fill(Session session) throws InterruptedException {
        pipelined(NODES / PER_COMMIT, i -> {
            Commit.Builder commit = Commit.builder();
            for (int node = i * PER_COMMIT; node < (i + 1) * PER_COMMIT; node++) {
                commit.create(key(node), VALUE);
            }
            return session.commit(commit.build());
        });
    }

    /** Does so many operations, a few at a time. */
    static void pipelined(int count, IntFunction<CompletableFuture<?>> operation) throws InterruptedException {
        Semaphore permits = new Semaphore(IN_FLIGHT);
        CompletableFuture<Void> failure = new CompletableFuture<>();
        for (int i = 0; i < count; i++) {
            permits.acquire();
            CompletableFuture<?> unused = operation.apply(i).whenComplete((result, failed) -> {
                if (failed != null) {
                    failure.completeExceptionally(failed);
                }
                permits.release();
            });
        }
        permits.acquire(IN_FLIGHT);
        failure.complete(null);
        failure.join();
    }
}
