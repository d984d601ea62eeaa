package io.quorate.remote;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.WatchListener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A watch on an entry or a subtree: keeps in mind which state of each entry the listener knows, and delivers the differences. */
final class EntriesWatch extends ServedWatch implements SubtreeReader.Reader {

    /** What identifies a state of an entry. */
    private record Revisions(long created, long modified) {

        static Revisions of(Entry entry) {
            return new Revisions(entry.createRevision(), entry.modRevision());
        }
    }

    private final SubtreeReader subtree;
    private final boolean deep;
    private final Map<String, Revisions> known = new HashMap<>();
    private long oldestDue = Long.MAX_VALUE;

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
        if (now.isPresent()) {
            Revisions revisions = Revisions.of(now.get());
            if (!revisions.equals(known.put(changed, revisions))) {
                changes.add(new Change.Put(now.get()));
            }
        } else if (known.remove(changed) != null) {
            context.paths().key(changed).ifPresent(key -> changes.add(new Change.Removed(key)));
        }
    }

    @Override
    public void unreadable(QuorateException cause) {
        fail(cause);
    }
}
