package io.quorate.embedded.sim;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.SessionId;
import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.tree.NodeChange;
import io.quorate.embedded.tree.NodeKind;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import io.quorate.embedded.zab.Admission;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The committed sequence, replayed as it grows through a state machine of its own: what every answer, event and digest of
 * an ensemble is compared with.
 */
public final class Oracle {

    /** What an entry was from an index on; null if there was none. */
    private record Version(long index, @Nullable Entry entry) {}

    private final StateMachine state = new StateMachine();
    private final List<Long> digests = new ArrayList<>();
    private final List<Applied> history = new ArrayList<>();
    private final TreeMap<String, List<Version>> versions = new TreeMap<>();
    private final Map<Long, Long> lastOperations = new HashMap<>();
    private final Map<Long, Long> ends = new HashMap<>();
    private final Map<Bytes, Long> tags = new HashMap<>();
    private Predicate<Key> tellsWrites = key -> true;

    /** The paths that each open session owns; and the other way round. */
    private final Map<Long, Set<String>> owned = new HashMap<>();

    private final Map<String, Long> owners = new HashMap<>();

    /** Begins with nothing committed. */
    public Oracle() {
        digests.add(state.digest());
    }

    /** Clients write the same value more than once, so that it says nothing about the write. */
    void letValuesRepeat() {
        tellsWrites = key -> false;
    }

    /** Only what is written below some keys is never written twice. */
    public void letValuesRepeatUnless(Predicate<Key> key) {
        tellsWrites = key;
    }

    /** Returns the index of the last committed record; 0 if there is none. */
    public long lastIndex() {
        return history.size();
    }

    /** Returns the state behind the last committed record. */
    public StateMachine state() {
        return state;
    }

    /** Applies the next committed record; returns the transaction. */
    public Txn apply(LogRecord record) {
        Txn txn = record.type() == RecordType.TXN ? TxnCodec.decode(ByteBuffer.wrap(record.payload())) : new Txn.NoOp();
        requireInOrder(record, txn);
        noteOwners(record.index(), txn);
        Applied applied = apply(record, txn);
        history.add(applied);
        digests.add(state.digest());
        for (NodeChange change : applied.changes()) {
            note(record.index(), change);
        }
        return txn;
    }

    private Applied apply(LogRecord record, Txn txn) {
        if (record.type() != RecordType.ADMISSION) {
            return state.apply(record.index(), txn);
        }
        Admission admission = Admission.of(record.payload());
        return state.admit(record.index(), admission.member(), admission.disk());
    }

    private void requireInOrder(LogRecord record, Txn txn) {
        if (txn instanceof Txn.Write write) {
            long last = lastOperations.getOrDefault(write.session(), 0L);
            if (write.operation() != last + 1) {
                throw new PropertyViolated(
                        "OperationsOnce",
                        "operation " + write.operation() + " of session " + write.session() + " is committed at "
                                + record.index() + ", behind operation " + last);
            }
            if (ends.containsKey(write.session())) {
                throw new PropertyViolated(
                        "SessionsEnd",
                        "session " + write.session() + " writes at " + record.index() + ", behind its end");
            }
            lastOperations.put(write.session(), write.operation());
        } else if (txn instanceof Txn.CloseSession close) {
            if (ends.put(close.session(), record.index()) != null) {
                throw new PropertyViolated("SessionsEnd", "session " + close.session() + " ends twice");
            }
        }
    }

    /** N5: an ephemeral node exists as long as its session is open, and the end of a session deletes all that it owns. */
    private void noteOwners(long index, Txn txn) {
        long session = txn instanceof Txn.Write write
                ? write.session()
                : txn instanceof Txn.CloseSession close ? close.session() : 0;
        if (txn instanceof Txn.OpenSession) {
            owned.put(index, new HashSet<>());
        }
        Set<String> ending = txn instanceof Txn.CloseSession ? owned.remove(session) : null;
        int released = 0;
        for (NodeChange change : txn.changes()) {
            if (change instanceof NodeChange.Created created && created.kind() == NodeKind.EPHEMERAL) {
                Set<String> mine = owned.get(session);
                if (mine == null || !mine.add(change.path())) {
                    throw owners(change.path() + " is created at " + index + " for session " + session
                            + ", which is not open or owns it already");
                }
                owners.put(change.path(), session);
            } else if (change instanceof NodeChange.Deleted) {
                Long owner = owners.remove(change.path());
                if (ending != null && ending.contains(change.path())) {
                    released++;
                } else if (ending != null) {
                    throw owners(change.path() + " is deleted at " + index + " with session " + session
                            + ", which does not own it");
                } else if (owner != null) {
                    owned.getOrDefault(owner, new HashSet<>()).remove(change.path());
                }
            }
        }
        if (ending != null && released != ending.size()) {
            throw owners("session " + session + " ends at " + index + ", and not all of " + ending + " is deleted");
        }
    }

    private static PropertyViolated owners(String detail) {
        return new PropertyViolated("EphemeralOwners", detail);
    }

