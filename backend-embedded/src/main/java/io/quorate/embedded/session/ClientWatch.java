package io.quorate.embedded.session;

import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch as its user holds it, and the listener behind it. What the listener is told, and when, is up to the
 * {@link WatchGroup} that the watch belongs to.
 */
final class ClientWatch implements Watch {

    private static final Logger log = LoggerFactory.getLogger(ClientWatch.class);

    private final ClientSession session;
    private final Key key;
    private final WatchPlace place;
    private final WatchListener listener;
    private final AtomicBoolean closed = new AtomicBoolean();

    ClientWatch(ClientSession session, Key key, WatchPlace place, WatchListener listener) {
        this.session = session;
        this.key = key;
        this.place = place;
        this.listener = listener;
    }

    WatchPlace place() {
        return place;
    }

    boolean isClosed() {
        return closed.get();
    }

    @Override
    public Key key() {
        return key;
    }

    @Override
    public Scope scope() {
        return place.scope();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            session.forget(this);
        }
    }

    // ---- on the lane

    void deliver(WatchBatch batch) {
        if (closed.get()) {
            return;
        }
        try {
            listener.onBatch(batch);
        } catch (RuntimeException | Error e) {
            log.error("The listener of a watch on {} threw; it keeps receiving batches", key, e);
        }
    }

    void end(QuorateException cause) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        session.ended(this);
        try {
            listener.onEnd(cause);
        } catch (RuntimeException | Error e) {
            log.error("The listener of a watch on {} threw when it was told of the end", key, e);
        }
    }
}
