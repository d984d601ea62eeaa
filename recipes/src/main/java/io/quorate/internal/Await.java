package io.quorate.internal;

import io.quorate.backend.TimeoutExceededException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The blocking twin of an asynchronous operation: waits, and cancels it when nobody waits any more. */
public final class Await {

    /** The longest wait that can be counted in nanoseconds, about 292 years. */
    public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private Await() {}

    /**
     * Waits for a result without a limit.
     *
     * @throws InterruptedException if the thread is interrupted; the operation is cancelled
     */
    public static <T> T forever(CompletableFuture<T> future) throws InterruptedException {
        return within(FOREVER, future, () -> new IllegalStateException("waited for 292 years"));
    }

    /**
     * Begins an operation and waits for its result without a limit, running tasks of the session's lane in the meantime.
     *
     * @param sessions whose lane
     * @throws InterruptedException if the thread is interrupted; the operation is cancelled, or has not begun
     */
    public static <T> T forever(SessionSource sessions, Supplier<CompletableFuture<T>> operation)
            throws InterruptedException {
        refuseIfInterrupted();
        return forever(sessions.carry(operation, FOREVER));
    }

    /**
     * Begins an operation and waits for its result, at most for the given time, running tasks of the session's lane in the
     * meantime.
     *
     * @param sessions whose lane
     * @param what the operation in words, as the subject of a sentence
     * @param reason what can be said about the reason of a time-out, asked when it happens
     * @throws InterruptedException if the thread is interrupted; the operation is cancelled
     * @throws TimeoutExceededException if the time is over; the operation is cancelled
     */
    public static <T> T within(
            Duration limit,
            SessionSource sessions,
            Supplier<CompletableFuture<T>> operation,
            String what,
            Supplier<String> reason)
            throws InterruptedException {
        refuseIfInterrupted();
        long begun = sessions.ticker().nanos();
        CompletableFuture<T> future = sessions.carry(operation, countable(limit));
        Duration left = future.isDone() ? limit : left(limit, sessions, begun);
        return within(left, future, () -> new TimeoutExceededException(what, limit, reason.get()));
    }

    /**
     * Waits for a result, at most for the given time.
     *
     * @param sessions those of the client, which knows whose time it is
     * @param what the operation in words, as the subject of a sentence
     * @param reason what can be said about the reason of a time-out, asked when it happens
     * @throws InterruptedException if the thread is interrupted; the operation is cancelled
     * @throws TimeoutExceededException if the time is over; the operation is cancelled
     */
    public static <T> T within(
            Duration limit, SessionSource sessions, CompletableFuture<T> future, String what, Supplier<String> reason)
            throws InterruptedException {
        long begun = sessions.ticker().nanos();
        sessions.letTimePass(future, countable(limit));
        return within(
                left(limit, sessions, begun), future, () -> new TimeoutExceededException(what, limit, reason.get()));
    }

    /**
     * Waits for a result without a limit.
     *
     * @param sessions those of the client, which knows whose time it is
     * @throws InterruptedException if the thread is interrupted; the operation is cancelled
     */
    public static <T> T forever(SessionSource sessions, CompletableFuture<T> future) throws InterruptedException {
        sessions.letTimePass(future, FOREVER);
        return forever(future);
    }

    /** Heeds an interrupt before the call on every backend alike, and not only on those that have no result at once. */
    private static void refuseIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static Duration left(Duration limit, SessionSource sessions, long begun) {
        return limit.minusNanos(sessions.ticker().nanos() - begun);
    }

    private static Duration countable(Duration limit) {
        return limit.compareTo(FOREVER) >= 0 ? FOREVER : limit;
    }

    static <T> T within(Duration limit, CompletableFuture<T> future, Supplier<? extends RuntimeException> onTimeout)
            throws InterruptedException {
        try {
            long nanos = limit.compareTo(FOREVER) >= 0 ? Long.MAX_VALUE : limit.toNanos();
            return future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            if (future.cancel(false) || future.isCompletedExceptionally()) {
                throw onTimeout.get();
            }
            // The result came in the last moment. Dropping it could leave something behind that nobody knows of.
            return future.join();
        } catch (InterruptedException e) {
            if (future.cancel(false) || future.isCompletedExceptionally()) {
                throw e;
            }
            Thread.currentThread().interrupt();
            return future.join();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    /**
     * Returns the failure of an operation in the form that its caller expects. The stack trace that led to the caller is
     * added, since that of the failure belongs to a thread of the library.
     */
    private static RuntimeException unwrapped(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof RuntimeException failure) {
            failure.addSuppressed(new CallerStack());
            return failure;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("an operation failed in an unexpected way: " + cause, cause);
    }

    /** Carries the stack trace of the thread that waited. */
    private static final class CallerStack extends Exception {
        private static final long serialVersionUID = 1L;

        CallerStack() {
            super("the operation was waited for here");
        }
    }
}
