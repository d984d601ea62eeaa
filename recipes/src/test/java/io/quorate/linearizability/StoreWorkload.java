package io.quorate.linearizability;

import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Commit;
import io.quorate.linearizability.testing.VersionedStore.Create;
import io.quorate.linearizability.testing.VersionedStore.Delete;
import io.quorate.linearizability.testing.VersionedStore.Exists;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Get;
import io.quorate.linearizability.testing.VersionedStore.Guard;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Op;
import io.quorate.linearizability.testing.VersionedStore.Output;
import io.quorate.linearizability.testing.VersionedStore.SameEntry;
import io.quorate.linearizability.testing.VersionedStore.Snapshot;
import io.quorate.linearizability.testing.VersionedStore.Unchanged;
import io.quorate.linearizability.testing.VersionedStore.Update;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random work on a correct versioned store; every written value is written by one operation only. */
final class StoreWorkload {

    private final Random random;
    private final List<String> keys;
    private final ReferenceStore store = new ReferenceStore();
    private final Map<Long, Found> written = new HashMap<>();
    private int values;

    StoreWorkload(Random random, String... keys) {
        this.random = random;
        this.keys = List.of(keys);
    }

    History<Input, Output> registers(int size, int clients, double lostReplies) {
        return new ConcurrentSimulation<>(random, clients, lostReplies, this::single, this::apply).run(size);
    }

    History<Input, Output> transactions(int size, int clients, double lostReplies) {
        return new ConcurrentSimulation<>(random, clients, lostReplies, this::any, this::apply).run(size);
    }

    /** The entry that the commit at {@code revision} left, for workloads of one key. */
    Map<Long, Found> written() {
        return written;
    }

    private Output apply(Input input) {
        Output output = store.apply(input, store.last() + 1 + random.nextInt(3));
        store.entries().values().forEach(found -> written.put(found.modRevision(), found));
        return output;
    }

    private Input any() {
        int choice = random.nextInt(10);
        if (choice < 2) {
            return new Snapshot();
        }
        return choice < 5 ? single() : new Commit(guards(), List.of(op(), op()));
    }

    private Input single() {
        return random.nextInt(10) < 5 ? new Get(key()) : op();
    }

    private List<Guard> guards() {
        String key = key();
        return switch (random.nextInt(4)) {
            case 0 -> List.of(new Exists(key));
            case 1 -> List.of(new Unchanged(key, expected(key)));
            case 2 -> {
                Found found = store.entries().get(key);
                yield List.of(new SameEntry(key, found == null ? 0 : found.createRevision()));
            }
            default -> List.of();
        };
    }

    private Op op() {
        String key = key();
        return switch (random.nextInt(6)) {
            case 0 -> new Delete(key, expected(key));
            case 1, 2 -> new Create(key, "v" + values++);
            default -> new Update(key, "v" + values++, random.nextBoolean() ? VersionedStore.ANY : expected(key));
        };
    }

    private long expected(String key) {
        Found found = store.entries().get(key);
        return found == null ? random.nextInt(3) : found.modRevision();
    }

    private String key() {
        return keys.get(random.nextInt(keys.size()));
    }
}
