package io.quorate.remote;

import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A read on its way: sent behind the writes on the same keys that were issued earlier, and behind a barrier if it must be
 * linearizable; repeated if one of those did not come about.
 */
abstract class ReadOperation<T> extends Operation {

    final SessionContext context;
    final Result<T> result;
    private final Read mode;
    private long mark;
    private List<Operation> behind = List.of();
    private Renewal.@Nullable Barrier barrier;

    ReadOperation(SessionContext context, Read mode) {
        this.context = context;
        this.mode = mode;
        this.mark = context.renewal().mark();
        this.result = new Result<>(context.lane(), this::abandoned);
    }

    final CompletableFuture<T> future() {
        return result;
    }

    /** Sends the requests. */
    abstract void request();

    /** Sends what must be ahead of the barrier, and returns whether that was anything. */
    boolean prepare() {
        return false;
    }

    /** Returns the node that is read. */
    abstract String node();

    /** Returns the earlier operations whose effect the read must see. */
    List<Operation> ahead() {
        return context.dispatcher().ahead(this);
    }

    @Override
    final void send() {
        behind = ahead().stream().filter(earlier -> !earlier.passable).toList();
        if (!Dispatcher.mayFollow(this, behind, false)) {
            return;
        }
        if (prepare()) {
            // A barrier that another read has sent meanwhile is ahead of what was just sent.
            mark = context.renewal().mark();
        }
        switch (mode) {
            case LATEST -> barrier = context.renewal().barrier(mark);
            case SYNCED -> context.wire().sync(this, node());
            case ANY -> {}
        }
        request();
    }

    /**
     * Returns whether what was read counts; if not, the read has failed or is repeated. Called when the last reply is there.
     */
    final boolean counts() {
        Renewal.Barrier before = barrier;
        if (before != null && !before.isAcknowledged()) {
            QuorateException failure = before.failure();
            if (failure != null) {
                fail(failure);
            } else {
                repeat();
            }
            return false;
        }
        for (Operation earlier : behind) {
            if (!earlier.done) {
                repeat();
                return false;
            }
        }
        return true;
    }

    private void repeat() {
        mark = context.renewal().mark();
        send();
    }

    /** Returns the revision of the barrier, 0 if there was none. */
    final long barrierRevision() {
        Renewal.Barrier before = barrier;
        return before == null ? 0 : before.revision();
    }

    final void fail(QuorateException failure) {
        context.dispatcher().done(this);
        finished();
        result.fail(failure);
    }

    /** Lets go of what the read holds. */
    void finished() {}

    @Override
    final void end(QuorateException cause) {
        finished();
        result.fail(cause);
    }

    private void abandoned() {
        if (!done) {
            context.dispatcher().done(this);
            finished();
        }
    }
}
