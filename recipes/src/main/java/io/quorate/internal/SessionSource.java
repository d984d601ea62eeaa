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
    private final AtomicReference<@Nullable OpeningSession> latest = new AtomicReference<>();
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
     * Returns the open session, or opens one. The future completes on the session's lane if the session was not open; those who ask for the same
     * session get it in the order in which they asked.
     */
    public CompletableFuture<LiveSession> current() {
        while (true) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new SessionClosedException("this client is closed; open another"));
            }
            OpeningSession known = latest.get();
            if (known != null && known.isUsable()) {
                return known.whenThere();
            }
            OpeningSession opening = new OpeningSession();
            CompletableFuture<LiveSession> first = opening.whenThere();
            if (latest.compareAndSet(known, opening)) {
                open(opening);
                return first;
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
        LiveSession live = latestLive();
        return live == null ? operation.get() : live.session().scheduler().carry(operation, atMost);
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
    public @Nullable Session openSession() {
        LiveSession live = latestLive();
        return live == null || live.session().state().isTerminal() ? null : live.session();
    }

    /** Returns the latest session, whether it has ended or not, or {@code null} if it is not there yet or could not be opened. */
    private @Nullable LiveSession latestLive() {
        OpeningSession known = latest.get();
        return known == null ? null : known.ifThere();
    }

    /** Returns the time-out that sessions are opened with. */
    public Duration sessionTimeout() {
        return options.timeout();
    }

    /** Returns whether the caller runs on the lane of the open session, where it must not wait. */
    public boolean isOnLane() {
        LiveSession live = latestLive();
        return live != null && live.session().scheduler().isOnLane();
    }

    /** Closes the open session and opens no other. Completes when the session is closed. */
    public CompletableFuture<Void> close() {
        closed = true;
        OpeningSession known = latest.get();
        if (known == null) {
            return CompletableFuture.completedFuture(null);
        }
        return known.whenThere()
                .handle((live, failure) -> live)
                .thenCompose(live -> live == null ? CompletableFuture.<Void>completedFuture(null) : live.closeAsync());
    }

    /** Waits for the threads of the session that {@link #close()} has closed. */
    public void join() {
        LiveSession live = latestLive();
        if (live != null) {
            live.session().close();
        }
    }

    private void open(OpeningSession opening) {
        CompletableFuture<Session> session;
        try {
            session = backend.open(options);
        } catch (RuntimeException e) {
            opening.failed(e);
            return;
        }
        session.whenComplete((opened, failure) -> {
            if (opened == null) {
                opening.failed(Failures.of(failure));
            } else {
                LiveSession live = LiveSession.of(opened, events);
                opening.opened(live);
                if (closed) {
                    // The client was closed while this was under way, perhaps too early for close() to see it.
                    live.closeAsync();
                }
            }
        });
    }
}
