package io.quorate.internal;

import io.quorate.backend.Subscription;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** What of a client has to come to an end before its session is closed, such as the body of a leader. Safe for use by many threads. */
public final class OpenRecipes {

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Supplier<? extends CompletableFuture<?>>> open = new LinkedHashSet<>();

    /**
     * Registers something that has to come to an end.
     *
     * @param end begins the end; the future must complete even if the backend is down
     * @return closes once it has ended by itself
     */
    public Subscription add(Supplier<? extends CompletableFuture<?>> end) {
        lock.lock();
        try {
            open.add(end);
        } finally {
            lock.unlock();
        }
        return () -> remove(end);
    }

    /** Ends all of it. Completes when everything has ended; never fails. */
    public CompletableFuture<Void> end() {
        List<CompletableFuture<?>> ends = new ArrayList<>();
        copy().forEach(one -> ends.add(one.get()));
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                .handle((done, failure) -> null);
    }

    private List<Supplier<? extends CompletableFuture<?>>> copy() {
        lock.lock();
        try {
            return List.copyOf(open);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Supplier<? extends CompletableFuture<?>> end) {
        lock.lock();
        try {
            open.remove(end);
        } finally {
            lock.unlock();
        }
    }
}
