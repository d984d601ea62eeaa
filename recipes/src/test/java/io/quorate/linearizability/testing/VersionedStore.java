package io.quorate.linearizability.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A store of versioned entries, as a coordination service offers it: an entry has a value, the revision that created it
 * and the revision that modified it last.
 *
 * <p>Revisions are positions in the one sequence of all successful commits. Every commit therefore answers a revision
 * larger than all earlier ones, and a read answers exactly the revisions of the commits that made the entry. A commit
 * of unknown outcome has a revision too, which the models infer as far as later reads reveal it.
 *
 * <p>Keys are flat here: histories are to use keys without children. The store is empty at first.
 */
public final class VersionedStore {

    /** In place of an expected revision: any will do. */
    public static final long ANY = -1;

    private VersionedStore() {}

    /**
     * A versioned register for each key: a history may use every input on a single key, which makes long histories
     * cheap.
     *
     * <p>The model throws {@link IllegalArgumentException} on inputs that span keys.
     */
    public static Model<?, Input, Output> registers() {
        return new StoreModel(true);
    }

    /**
     * All keys as one object, with commits and snapshots that span them.
     *
     * <p>Keep histories below some sixty operations on a handful of keys.
     */
    public static Model<?, Input, Output> transactional() {
        return new StoreModel(false);
    }

    /** The file form of histories of both models. */
    public static HistoryFormat<Input, Output> format() {
        return new HistoryFormat<>(VersionedStore::parseInput, VersionedStore::parseOutput);
    }

    /** An operation on the store. */
    public sealed interface Input {}

    /** Reads one entry; answered by {@link Found} or {@link Absent}. */
    public record Get(String key) implements Input {
        @Override
        public String toString() {
            return "get " + Tokens.quote(key);
        }
    }

    /** Reads all entries at one revision; answered by {@link Entries}. */
    public record Snapshot() implements Input {
        @Override
        public String toString() {
            return "snapshot";
        }
    }

    /**
     * Applies all operations if every guard holds and every operation is possible, or nothing; answered by {@link
     * Committed} or {@link Refused}.
     */
    public record Commit(List<Guard> guards, List<Op> ops) implements Input {
        /** Copies the lists. */
        public Commit {
            guards = List.copyOf(guards);
            ops = List.copyOf(ops);
        }

        /** The guards, followed by the operations: the order in which {@link Refused#index} counts. */
        List<Condition> conditions() {
            return Stream.<Condition>concat(guards.stream(), ops.stream()).toList();
        }

        @Override
        public String toString() {
            return conditions().stream().map(Condition::toString).collect(Collectors.joining(" ", "commit ", ""));
        }
    }

    /** A part of a commit that holds or does not hold. */
    public sealed interface Condition {
        /** The key it speaks of. */
        String key();
    }

    /** A part of a commit that only looks. */
    public sealed interface Guard extends Condition {}

    /** Holds if there is an entry. */
    public record Exists(String key) implements Guard {
        @Override
        public String toString() {
            return "exists " + Tokens.quote(key);
        }
    }

    /** Holds if there is an entry that {@code modRevision} modified last. */
    public record Unchanged(String key, long modRevision) implements Guard {
        @Override
        public String toString() {
            return "unchanged " + Tokens.quote(key) + " " + modRevision;
        }
    }

    /** Holds if there is an entry that {@code createRevision} created, whatever modified it since. */
    public record SameEntry(String key, long createRevision) implements Guard {
        @Override
        public String toString() {
            return "same " + Tokens.quote(key) + " " + createRevision;
        }
    }

    /** A part of a commit that writes; an operation alone is a commit of one operation without a guard. */
    public sealed interface Op extends Condition, Input {}

    /** Makes an entry where there is none. */
    public record Create(String key, @Nullable String value) implements Op {
        @Override
        public String toString() {
            return "create " + Tokens.quote(key) + " " + Tokens.quote(value);
        }
    }

    /**
     * Replaces the value of an entry.
     *
     * @param expected the revision that modified the entry last, or {@link #ANY}
     */
    public record Update(String key, @Nullable String value, long expected) implements Op {
        @Override
        public String toString() {
            return "update " + Tokens.quote(key) + " " + Tokens.quote(value) + " " + revision(expected);
        }
    }

    /**
     * Removes an entry.
     *
     * @param expected the revision that modified the entry last, or {@link #ANY}
     */
    public record Delete(String key, long expected) implements Op {
        @Override
        public String toString() {
            return "delete " + Tokens.quote(key) + " " + revision(expected);
        }
    }

    /** What the store answers. */
    public sealed interface Output {}

