package io.quorate.linearizability.testing;

import io.quorate.linearizability.testing.StoreState.Entry;
import io.quorate.linearizability.testing.VersionedStore.Absent;
import io.quorate.linearizability.testing.VersionedStore.Commit;
import io.quorate.linearizability.testing.VersionedStore.Committed;
import io.quorate.linearizability.testing.VersionedStore.Condition;
import io.quorate.linearizability.testing.VersionedStore.Create;
import io.quorate.linearizability.testing.VersionedStore.Delete;
import io.quorate.linearizability.testing.VersionedStore.Entries;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Get;
import io.quorate.linearizability.testing.VersionedStore.Guard;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Op;
import io.quorate.linearizability.testing.VersionedStore.Output;
import io.quorate.linearizability.testing.VersionedStore.Reason;
import io.quorate.linearizability.testing.VersionedStore.Refused;
import io.quorate.linearizability.testing.VersionedStore.SameEntry;
import io.quorate.linearizability.testing.VersionedStore.Snapshot;
import io.quorate.linearizability.testing.VersionedStore.Unchanged;
import io.quorate.linearizability.testing.VersionedStore.Update;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The sequential specification of a {@link VersionedStore}. */
final class StoreModel implements Model<StoreState, Input, Output> {

    private final boolean partitioned;

    /**
     * @param partitioned whether each key is an object of its own
     */
    StoreModel(boolean partitioned) {
        this.partitioned = partitioned;
    }

    @Override
    public StoreState initial() {
        return StoreState.EMPTY;
    }

    @Override
    public Set<StoreState> step(StoreState state, Input input, Output output) {
        if (input instanceof Get get) {
            return optional(read(state, get.key(), output));
        }
        if (input instanceof Snapshot) {
            return output instanceof Entries entries ? optional(readAll(state, entries)) : Set.of();
        }
        List<Condition> conditions = conditions(input);
        if (output instanceof Committed committed) {
            return optional(commit(state, conditions, committed.revision()));
        }
        return output instanceof Refused refused ? optional(refuse(state, conditions, refused)) : Set.of();
    }

    @Override
    public Set<StoreState> stepUnknown(StoreState state, Input input) {
        if (isReadOnly(input)) {
            return Set.of();
        }
        Revision revision = state.unknownNext();
        Attempt attempt = Attempt.on(state, conditions(input), revision);
        return attempt == null ? Set.of() : Set.of(attempt.now.withLast(revision));
    }

    @Override
    public boolean isReadOnly(Input input) {
        return input instanceof Get || input instanceof Snapshot;
    }

    @Override
    public Object partition(Input input) {
        if (!partitioned) {
            return "all keys";
        }
        Set<String> keys = input instanceof Get get
                ? Set.of(get.key())
                : conditions(input).stream().map(Condition::key).collect(Collectors.toSet());
        if (keys.size() != 1) {
            throw new IllegalArgumentException(
                    "A register has one key; use the transactional model for a history with: " + input);
        }
        return keys.iterator().next();
    }

    private static List<Condition> conditions(Input input) {
        if (input instanceof Commit commit) {
            return commit.conditions();
        }
        return input instanceof Op op ? List.of(op) : List.of();
    }

    private static @Nullable StoreState read(StoreState state, String key, Output output) {
        Entry entry = state.entry(key);
        if (entry == null) {
            return output instanceof Absent ? state : null;
        }
        return output instanceof Found found ? match(state, key, found) : null;
    }

    private static @Nullable StoreState readAll(StoreState state, Entries output) {
        if (!output.entries().keySet().equals(state.entries().keySet())) {
            return null;
        }
        StoreState matched = state;
        for (Map.Entry<String, Found> found : output.entries().entrySet()) {
            matched = matched == null ? null : match(matched, found.getKey(), found.getValue());
        }
        return matched == null ? null : matched.closeAt(output.revision());
    }

    private static @Nullable StoreState match(StoreState state, String key, Found found) {
        Entry entry = state.entry(key);
        if (entry == null || !Objects.equals(entry.value(), found.value())) {
            return null;
        }
        StoreState pinned = state.pin(entry.created(), found.createRevision());
        Entry after = pinned == null ? null : pinned.entry(key);
        return pinned == null || after == null ? null : pinned.pin(after.modified(), found.modRevision());
    }

