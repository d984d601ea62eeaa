package io.quorate.internal.config;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.WatchBatch;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigEntries;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A watcher's view of its configuration, brought up to date by the batches of a watch. Confined to the watcher. */
final class ConfigView {

    private final Key root;
    private final boolean singleEntry;
    private final Map<Key, Entry> entries = new HashMap<>();

    /** The revision of the last deletion that no publish tells of. */
    private long deletedAt;

    private ConfigEntries latest = ConfigEntries.EMPTY;

    ConfigView(Key root, boolean singleEntry) {
        this.root = root;
        this.singleEntry = singleEntry;
    }

    /** Applies a batch and returns the state at its revision. */
    ConfigContent apply(WatchBatch batch) {
        if (batch.initial()) {
            entries.clear();
        }
        Entry rootBefore = entries.get(root);
        for (Change change : batch.changes()) {
            if (change instanceof Change.Put put) {
                entries.put(put.key(), put.entry());
            } else if (change instanceof Change.Removed) {
                entries.remove(change.key());
            }
        }
        ConfigContent now = content();
        // A publish changes the root with whatever it deletes; and what nobody reads may be deleted without a word.
        if (!batch.initial()
                && Objects.equals(rootBefore, entries.get(root))
                && !now.entries().keys().containsAll(latest.keys())) {
            deletedAt = batch.revision();
            now = content();
        }
        latest = now.entries();
        return now;
    }

    private ConfigContent content() {
        ConfigContent content =
                singleEntry ? document() : ConfigTree.of(root, entries.values()).content();
        boolean isEmpty = content.entries().isEmpty();
        return new ConfigContent(isEmpty ? deletedAt : Math.max(content.revision(), deletedAt), content.entries());
    }

    private ConfigContent document() {
        Entry entry = entries.get(root);
        if (entry == null || entry.value() == null) {
            return new ConfigContent(0, ConfigEntries.EMPTY);
        }
        return new ConfigContent(entry.modRevision(), ConfigEntries.of(Map.of(ConfigEntries.DOCUMENT, entry.value())));
    }
}