    /**
     * All of a commit was applied.
     *
     * @param revision the position of the commit, not negative
     */
    public record Committed(long revision) implements Output {
        @Override
        public String toString() {
            return "committed " + revision;
        }
    }

    /**
     * Nothing of a commit was applied, because a guard did not hold or an operation was not possible.
     *
     * @param index the first such, counted from zero over the guards and then the operations
     */
    public record Refused(int index, Reason reason) implements Output {
        @Override
        public String toString() {
            return "refused " + index + " " + reason;
        }
    }

    /** Why a commit was refused. */
    public enum Reason {
        /** A create found an entry. */
        KEY_EXISTS,
        /** An update or delete found no entry. */
        NO_SUCH_KEY,
        /** A guard did not hold, or an update or delete found an entry of another revision than expected. */
        GUARD_FAILED
    }

    /** There is no entry. */
    public record Absent() implements Output {
        @Override
        public String toString() {
            return "absent";
        }
    }

    /**
     * There is an entry.
     *
     * @param createRevision the commit that created it
     * @param modRevision the commit that created or updated it last
     */
    public record Found(@Nullable String value, long createRevision, long modRevision) implements Output {
        @Override
        public String toString() {
            return "found " + Tokens.quote(value) + " " + createRevision + " " + modRevision;
        }
    }

    /**
     * All entries.
     *
     * @param revision a position at which these were the entries: no earlier commit is missing, no later one is seen
     */
    public record Entries(long revision, Map<String, Found> entries) implements Output {
        /** Copies the map. */
        public Entries {
            entries = Map.copyOf(entries);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("entries ").append(revision);
            new TreeMap<>(entries)
                    .forEach((key, found) -> text.append(' ')
                            .append(Tokens.quote(key))
                            .append(' ')
                            .append(found));
            return text.toString();
        }
    }

    private static String revision(long expected) {
        return expected == ANY ? "any" : Long.toString(expected);
    }

    private static long revision(Tokens tokens) {
        String word = tokens.word();
        return word.equals("any") ? ANY : Long.parseLong(word);
    }

    private static Input parseInput(String line) {
        Tokens tokens = new Tokens(line);
        return switch (tokens.peek()) {
            case "get" -> tokens.skip().end(new Get(tokens.text()));
            case "snapshot" -> tokens.skip().end(new Snapshot());
            case "commit" -> parseCommit(tokens.skip());
            default -> tokens.end((Op) parseCondition(tokens));
        };
    }

    private static Commit parseCommit(Tokens tokens) {
        List<Guard> guards = new ArrayList<>();
        List<Op> ops = new ArrayList<>();
        while (tokens.hasNext()) {
            Condition condition = parseCondition(tokens);
            if (condition instanceof Guard guard) {
                guards.add(guard);
            } else {
                ops.add((Op) condition);
            }
        }
        return new Commit(guards, ops);
    }

    private static Condition parseCondition(Tokens tokens) {
        String kind = tokens.word();
        return switch (kind) {
            case "exists" -> new Exists(tokens.text());
            case "unchanged" -> new Unchanged(tokens.text(), tokens.number());
            case "same" -> new SameEntry(tokens.text(), tokens.number());
            case "create" -> new Create(tokens.text(), tokens.textOrNull());
            case "update" -> new Update(tokens.text(), tokens.textOrNull(), revision(tokens));
            case "delete" -> new Delete(tokens.text(), revision(tokens));
            default -> throw new IllegalArgumentException("Neither a guard nor an operation: " + kind);
        };
    }

    private static Output parseOutput(String line) {
        Tokens tokens = new Tokens(line);
        return switch (tokens.word()) {
            case "committed" -> tokens.end(new Committed(tokens.number()));
            case "refused" -> tokens.end(new Refused(tokens.smallNumber(), Reason.valueOf(tokens.word())));
            case "absent" -> tokens.end(new Absent());
            case "found" -> tokens.end(parseFound(tokens));
            case "entries" -> parseEntries(tokens);
            default -> throw new IllegalArgumentException("Not an answer of the store: " + line);
        };
    }

    private static Found parseFound(Tokens tokens) {
        return new Found(tokens.textOrNull(), tokens.number(), tokens.number());
    }

    private static Entries parseEntries(Tokens tokens) {
        long revision = tokens.number();
        SortedMap<String, Found> entries = new TreeMap<>();
        while (tokens.hasNext()) {
            String key = tokens.text();
            tokens.skip();
            entries.put(key, parseFound(tokens));
        }
        return new Entries(revision, entries);
    }
}