    private static @Nullable StoreState commit(StoreState state, List<Condition> conditions, long revision) {
        StoreState before = state.closeAt(revision - 1);
        Revision exact = Revision.exactly(revision);
        Attempt attempt = before == null ? null : Attempt.on(before, conditions, exact);
        return attempt == null ? null : attempt.now.withLast(exact);
    }

    /**
     * The conditions before the refused one held, which may reveal revisions, and it did not; but all effects are
     * undone.
     */
    private static @Nullable StoreState refuse(StoreState state, List<Condition> conditions, Refused refused) {
        if (refused.index() < 0 || refused.index() >= conditions.size()) {
            return null;
        }
        Attempt attempt = Attempt.on(state, conditions.subList(0, refused.index()), state.unknownNext());
        if (attempt == null) {
            return null;
        }
        Condition condition = conditions.get(refused.index());
        Entry entry = attempt.now.entry(condition.key());
        return mayRefuse(condition, entry, refused.reason()) ? attempt.undone : null;
    }

    /** A revision that is not known may differ from the expected one; what is learnt if it does is given up. */
    private static boolean mayRefuse(Condition condition, @Nullable Entry entry, Reason reason) {
        return switch (reason) {
            case KEY_EXISTS -> condition instanceof Create && entry != null;
            case NO_SUCH_KEY -> entry == null && (condition instanceof Update || condition instanceof Delete);
            case GUARD_FAILED -> entry == null ? condition instanceof Guard : mayDiffer(condition, entry);
        };
    }

    private static boolean mayDiffer(Condition condition, Entry entry) {
        if (condition instanceof SameEntry same) {
            return !entry.created().mustBe(same.createRevision());
        }
        long expected = expectedModRevision(condition);
        return expected != VersionedStore.ANY && !entry.modified().mustBe(expected);
    }

    private static long expectedModRevision(Condition condition) {
        if (condition instanceof Unchanged unchanged) {
            return unchanged.modRevision();
        }
        if (condition instanceof Update update) {
            return update.expected();
        }
        return condition instanceof Delete delete ? delete.expected() : VersionedStore.ANY;
    }

    private static Set<StoreState> optional(@Nullable StoreState state) {
        return state == null ? Set.of() : Set.of(state);
    }

    /**
     * A commit under way.
     *
     * @param undone the state without its effects, but with all that it revealed
     * @param now the state with its effects so far
     */
    private record Attempt(StoreState undone, StoreState now) {

        /** The commit once all conditions held; null if one cannot have held. */
        static @Nullable Attempt on(StoreState state, List<Condition> conditions, Revision revision) {
            Attempt attempt = new Attempt(state, state);
            for (Condition condition : conditions) {
                attempt = attempt == null ? null : attempt.hold(condition, revision);
            }
            return attempt;
        }

        private @Nullable Attempt hold(Condition condition, Revision revision) {
            String key = condition.key();
            Entry entry = now.entry(key);
            if (condition instanceof Create create) {
                return entry == null ? with(key, new Entry(create.value(), revision, revision)) : null;
            }
            if (entry == null) {
                return null;
            }
            Attempt matched = match(condition, entry);
            Entry pinned = matched == null ? null : matched.now.entry(key);
            if (matched == null || pinned == null) {
                return null;
            }
            if (condition instanceof Update update) {
                return matched.with(key, new Entry(update.value(), pinned.created(), revision));
            }
            return condition instanceof Delete ? matched.with(key, null) : matched;
        }

        private @Nullable Attempt match(Condition condition, Entry entry) {
            if (condition instanceof SameEntry same) {
                return pin(entry.created(), same.createRevision());
            }
            long expected = expectedModRevision(condition);
            return expected == VersionedStore.ANY ? this : pin(entry.modified(), expected);
        }

        private @Nullable Attempt pin(Revision revision, long value) {
            StoreState before = undone.pin(revision, value);
            StoreState after = now.pin(revision, value);
            return before == null || after == null ? null : new Attempt(before, after);
        }

        private Attempt with(String key, @Nullable Entry entry) {
            return new Attempt(undone, now.with(key, entry));
        }
    }
}