    /** N5 again, from the state: every node with an owner is one of those that its session, which is open, owns. */
    public void checkOwners() {
        int[] found = new int[1];
        state.visit(Key.ROOT, entry -> {
            SessionId owner = entry.owner();
            if (owner != null) {
                found[0]++;
                if (!owned.getOrDefault(owner.value(), Set.of())
                                .contains(entry.key().toString())
                        || state.session(owner.value()).isEmpty()) {
                    throw owners(entry.key() + " belongs to session " + owner + ", which does not own it");
                }
            }
        });
        if (found[0] != owners.size()) {
            throw owners(owners.size() + " nodes have owners, " + found[0] + " were found");
        }
    }

    private void note(long index, NodeChange change) {
        Key key = Key.of(change.path());
        List<Version> all = versions.computeIfAbsent(change.path(), path -> new ArrayList<>());
        if (!all.isEmpty() && all.get(all.size() - 1).index() == index) {
            all.remove(all.size() - 1);
        }
        Entry now = state.get(key).orElse(null);
        all.add(new Version(index, now));
        Bytes value = now == null || !tellsWrites.test(key) || now.modRevision() != index ? null : now.value();
        if (value != null) {
            Long before = tags.put(value, index);
            if (before != null && before != index) {
                throw new PropertyViolated(
                        "WritesOnce", "the value of index " + before + " is written again at " + index);
            }
        }
    }

    /** Returns what became of the transaction at an index. */
    public Applied at(long index) {
        return history.get((int) index - 1);
    }

    /** Returns the digest of the state at an index. */
    public long digestAt(long index) {
        return digests.get((int) index);
    }

    /** The index at which a value was written, 0 if it was not. */
    public long writtenAt(Bytes tag) {
        return tags.getOrDefault(tag, 0L);
    }

    /** The index at which a session ended, 0 if it did not. */
    public long endOf(long session) {
        return ends.getOrDefault(session, 0L);
    }

    /** What an entry was at an index; null if there was none. */
    public @Nullable Entry entryAt(Key key, long index) {
        return entryAt(versions.getOrDefault(key.toString(), List.of()), index);
    }

    private static @Nullable Entry entryAt(List<Version> all, long index) {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).index() <= index) {
                return all.get(i).entry();
            }
        }
        return null;
    }

    /** The first index of some at which an entry was as it should be, null for none; 0 if it was so at no index of them. */
    public long firstShowing(Key key, long from, long to, Predicate<@Nullable Entry> asItShouldBe) {
        List<Version> all = versions.getOrDefault(key.toString(), List.of());
        if (from <= to && asItShouldBe.test(entryAt(all, from))) {
            return from;
        }
        for (Version version : all) {
            if (version.index() > from && version.index() <= to && asItShouldBe.test(version.entry())) {
                return version.index();
            }
        }
        return 0;
    }

    /** The indexes at which anything at or below a key changed. */
    public NavigableSet<Long> changesBelow(Key prefix) {
        TreeSet<Long> indexes = new TreeSet<>();
        under(prefix).forEach((path, all) -> {
            if (Key.of(path).startsWith(prefix)) {
                all.forEach(version -> indexes.add(version.index()));
            }
        });
        return indexes;
    }

    /** What an entry was at an index, and what it became one after another from there on; absence is left out. */
    List<Entry> versionsSince(Key key, long index) {
        List<Entry> found = new ArrayList<>();
        Entry then = entryAt(key, index);
        if (then != null) {
            found.add(then);
        }
        for (Version version : versions.getOrDefault(key.toString(), List.of())) {
            if (version.index() > index && version.entry() != null) {
                found.add(version.entry());
            }
        }
        return found;
    }

    /** The index at which an entry that was there at an index was deleted; the index after the last if it is there still. */
    long deletionOf(Key key, long index) {
        for (Version version : versions.getOrDefault(key.toString(), List.of())) {
            if (version.index() > index && version.entry() == null) {
                return version.index();
            }
        }
        return lastIndex() + 1;
    }

    /** Whether anything at or below a key changed at an index after this one. */
    boolean hasChangedSince(Key prefix, long index) {
        return under(prefix).entrySet().stream()
                .anyMatch(path -> Key.of(path.getKey()).startsWith(prefix)
                        && path.getValue().get(path.getValue().size() - 1).index() > index);
    }

    /** All entries at or below a key as they were at an index, by key. */
    public NavigableMap<Key, Entry> below(Key prefix, long index) {
        TreeMap<Key, Entry> entries = new TreeMap<>();
        for (List<Version> each : under(prefix).values()) {
            Entry entry = entryAt(each, index);
            if (entry != null && entry.key().startsWith(prefix)) {
                entries.put(entry.key(), entry);
            }
        }
        return entries;
    }

    /** The paths at or below a key, and some that only begin alike. */
    private SortedMap<String, List<Version>> under(Key prefix) {
        // What follows the slash in the order of characters.
        return prefix.isRoot() ? versions : versions.subMap(prefix.toString(), prefix + "0");
    }
}
