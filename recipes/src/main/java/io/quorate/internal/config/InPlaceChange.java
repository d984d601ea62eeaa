package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigEntries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The operations that turn one content into another where it is. Each names the revision that it was computed from.
 *
 * @param ops creations and updates first, then deletions, children before parents
 * @param bytes the sizes of all values together
 */
record InPlaceChange(List<Op> ops, long bytes) {

    static InPlaceChange of(ConfigTree tree, ConfigContent before, ConfigEntries after) {
        Key base = tree.base(tree.head().slot());
        SortedMap<String, Entry> current = tree.current();
        List<Op> puts = new ArrayList<>();
        Map<Key, Op> removals = new TreeMap<>(Comparator.reverseOrder());
        Set<Key> staying = new HashSet<>();
        after.keys().forEach(relative -> staying.add(base.resolve(relative)));
        long bytes = 0;
        for (String relative : before.entries().differenceTo(after)) {
            Key key = base.resolve(relative);
            Bytes value = after.asMap().get(relative);
            if (value != null) {
                bytes += value.size();
                puts.add(put(key, value, tree.all().get(key)));
            } else {
                Entry entry = current.get(relative);
                if (entry != null) {
                    removals.put(key, removal(entry, tree, staying));
                }
            }
        }
        List<Op> ops = new ArrayList<>(puts);
        ops.addAll(removals.values());
        return new InPlaceChange(ops, bytes);
    }

    private static Op put(Key key, Bytes value, @Nullable Entry existing) {
        return existing == null
                ? new Op.Create(key, value, Op.Lifetime.PERSISTENT)
                : new Op.Update(key, value, existing.modRevision());
    }

    /** What has children cannot be deleted; without a value it is a parent and nothing else. */
    private static Op removal(Entry entry, ConfigTree tree, Set<Key> staying) {
        Key key = entry.key();
        boolean isParent = staying.stream().anyMatch(other -> isBelow(key, other))
                || tree.all().values().stream().anyMatch(other -> other.value() == null && isBelow(key, other.key()));
        return isParent ? new Op.Update(key, null, entry.modRevision()) : new Op.Delete(key, entry.modRevision());
    }

    private static boolean isBelow(Key key, Key other) {
        return !other.equals(key) && other.startsWith(key);
    }
}
