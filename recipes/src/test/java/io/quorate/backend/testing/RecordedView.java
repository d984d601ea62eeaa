package io.quorate.backend.testing;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.TicketName;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A watch listener that keeps the view which its batches make, remembers each batch, and notes whatever a batch does that no
 * batch may do.
 */
final class RecordedView implements WatchListener {

    /** The view after a batch. */
    record Moment(WatchBatch batch, Map<Key, Entry> entries) {}

    private final BooleanSupplier onLane;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Entry> entries = new TreeMap<>();
    private final Map<Key, QueueEntry> places = new TreeMap<>();
    private final List<Moment> moments = new ArrayList<>();
    private final List<QuorateException> ends = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    /**
     * @param onLane tells whether the caller is on the lane on which batches are due
     */
    RecordedView(BooleanSupplier onLane) {
        this.onLane = onLane;
    }

    @Override
    public void onBatch(WatchBatch batch) {
        lock.lock();
        try {
            check(batch);
            batch.changes().forEach(this::apply);
            moments.add(new Moment(batch, new TreeMap<>(entries)));
        } finally {
            lock.unlock();
        }
    }

    private void check(WatchBatch batch) {
        demand(onLane.getAsBoolean(), "is not on the lane", batch);
        demand(ends.isEmpty(), "comes after the end", batch);
        demand(batch.initial() == moments.isEmpty(), "is initial and not the first, or the reverse", batch);
        boolean tellsNothing = batch.gap() && batch.changes().isEmpty();
        long least = tellsNothing ? revision() : revision() + 1;
        demand(moments.isEmpty() || batch.revision() >= least, "does not rise above " + revision(), batch);
        demand(batch.initial() || batch.gap() || !batch.changes().isEmpty(), "is empty for no reason", batch);
        Set<Key> changed = new HashSet<>();
        for (Change change : batch.changes()) {
            demand(changed.add(change.key()), "changes a key twice", batch);
            check(batch, change);
        }
    }

    private void check(WatchBatch batch, Change change) {
        if (change instanceof Change.Put put) {
            demand(put.entry().modRevision() <= batch.revision(), "shows what comes after its revision", batch);
        } else if (change instanceof Change.Joined joined) {
            demand(!places.containsKey(joined.key()), "lets a ticket join twice", batch);
        } else if (change instanceof Change.Left left) {
            demand(places.containsKey(left.key()), "lets a ticket leave that is not there", batch);
        } else {
            demand(batch.gap() || entries.containsKey(change.key()), "removes what is not there", batch);
        }
    }

    private void demand(boolean condition, String complaint, WatchBatch batch) {
        if (!condition) {
            violations.add("a batch " + complaint + ": " + batch);
        }
    }

    private void apply(Change change) {
        if (change instanceof Change.Put put) {
            entries.put(put.key(), put.entry());
        } else if (change instanceof Change.Removed) {
            entries.remove(change.key());
        } else if (change instanceof Change.Joined joined) {
            places.put(joined.key(), joined.place());
        } else {
            places.remove(change.key());
        }
    }

    @Override
    public void onEnd(QuorateException cause) {
        lock.lock();
        try {
            if (!ends.isEmpty()) {
                violations.add("the watch ends a second time: " + cause);
            }
            ends.add(cause);
        } finally {
            lock.unlock();
        }
    }

    private <T extends @Nullable Object> T locked(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }

    boolean hasBegun() {
        return locked(() -> !moments.isEmpty());
    }

    /** The revision of the last batch; -1 before the first. */
    long revision() {
        return locked(() ->
                moments.isEmpty() ? -1 : moments.get(moments.size() - 1).batch().revision());
    }

    Map<Key, Entry> entries() {
        return locked(() -> new TreeMap<>(entries));
    }

    @Nullable
    Entry entry(Key key) {
        return locked(() -> entries.get(key));
    }

    boolean shows(Key key, String value) {
        Entry entry = entry(key);
        return entry != null && entry.optionalValue().equals(Optional.of(Bytes.utf8(value)));
    }

    /** The tickets that are in the queue, first come first. */
    List<QueueEntry> places() {
        return locked(() -> places.values().stream()
                .sorted(Comparator.comparing(QueueEntry::name, TicketName.FIFO))
                .toList());
    }

    List<WatchBatch> batches() {
        return moments().stream().map(Moment::batch).toList();
    }

    List<Moment> moments() {
        return locked(() -> List.copyOf(moments));
    }

    List<QuorateException> ends() {
        return locked(() -> List.copyOf(ends));
    }

    List<String> violations() {
        return locked(() -> List.copyOf(violations));
    }
}
