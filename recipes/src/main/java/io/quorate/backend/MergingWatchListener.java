package io.quorate.backend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands batches to a listener by way of an executor and merges those that arrive while the listener is busy.
 *
 * <p>Merging keeps, per key, the latest change only: a view that skips the states between is still brought to a true
 * state, which is all that a watch promises. A ticket that comes and goes in between is left out, for its key is never
 * used again; of an entry it is not known whether the view has an earlier one under its key, so its removal is told.
 */
final class MergingWatchListener implements WatchListener {

    private static final Logger log = LoggerFactory.getLogger(MergingWatchListener.class);

    private final Executor executor;
    private final WatchListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable WatchBatch pending;
    private @Nullable QuorateException end;
    private boolean busy;

    MergingWatchListener(Executor executor, WatchListener listener) {
        this.executor = executor;
        this.listener = listener;
    }

    @Override
    public void onBatch(WatchBatch batch) {
        lock.lock();
        try {
            pending = pending == null ? batch : merge(pending, batch);
        } finally {
            lock.unlock();
        }
        drainSoon();
    }

    @Override
    public void onEnd(QuorateException cause) {
        lock.lock();
        try {
            end = cause;
        } finally {
            lock.unlock();
        }
        drainSoon();
    }

    private void drainSoon() {
        lock.lock();
        try {
            if (busy) {
                return;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        try {
            executor.execute(this::drain);
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    private void drain() {
        while (true) {
            WatchBatch batch;
            QuorateException cause;
            lock.lock();
            try {
                batch = pending;
                cause = end;
                pending = null;
                end = null;
                if (batch == null && cause == null) {
                    busy = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            deliver(batch, cause);
        }
    }

    private void deliver(@Nullable WatchBatch batch, @Nullable QuorateException cause) {
        try {
            if (batch != null) {
                listener.onBatch(batch);
            }
        } catch (RuntimeException | Error e) {
            log.error("A watch listener threw; it keeps receiving batches", e);
        }
        try {
            if (cause != null) {
                listener.onEnd(cause);
            }
        } catch (RuntimeException | Error e) {
            log.error("A watch listener threw when it was told of the end of its watch", e);
        }
    }

    private void release() {
        lock.lock();
        try {
            busy = false;
        } finally {
            lock.unlock();
        }
    }

    private static WatchBatch merge(WatchBatch older, WatchBatch newer) {
        Map<Key, Change> latest = new LinkedHashMap<>();
        for (WatchBatch batch : List.of(older, newer)) {
            for (Change change : batch.changes()) {
                Change before = latest.remove(change.key());
                if (!(before instanceof Change.Joined && change instanceof Change.Left)) {
                    latest.put(change.key(), change);
                }
            }
        }
        if (older.initial()) {
            // Nothing was delivered yet, so what has come and gone in the meantime need not be told.
            latest.values().removeIf(change -> change instanceof Change.Removed || change instanceof Change.Left);
        }
        return new WatchBatch(newer.revision(), older.initial(), true, new ArrayList<>(latest.values()));
    }
}
