package io.quorate.remote;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.WatchListener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A watch on an entry or a subtree: keeps in mind which state of each entry the listener knows, and delivers the differences. */
final class EntriesWatch extends ServedWatch implements SubtreeReader.Reader {

    /** How many entries of a small subtree are read again when one of them has changed, at most. */
    private static final int MAX_COMPANIONS = 256;

    /** How many bytes the values of these may have. */
    private static final int MAX_COMPANION_BYTES = 64 * 1024;

    /** What identifies a state of an entry, and the size of its value. */
    private record Revisions(long created, long modified, int bytes) {

        static Revisions of(Entry entry) {
            return new Revisions(
                    entry.createRevision(),
                    entry.modRevision(),
                    entry.optionalValue().map(Bytes::size).orElse(0));
        }
    }

    private final SubtreeReader subtree;
    private final boolean deep;
    private final Map<String, Revisions> known = new HashMap<>();
    private long oldestDue = Long.MAX_VALUE;
    private long knownBytes;

    EntriesWatch(SessionContext context, Key key, Scope scope, WatchListener listener) {
        super(context, key, scope, listener);
        this.deep = scope == Scope.SUBTREE;
        this.subtree = new SubtreeReader(context, this, path, deep, this);
    }

    @Override
    void load() {
        oldestDue = Long.MAX_VALUE;
        subtree.load();
    }

    @Override
    void stop() {
        subtree.stop();
    }

    @Override
    public boolean isRecursive() {
        return deep;
    }

    @Override
    public void onEvent(boolean exists, String changed, long zxid) {
        if (!done && subtree.announce(changed, zxid)) {
            oldestDue = Math.min(oldestDue, zxid);
            context.watches().unsettled(this);
        }
    }

    @Override
    public boolean owesBefore(long revision) {
        return isInitialDelivered() && oldestDue < revision;
    }

    /**
     * Returns all that is known of a small subtree. A commit that changes many of its entries then costs one request, however its events are spread over
     * time; what was created is known only when it is announced.
     */
    @Override
    public Collection<String> companions() {
        boolean isSmall = known.size() <= MAX_COMPANIONS && knownBytes <= MAX_COMPANION_BYTES;
        return deep && isSmall ? known.keySet() : List.of();
    }

    @Override
    public void consistent(Map<String, Optional<Entry>> fresh, boolean whole, long revision) {
        List<Change> changes = new ArrayList<>();
        fresh.forEach((changed, entry) -> difference(changed, entry, changes));
        if (whole) {
            for (String gone : new ArrayList<>(known.keySet())) {
                if (!fresh.containsKey(gone)) {
                    difference(gone, Optional.empty(), changes);
                }
            }
        }
        changes.sort(Comparator.comparing(Change::key));
        oldestDue = Long.MAX_VALUE;
        deliver(revision, changes);
        settled();
    }

    private void difference(String changed, Optional<Entry> now, List<Change> changes) {
        Revisions before = known.get(changed);
        if (now.isPresent()) {
            Revisions revisions = Revisions.of(now.get());
            if (!revisions.equals(before)) {
                known.put(changed, revisions);
                knownBytes += revisions.bytes() - bytes(before);
                changes.add(new Change.Put(now.get()));
            }
        } else if (before != null) {
            known.remove(changed);
            knownBytes -= before.bytes();
            context.paths().key(changed).ifPresent(key -> changes.add(new Change.Removed(key)));
        }
    }

    private static int bytes(@Nullable Revisions state) {
        return state == null ? 0 : state.bytes();
    }

    @Override
    public void unreadable(QuorateException cause) {
        fail(cause);
    }
}
