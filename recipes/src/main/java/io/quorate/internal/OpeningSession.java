package io.quorate.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session from the request for it on, and those who ask for it before it is there: they get it one after the other, in the order in which
 * they asked.
 *
 * <p>One future for all of them would not do that, since a {@link CompletableFuture} runs what depends on it last come first: of several who queue up
 * for a lock before the session is there, the last would be the first in the queue. Safe for use by many threads.
 */
final class OpeningSession {

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<CompletableFuture<LiveSession>> waiting = new ArrayDeque<>();
    private final CompletableFuture<LiveSession> outcome = new CompletableFuture<>();
    private boolean allTold;

    /** Returns a future of the session, which completes after those that were returned before it. It is the caller's own. */
    CompletableFuture<LiveSession> whenThere() {
        lock.lock();
        try {
            if (allTold) {
                return outcome.copy();
            }
            CompletableFuture<LiveSession> mine = new CompletableFuture<>();
            waiting.add(mine);
            return mine;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the session, or {@code null} if it is not there or could not be opened. */
    @Nullable
    LiveSession ifThere() {
        return outcome.isDone() && !outcome.isCompletedExceptionally() ? outcome.join() : null;
    }

    /** Returns whether this can be used, or may turn out to be usable. */
    boolean isUsable() {
        if (!outcome.isDone()) {
            return true;
        }
        LiveSession live = ifThere();
        return live != null && !live.session().state().isTerminal();
    }

    /** The session is there. */
    void opened(LiveSession live) {
        outcome.complete(live);
        tellAll(mine -> mine.complete(live));
    }

    /** There will be no session. */
    void failed(Throwable cause) {
        outcome.completeExceptionally(cause);
        tellAll(mine -> mine.completeExceptionally(cause));
    }

    private void tellAll(Consumer<CompletableFuture<LiveSession>> teller) {
        for (CompletableFuture<LiveSession> mine = next(); mine != null; mine = next()) {
            teller.accept(mine);
        }
    }

    private @Nullable CompletableFuture<LiveSession> next() {
        lock.lock();
        try {
            CompletableFuture<LiveSession> next = waiting.poll();
            allTold = next == null;
            return next;
        } finally {
            lock.unlock();
        }
    }
}
