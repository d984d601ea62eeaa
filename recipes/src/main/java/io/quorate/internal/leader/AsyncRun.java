package io.quorate.internal.leader;

import io.quorate.leader.AsyncLeaderBody;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A body without a thread: the callback of its term tells it to stop, and the stage it returned tells its end. */
final class AsyncRun implements BodyRun {

    private final AsyncLeaderBody body;
    private final Term term;
    private final Executor callbacks;

    AsyncRun(AsyncLeaderBody body, Term term, Executor callbacks) {
        this.body = body;
        this.term = term;
        this.callbacks = callbacks;
    }

    @Override
    public void start(End end) {
        AtomicBoolean ended = new AtomicBoolean();
        End once = failure -> {
            if (ended.compareAndSet(false, true)) {
                end.ended(failure);
            }
        };
        callbacks.execute(() -> begin(once));
    }

    private void begin(End end) {
        try {
            body.lead(term).whenComplete((done, failure) -> end.ended(byItself(failure)));
        } catch (RuntimeException | Error e) {
            end.ended(e);
        }
    }

    @Override
    public void stop() {
        // The term's own signal is what the body listens to.
    }

    @Override
    public boolean isOnBody() {
        return false;
    }

    /** A stage that was cancelled after the order to stop has complied. */
    private @Nullable Throwable byItself(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean complied =
                term.shouldStop() && (cause instanceof CancellationException || cause instanceof InterruptedException);
        return complied ? null : cause;
    }
}
