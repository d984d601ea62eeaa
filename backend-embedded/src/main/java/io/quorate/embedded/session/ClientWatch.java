package io.quorate.embedded.session;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.TicketName;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's end of a watch.
 *
 * <p>The loop keeps what the listener's view will be, by both revisions, and turns each transaction, or the state after a gap,
 * into one batch. Batches wait in a buffer for the lane; if it does not keep up they are merged into one that is marked as a
 * gap, so that the buffer is bounded by the number of different keys.
 */
final class ClientWatch implements Watch {

    private static final Logger log = LoggerFactory.getLogger(ClientWatch.class);
    private static final int MAX_WAITING = 256;

    private record Revisions(long create, long mod) {}

    /**
     * A batch that waits for the lane.
     *
     * @param link the number of the link that it came over
     */
    private record Waiting(long link, WatchBatch batch) {}

    private final ClientSession session;
    private final Namespace namespace;
    private final long id;
    private final Key key;
    private final Key absolute;
    private final Scope scope;
    private final WatchListener listener;

    // Confined to the loop.
    private final Map<Key, Revisions> view = new HashMap<>();
    private long revision = -1;

    /** How often a member has begun to serve the watch. */
    private long link;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /** The newest link for whose batches a task is on the lane, 0 if none is. */
    private long scheduled;

    private final AtomicBoolean closed = new AtomicBoolean();

    ClientWatch(ClientSession session, Namespace namespace, long id, Key key, Scope scope, WatchListener listener) {
        this.session = session;
        this.namespace = namespace;
        this.id = id;
        this.key = key;
        this.absolute = namespace.absolute(key);
        this.scope = scope;
        this.listener = listener;
    }

    long id() {
        return id;
    }

    Key absolute() {
        return absolute;
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
        return scope;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            session.forget(this);
        }
    }

    // ---- on the loop

    /** Brings the view to the state as it is: the first batch, or the one that closes a gap. */
    void onWhole(StateMachine state) {
        List<Change> changes = new ArrayList<>();
        Set<Key> present = new HashSet<>();
        if (scope == Scope.QUEUE) {
            for (QueueEntry place : state.queue(absolute)) {
                present.add(place.key());
                if (view.putIfAbsent(place.key(), new Revisions(0, 0)) == null) {
                    changes.add(new Change.Joined(namespace.relative(place)));
                }
            }
        } else {
            for (Entry entry : entries(state)) {
                if (!entry.key().equals(namespace.root()) && !entry.key().isRoot()) {
                    present.add(entry.key());
                    put(entry, changes);
                }
            }
        }
        for (Key gone : List.copyOf(view.keySet())) {
            if (!present.contains(gone)) {
                remove(gone, changes);
            }
        }
        boolean initial = revision < 0;
        link++;
        // Where nothing is, it was so at revision 0 as well.
        revision = initial && changes.isEmpty() ? 0 : Math.max(revision, state.appliedIndex());
        deliver(new WatchBatch(revision, initial, !initial, changes));
    }

    private List<Entry> entries(StateMachine state) {
        return scope == Scope.ENTRY
                ? state.get(absolute).map(List::of).orElse(List.of())
                : state.snapshot(absolute).entries();
    }

    private void put(Entry entry, List<Change> changes) {
        Revisions now = new Revisions(entry.createRevision(), entry.modRevision());
        if (!now.equals(view.put(entry.key(), now))) {
            changes.add(new Change.Put(namespace.relative(entry)));
        }
    }

    private void remove(Key gone, List<Change> changes) {
        if (view.remove(gone) != null) {
            Key relative = namespace.relative(gone);
            changes.add(scope == Scope.QUEUE ? new Change.Left(place(relative)) : new Change.Removed(relative));
        }
    }

    private static QueueEntry place(Key ticket) {
        return new QueueEntry(ticket, TicketName.parse(ticket.name()).orElseThrow());
    }

    /** What one transaction changed, with the state just as it left it. */
    void onChanges(long index, List<WatchedChange> watched, StateMachine state) {
        List<Change> changes = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (WatchedChange change : watched) {
            if (seen.add(change.change().path())) {
                Key changed = Key.of(change.change().path());
                if (!changed.equals(namespace.root())) {
                    collect(changed, state, changes);
                }
            }
        }
        if (!changes.isEmpty()) {
            revision = index;
            deliver(new WatchBatch(index, false, false, changes));
        }
    }

    private void collect(Key changed, StateMachine state, List<Change> changes) {
        // What one transaction removes and creates again is there: only what it leaves behind counts.
        Optional<Entry> left = state.get(changed);
        if (left.isEmpty()) {
            remove(changed, changes);
        } else if (scope != Scope.QUEUE) {
            put(left.get(), changes);
        } else if (view.putIfAbsent(changed, new Revisions(0, 0)) == null) {
            changes.add(new Change.Joined(place(namespace.relative(changed))));
        }
    }

    /**
     * Hands a batch over to the lane. Each link has a task of its own there, which is behind the news of that link: a task that
     * waits since the link before must not take along what closes the gap between the two.
     */
    private void deliver(WatchBatch batch) {
        long over = link;
        boolean schedule;
        lock.lock();
        try {
            waiting.add(new Waiting(over, batch));
            if (waiting.size() > MAX_WAITING) {
                mergeAll();
            }
            schedule = scheduled < over;
            scheduled = over;
        } finally {
            lock.unlock();
        }
        if (schedule) {
            session.onLane(() -> drain(over));
        }
    }

    private void mergeAll() {
        Map<Key, Change> latest = new LinkedHashMap<>();
        WatchBatch first = waiting.element().batch();
        WatchBatch newest = first;
        for (Waiting each : waiting) {
            newest = each.batch();
            for (Change change : newest.changes()) {
                Change before = latest.remove(change.key());
                if (!(before instanceof Change.Joined && change instanceof Change.Left)) {
                    latest.put(change.key(), change);
                }
            }
        }
        if (first.initial()) {
            latest.values().removeIf(change -> change instanceof Change.Removed || change instanceof Change.Left);
        }
        waiting.clear();
        waiting.add(new Waiting(
                link,
                new WatchBatch(
                        newest.revision(), first.initial(), !first.initial(), new ArrayList<>(latest.values()))));
    }

    // ---- on the lane

    private void drain(long upTo) {
        for (WatchBatch batch = take(upTo); batch != null; batch = take(upTo)) {
            if (closed.get()) {
                continue;
            }
            try {
                listener.onBatch(batch);
            } catch (RuntimeException | Error e) {
                log.error("The listener of a watch on {} threw; it keeps receiving batches", key, e);
            }
        }
    }

    /** Returns the next batch that came over a link up to this one, or {@code null} if there is none. */
    private @Nullable WatchBatch take(long upTo) {
        lock.lock();
        try {
            Waiting next = waiting.peek();
            if (next == null || next.link() > upTo) {
                scheduled = scheduled == upTo ? 0 : scheduled;
                return null;
            }
            return waiting.remove().batch();
        } finally {
            lock.unlock();
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
