package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigEntries;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a configuration's subtree at one revision, and which of them count.
 *
 * <p>The root's value, the {@link Head}, names the slot in which the keys are. Children of the root that begin with a
 * dot are slots; what lies in another than the named one is being staged or about to be cleared away. Without a head,
 * as in a tree that was made by other means, the keys are below the root itself. Entries without a value are parents.
 *
 * @param root the key of the root
 * @param rootEntry the root itself, or null if it does not exist
 * @param head what it says
 * @param all all entries below the root
 */
record ConfigTree(Key root, @Nullable Entry rootEntry, Head head, SortedMap<Key, Entry> all) {

    private static final String SLOT_PREFIX = ".";

    /** Makes a tree of what was read at or below a root. */
    static ConfigTree of(Key root, Collection<Entry> entries) {
        SortedMap<Key, Entry> all = new TreeMap<>();
        entries.forEach(entry -> all.put(entry.key(), entry));
        Entry rootEntry = all.remove(root);
        Head head = Optional.ofNullable(rootEntry)
                .flatMap(Entry::optionalValue)
                .flatMap(Head::parse)
                .orElse(Head.NONE);
        return new ConfigTree(root, rootEntry, head, all);
    }

    /** Returns the key below which the keys of a slot are. */
    Key base(String slot) {
        return slot.equals(Head.IN_PLACE) ? root : root.child(slot);
    }

    /** Returns the entries that count, by their keys relative to the configuration. */
    SortedMap<String, Entry> current() {
        SortedMap<String, Entry> current = new TreeMap<>();
        Key base = base(head.slot());
        for (Entry entry : all.values()) {
            if (entry.value() != null
                    && !entry.key().equals(base)
                    && slotOf(entry.key()).equals(head.slot())) {
                current.put(relative(base, entry.key()), entry);
            }
        }
        return current;
    }

    /** Returns what a reader sees. */
    ConfigContent content() {
        SortedMap<String, Entry> current = current();
        return new ConfigContent(revision(current.values()), ConfigEntries.of(values(current)));
    }

    /** Returns the revision of the last commit that changed what counts, other than by a deletion without a publish. */
    private long revision(Collection<Entry> current) {
        long revision = head.number() == 0 || rootEntry == null ? 0 : rootEntry.modRevision();
        for (Entry entry : current) {
            revision = Math.max(revision, entry.modRevision());
        }
        return revision;
    }

    /** Returns the slot in which a key below the root lies. */
    String slotOf(Key key) {
        String first = relative(root, key);
        int slash = first.indexOf('/');
        first = slash < 0 ? first : first.substring(0, slash);
        return first.startsWith(SLOT_PREFIX) ? first : Head.IN_PLACE;
    }

    /** Returns whether a relative key would be taken for a slot. */
    static boolean isReserved(String relative) {
        return relative.startsWith(SLOT_PREFIX);
    }

    private static Map<String, Bytes> values(SortedMap<String, Entry> entries) {
        Map<String, Bytes> values = new TreeMap<>();
        entries.forEach((key, entry) -> entry.optionalValue().ifPresent(value -> values.put(key, value)));
        return values;
    }

    private static String relative(Key base, Key key) {
        return key.toString().substring(base.toString().length() + 1);
    }
}
