package io.quorate.remote;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The future of an operation, which tells the operation when somebody else completes it: by cancelling or a time-out. */
final class Result<T extends @Nullable Object> extends CompletableFuture<T> {

    private final Lane lane;
    private final Runnable abandoned;

    /**
     * Creates it.
     *
     * @param abandoned run on the lane once somebody else has completed the future
     */
    Result(Lane lane, Runnable abandoned) {
        this.lane = lane;
        this.abandoned = abandoned;
    }

    /** Completes it with the result of the operation. Returns false if somebody else was first. */
    boolean settle(@Nullable T value) {
        return super.complete(value);
    }

    /** Completes it with the failure of the operation. */
    void fail(Throwable cause) {
        super.completeExceptionally(cause);
    }

    @Override
    public boolean complete(T value) {
        return abandon(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable cause) {
        return abandon(super.completeExceptionally(cause));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return abandon(super.cancel(mayInterruptIfRunning));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    private boolean abandon(boolean first) {
        if (first) {
            lane.post(abandoned);
        }
        return first;
    }
}
