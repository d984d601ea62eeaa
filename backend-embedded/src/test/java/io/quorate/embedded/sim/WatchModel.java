package io.quorate.embedded.sim;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.TicketName;
import io.quorate.backend.WatchBatch;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What a watch has told so far, compared with the committed history (N7): after each batch it is the state of the batch's
 * revision, and a batch that closes no gap misses nothing since the one before.
 */
public final class WatchModel {

    private final WatchedHistory world;
    private final String name;
    private final Key key;
    private final Scope scope;
    private final TreeMap<Key, Entry> entries = new TreeMap<>();
    private final TreeSet<Key> tickets = new TreeSet<>();
    private boolean begun;
    private boolean ended;
    private long revision;

    /** The state up to here is told: what was always empty begins at revision 0, whenever it was looked at. */
    private long covered;

    /**
     * Creates the model of a watch that was not told of anything yet.
     *
     * @param name whose it is
     */
    public WatchModel(WatchedHistory world, String name, Key key, Scope scope) {
        this.world = world;
        this.name = name;
        this.key = key;
        this.scope = scope;
    }

    /** The revision up to which it was told. */
    public long revision() {
        return revision;
    }

    /** It is told of a batch. */
    public void onBatch(WatchBatch batch) {
        require(!ended, () -> "is told of " + batch + " behind its end");
        require(batch.initial() != begun, () -> "is told of " + batch);
        require(!batch.initial() || !batch.gap(), () -> "begins with a gap");
        require(batch.revision() >= revision, () -> "goes back from " + revision + " to " + batch.revision());
        if (!batch.initial() && !batch.gap()) {
            requireAsAt(batch.revision() - 1, () -> "missed something before " + batch);
        }
        batch.changes().forEach(this::apply);
        begun = true;
        revision = batch.revision();
        covered = revision == 0 ? world.appliedAnywhere() : Math.max(covered, revision);
        requireAsAt(revision, () -> "differs from the state after " + batch);
        count(batch);
    }

    private void count(WatchBatch batch) {
        if (batch.initial()) {
            world.count(Sometimes.WATCH_INITIAL);
        } else if (batch.gap()) {
            world.count(batch.changes().isEmpty() ? Sometimes.WATCH_GAP : Sometimes.WATCH_GAP_AFTER_MOVE);
        } else {
            world.count(batch.changes().size() > 1 ? Sometimes.WATCH_BATCH_OF_SEVERAL : Sometimes.WATCH_BATCH);
        }
    }

    private void apply(Change change) {
        if (change instanceof Change.Put put) {
            entries.put(put.key(), put.entry());
        } else if (change instanceof Change.Removed) {
            require(
                    entries.remove(change.key()) != null,
                    () -> "is told of the removal of " + change.key() + ", not there");
        } else if (change instanceof Change.Joined) {
            require(tickets.add(change.key()), () -> "is told twice that " + change.key() + " joined");
        } else {
            require(tickets.remove(change.key()), () -> "is told that " + change.key() + " left, which was not there");
        }
    }

    /** A reply that shows an index is delivered: all events up to it must have been. */
    public void onReply(long index, Supplier<String> what) {
        if (begun && !ended && index > covered) {
            requireAsAt(index, () -> "was overtaken by the reply of " + what.get() + " at " + index);
        }
    }

    /** Whether it shows what there is now. */
    public boolean isCurrent() {
        return ended || (begun && isAsAt(world.oracle().lastIndex()));
    }

    /** It is closed. */
    public void end() {
        ended = true;
    }

    private boolean isAsAt(long index) {
        return scope == Scope.QUEUE ? tickets.equals(ticketsAt(index)) : entries.equals(entriesAt(index));
    }

    private void requireAsAt(long index, Supplier<String> what) {
        if (!isAsAt(index)) {
            Object shown = scope == Scope.QUEUE ? tickets : entries;
            Object expected = scope == Scope.QUEUE ? ticketsAt(index) : entriesAt(index);
            require(false, () -> what.get() + ": has " + shown + ", should have " + expected);
        }
    }

    private Set<Key> ticketsAt(long index) {
        Set<Key> expected = new TreeSet<>();
        world.oracle().below(key, index).values().forEach(entry -> {
            if (entry.isSessionOwned()
                    && entry.key().isChildOf(key)
                    && TicketName.parse(entry.key().name()).isPresent()) {
                expected.add(entry.key());
            }
        });
        return expected;
    }

    private Map<Key, Entry> entriesAt(long index) {
        Map<Key, Entry> expected = world.oracle().below(key, index);
        if (scope == Scope.ENTRY) {
            expected.keySet().removeIf(each -> !each.equals(key));
        }
        return expected;
    }

    private void require(boolean holds, Supplier<String> what) {
        if (!holds) {
            PropertyViolated violation =
                    new PropertyViolated("Watches", name + " " + scope + " " + key + " " + what.get());
            world.violated(violation);
            throw violation;
        }
    }
}
