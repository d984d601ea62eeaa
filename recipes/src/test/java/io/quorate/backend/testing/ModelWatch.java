package io.quorate.backend.testing;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.backend.testing.ModelBackend.Bug;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The client's end of a watch: the view that its listener has, and what it takes to bring that up to date. */
final class ModelWatch implements Watch {

    private final ModelSession session;
    private final ModelService service;
    private final Namespace namespace;
    private final long number;
    private final Key key;
    private final Scope scope;
    private final WatchListener listener;
    private final NavigableMap<Key, Entry> view = new TreeMap<>();
    private long revision = -1;
    private @Nullable ModelConnection sentOver;
    private boolean closed;
    private boolean dropped;

    ModelWatch(
            ModelSession session,
            ModelService service,
            Namespace namespace,
            long number,
            Key key,
            Scope scope,
            WatchListener listener) {
        this.session = session;
        this.service = service;
        this.namespace = namespace;
        this.number = number;
        this.key = key;
        this.scope = scope;
        this.listener = listener;
    }

    long number() {
        return number;
    }

    /** Notes that the watch is being registered over a connection; false if it has been already. */
    boolean sentOver(ModelConnection over) {
        boolean isNew = sentOver != over;
        sentOver = over;
        return isNew;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public Key key() {
        return key;
    }

    @Override
    public Scope scope() {
        return scope;
    }

    @Override
    public void close() {
        session.checkThread();
        if (!closed) {
            closed = true;
            session.forget(this);
        }
    }

    /** The state as the service has it now: the first batch, or the one that closes a gap. */
    void onWhole(NavigableMap<Key, Entry> whole, long newRevision) {
        NavigableMap<Key, Entry> relative = relative(whole);
        boolean initial = revision < 0;
        if (initial && relative.isEmpty() && service.has(Bug.EMPTY_FIRST_BATCH_IS_LEFT_OUT)) {
            revision = newRevision;
            return;
        }
        if (!initial && service.has(Bug.NEEDLESS_GAP_IS_NOT_TOLD) && newRevision == revision) {
            return;
        }
        List<Change> changes = new ArrayList<>(ModelState.changes(view, relative, scope));
        if (!initial) {
            plantedOmissions(changes);
        }
        view.clear();
        view.putAll(relative);
        deliver(new WatchBatch(newRevision, initial, !initial, changes));
    }

    private void plantedOmissions(List<Change> changes) {
        if (service.has(Bug.GAP_COMPARES_VALUES)) {
            changes.removeIf(change -> change instanceof Change.Put put
                    && Objects.equals(value(view.get(put.key())), put.entry().value()));
        }
        if (service.has(Bug.GAP_FORGETS_REMOVALS)) {
            changes.removeIf(change -> change instanceof Change.Removed || change instanceof Change.Left);
        }
    }

    private static @Nullable Bytes value(@Nullable Entry entry) {
        return entry == null ? null : entry.value();
    }

    /** What one commit changed. */
    void onDifference(List<Change> absolute, long newRevision) {
        List<Change> changes = new ArrayList<>();
        for (Change change : absolute) {
            Change relative = relative(change);
            if (!relative.key().isRoot()) {
                apply(relative);
                changes.add(relative);
            }
        }
        if (!changes.isEmpty()) {
            deliver(new WatchBatch(newRevision, false, false, changes));
        }
    }

    private void apply(Change change) {
        if (change instanceof Change.Put put) {
            view.put(put.key(), put.entry());
        } else if (change instanceof Change.Joined joined) {
            view.put(joined.key(), ticket(joined));
        } else {
            view.remove(change.key());
        }
    }

    /** A view of a queue holds keys only; what matters of such an entry is that it is there. */
    private Entry ticket(Change.Joined joined) {
        return new Entry(joined.key(), null, 0, 0, null, service.now());
    }

    private void deliver(WatchBatch batch) {
        revision = batch.revision();
        session.note(scope + " " + key + " gets " + batch);
        if (dropped) {
            return;
        }
        try {
            listener.onBatch(batch);
        } catch (RuntimeException e) {
            session.note("the listener of " + scope + " " + key + " threw " + e);
            dropped = service.has(Bug.THROWING_LISTENER_IS_DROPPED);
        }
    }

    void end(QuorateException cause) {
        closed = true;
        try {
            listener.onEnd(cause);
        } catch (RuntimeException e) {
            session.note("the listener of " + scope + " " + key + " threw at its end " + e);
        }
    }

    private NavigableMap<Key, Entry> relative(Map<Key, Entry> absolute) {
        NavigableMap<Key, Entry> relative = new TreeMap<>();
        for (Entry entry : absolute.values()) {
            Entry mine = namespace.relative(entry);
            if (!mine.key().isRoot()) {
                relative.put(mine.key(), mine);
            }
        }
        return relative;
    }

    private Change relative(Change change) {
        if (change instanceof Change.Put put) {
            return new Change.Put(namespace.relative(put.entry()));
        }
        Key mine = namespace.relative(change.key());
        if (change instanceof Change.Removed) {
            return new Change.Removed(mine);
        }
        return change instanceof Change.Joined
                ? new Change.Joined(ModelState.place(mine).orElseThrow())
                : new Change.Left(ModelState.place(mine).orElseThrow());
    }
}
