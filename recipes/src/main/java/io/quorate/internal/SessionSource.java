package io.quorate.internal;

import io.quorate.backend.Backend;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The session of one client: the open one, or a new one after that has ended.
 *
 * <p>A session is never replaced silently: what was held under the old one is lost, and only an operation that begins afterwards asks for a
 * new one. Safe for use by many threads.
 */
public final class SessionSource {

    private final Backend backend;
    private final SessionOptions options;
    private final Events events;
    private final @Nullable Scheduler time;
    private final AtomicReference<@Nullable CompletableFuture<LiveSession>> latest = new AtomicReference<>();
    private volatile boolean closed;

    /** Creates it; nothing is opened before {@link #current()}. */
    public SessionSource(Backend backend, SessionOptions options, Events events) {
        this(backend, options, events, null);
    }

    /**
     * Creates it; nothing is opened before {@link #current()}.
     *
     * @param time a scheduler of the user's that decides what time it is, which lets the time pass while somebody waits;
     *     {@code null} if there is none
     */
    public SessionSource(Backend backend, SessionOptions options, Events events, @Nullable Scheduler time) {
        this.backend = backend;
        this.options = options;
        this.events = events;
        this.time = time;
    }

    /**
     * Returns the open session, or opens one. The future is shared and must not be cancelled; it completes on the session's lane.
     */
    public CompletableFuture<LiveSession> current() {
        while (true) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new SessionClosedException("this client is closed; open another"));
            }
            CompletableFuture<LiveSession> known = latest.get();
            if (known != null && isUsable(known)) {
                return known;
            }
            CompletableFuture<LiveSession> opening = new CompletableFuture<>();
            if (latest.compareAndSet(known, opening)) {
                open(opening);
                return opening;
            }
        }
    }

    /**
     * Makes a call on the open session. If that session turns out to have expired before the call had an effect, the call is made on the
     * next one. Completing the returned future by other means cancels the call.
     */
    public <T> CompletableFuture<T> call(Function<Session, CompletableFuture<T>> operation) {
        CompletableFuture<T> result = new CompletableFuture<>();
        call(operation, result);
        return result;
    }

    private <T> void call(Function<Session, CompletableFuture<T>> operation, CompletableFuture<T> result) {
        current().whenComplete((live, unavailable) -> {
            if (live == null) {
                result.completeExceptionally(Failures.of(unavailable));
                return;
            }
            CompletableFuture<T> answer;
            try {
                answer = operation.apply(live.session());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
                return;
            }
            result.whenComplete((value, failure) -> {
                if (failure != null) {
                    answer.cancel(false);
                }
            });
            answer.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else if (Failures.of(failure) instanceof SessionExpiredException && !result.isDone()) {
                    call(operation, result);
                } else {
                    result.completeExceptionally(Failures.of(failure));
                }
            });
        });
    }

    /** Begins an operation that the caller will wait for, which carries the lane of the open session, if there is one. */
    <T> CompletableFuture<T> carry(Supplier<CompletableFuture<T>> operation, Duration atMost) {
        Scheduler own = time;
        if (own != null) {
            return own.carry(operation, atMost);
        }
        CompletableFuture<LiveSession> known = latest.get();
        return known != null && known.isDone() && !known.isCompletedExceptionally()
                ? known.join().session().scheduler().carry(operation, atMost)
                : operation.get();
    }

    /** Lets the time pass until something is done, if a scheduler of the user's decides what time it is; does nothing otherwise. */
    public <T extends @Nullable Object> void letTimePass(CompletableFuture<T> until, Duration atMost) {
        Scheduler own = time;
        if (own != null) {
            CompletableFuture<T> unused = own.carry(() -> until, atMost);
        }
    }

    /** Returns what is measured with while there is no session, and what waits are measured with. */
    public Ticker ticker() {
        Scheduler own = time;
        return own != null ? own.ticker() : Ticker.system();
    }

    /** Returns the open session, or {@code null} if there is none at the moment. */
    @Nullable
    Session openSession() {
        CompletableFuture<LiveSession> known = latest.get();
        return known != null && known.isDone() && isUsable(known) ? known.join().session() : null;
    }

    /** Returns the time-out that sessions are opened with. */
    public Duration sessionTimeout() {
        return options.timeout();
    }

    /** Returns whether the caller runs on the lane of the open session, where it must not wait. */
    public boolean isOnLane() {
        CompletableFuture<LiveSession> known = latest.get();
        return known != null
                && known.isDone()
                && !known.isCompletedExceptionally()
                && known.join().session().scheduler().isOnLane();
    }

    /** Closes the open session and opens no other. Completes when the session is closed. */
    public CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<LiveSession> known = latest.get();
        if (known == null) {
            return CompletableFuture.completedFuture(null);
        }
        return known.handle((live, failure) -> live)
                .thenCompose(live -> live == null ? CompletableFuture.<Void>completedFuture(null) : live.closeAsync());
    }

    /** Waits for the threads of the session that {@link #close()} has closed. */
    public void join() {
        CompletableFuture<LiveSession> known = latest.get();
        if (known != null && known.isDone() && !known.isCompletedExceptionally()) {
            known.join().session().close();
        }
    }

    private void open(CompletableFuture<LiveSession> opening) {
        CompletableFuture<Session> session;
        try {
            session = backend.open(options);
        } catch (RuntimeException e) {
            opening.completeExceptionally(e);
            return;
        }
        session.whenComplete((opened, failure) -> {
            if (opened == null) {
                opening.completeExceptionally(Failures.of(failure));
            } else {
                LiveSession live = LiveSession.of(opened, events);
                opening.complete(live);
                if (closed) {
                    // The client was closed while this was under way, perhaps too early for close() to see it.
                    live.closeAsync();
                }
            }
        });
    }

    private static boolean isUsable(CompletableFuture<LiveSession> future) {
        if (!future.isDone()) {
            return true;
        }
        return !future.isCompletedExceptionally()
                && !future.join().session().state().isTerminal();
    }
}
