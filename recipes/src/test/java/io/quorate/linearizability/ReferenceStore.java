package io.quorate.linearizability;

import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Absent;
import io.quorate.linearizability.testing.VersionedStore.Commit;
import io.quorate.linearizability.testing.VersionedStore.Committed;
import io.quorate.linearizability.testing.VersionedStore.Condition;
import io.quorate.linearizability.testing.VersionedStore.Create;
import io.quorate.linearizability.testing.VersionedStore.Delete;
import io.quorate.linearizability.testing.VersionedStore.Entries;
import io.quorate.linearizability.testing.VersionedStore.Exists;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Get;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Op;
import io.quorate.linearizability.testing.VersionedStore.Output;
import io.quorate.linearizability.testing.VersionedStore.Reason;
import io.quorate.linearizability.testing.VersionedStore.Refused;
import io.quorate.linearizability.testing.VersionedStore.SameEntry;
import io.quorate.linearizability.testing.VersionedStore.Snapshot;
import io.quorate.linearizability.testing.VersionedStore.Unchanged;
import io.quorate.linearizability.testing.VersionedStore.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A versioned store that really works, as plain as can be and not thread-safe: what the models are compared with. */
final class ReferenceStore {

    private Map<String, Found> entries;
    private long last;

    ReferenceStore() {
        this(Map.of(), -1);
    }

    ReferenceStore(Map<String, Found> entries, long last) {
        this.entries = new TreeMap<>(entries);
        this.last = last;
    }

    Map<String, Found> entries() {
        return Map.copyOf(entries);
    }

    long last() {
        return last;
    }

    /** Applies {@code input}; a commit gets {@code revision} if it succeeds, a snapshot answers the last one. */
    Output apply(Input input, long revision) {
        if (input instanceof Get get) {
            Found found = entries.get(get.key());
            return found == null ? new Absent() : found;
        }
        if (input instanceof Snapshot) {
            return new Entries(last, entries);
        }
        List<Condition> conditions = new ArrayList<>();
        if (input instanceof Commit commit) {
            conditions.addAll(commit.guards());
            conditions.addAll(commit.ops());
        } else {
            conditions.add((Op) input);
        }
        return commit(conditions, revision);
    }

    private Output commit(List<Condition> conditions, long revision) {
        Map<String, Found> saved = new TreeMap<>(entries);
        for (int i = 0; i < conditions.size(); i++) {
            Reason reason = apply(conditions.get(i), revision);
            if (reason != null) {
                entries = saved;
                return new Refused(i, reason);
            }
        }
        last = revision;
        return new Committed(revision);
    }

    private @Nullable Reason apply(Condition condition, long revision) {
        Found found = entries.get(condition.key());
        if (condition instanceof Exists) {
            return found != null ? null : Reason.GUARD_FAILED;
        } else if (condition instanceof Unchanged guard) {
            return found != null && found.modRevision() == guard.modRevision() ? null : Reason.GUARD_FAILED;
        } else if (condition instanceof SameEntry guard) {
            return found != null && found.createRevision() == guard.createRevision() ? null : Reason.GUARD_FAILED;
        } else if (condition instanceof Create create) {
            if (found != null) {
                return Reason.KEY_EXISTS;
            }
            entries.put(create.key(), new Found(create.value(), revision, revision));
        } else if (found == null) {
            return Reason.NO_SUCH_KEY;
        } else if (condition instanceof Update update) {
            if (differs(found, update.expected())) {
                return Reason.GUARD_FAILED;
            }
            entries.put(update.key(), new Found(update.value(), found.createRevision(), revision));
        } else if (condition instanceof Delete delete) {
            if (differs(found, delete.expected())) {
                return Reason.GUARD_FAILED;
            }
            entries.remove(delete.key());
        }
        return null;
    }

    private static boolean differs(Found found, long expected) {
        return expected != VersionedStore.ANY && found.modRevision() != expected;
    }
}
