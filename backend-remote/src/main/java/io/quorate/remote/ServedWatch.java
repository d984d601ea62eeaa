package io.quorate.remote;

import io.quorate.backend.Change;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user's watch: an operation that stays open until the watch is closed, and loads its whole state again after each
 * reconnection, since ZooKeeper does not replay what happened in between.
 */
abstract class ServedWatch extends Operation implements WatchRegistry.Target, Watch {

    private static final Logger log = LoggerFactory.getLogger(ServedWatch.class);

    final SessionContext context;
    final String path;
    private final Key key;
    private final Scope scope;
    private final WatchListener listener;
    private boolean initialDelivered;
    private boolean gap;
    private long lastRevision;
    private volatile boolean closed;

    ServedWatch(SessionContext context, Key key, Scope scope, WatchListener listener) {
        this.context = context;
        this.key = key;
        this.scope = scope;
        this.listener = listener;
        this.path = context.paths().path(key);
    }

    /** Begins to serve. */
    final void open() {
        if (!closed) {
            context.watches().register(this);
            context.watches().unsettled(this);
            context.dispatcher().submit(this);
        }
    }

    /** Reads the whole state. */
    abstract void load();

    /** Voids what is under way. */
    abstract void stop();

    @Override
    final void send() {
        gap = initialDelivered;
        context.watches().unsettled(this);
        context.watches().install(this);
        load();
    }

    @Override
    final boolean isLasting() {
        return true;
    }

    /** Delivers the differences to a later true state, and whatever waited for that. */
    final void deliver(long revision, List<Change> changes) {
        boolean initial = !initialDelivered;
        if (initial || gap || !changes.isEmpty()) {
            // After a gap the state is also true at the write that began the new connection.
            long at = gap ? Math.max(revision, context.renewal().revision()) : revision;
            WatchBatch batch = new WatchBatch(at, initial, gap, changes);
            initialDelivered = true;
            gap = false;
            lastRevision = at;
            if (!closed) {
                call(() -> listener.onBatch(batch));
            }
        }
    }

    final void settled() {
        context.watches().settled(this);
    }

    final long lastRevision() {
        return lastRevision;
    }

    final boolean isInitialDelivered() {
        return initialDelivered;
    }

    /** Ends the watch because it cannot be served. */
    final void fail(QuorateException cause) {
        context.dispatcher().done(this);
        end(cause);
    }

    @Override
    final void end(QuorateException cause) {
        stop();
        context.watches().unregister(this);
        if (!closed) {
            closed = true;
            call(() -> listener.onEnd(cause));
        }
    }

    private void call(Runnable delivery) {
        try {
            delivery.run();
        } catch (RuntimeException e) {
            log.error("The listener of the watch on {} threw", key, e);
        }
    }

    @Override
    public final void close() {
        closed = true;
        if (context.lane().isOnLane()) {
            closeNow();
        } else {
            context.lane().post(this::closeNow);
        }
    }

    private void closeNow() {
        if (!done) {
            context.dispatcher().done(this);
            stop();
            context.watches().unregister(this);
        }
    }

    @Override
    public final Key key() {
        return key;
    }

    @Override
    public final Scope scope() {
        return scope;
    }

    @Override
    public final String path() {
        return path;
    }
}
