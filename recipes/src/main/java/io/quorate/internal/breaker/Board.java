package io.quorate.internal.breaker;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.WatchBatch;
import io.quorate.breaker.CallCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of a breaker say, as of one revision. Guarded by the lock of the breaker.
 *
 * <pre>
 *   {root}/state              the {@link Agreement}, persistent
 *   {root}/windows/{session}  the {@link PublishedWindow} of an instance, owned by its session
 *   {root}/permits/{epoch}-{slot}  the permit of one probe, owned by the session of the prober
 * </pre>
 */
final class Board {

    private final Key root;
    private final Key windowsKey;
    private final Key permitsKey;
    private final Map<Key, PublishedWindow> windows = new HashMap<>();

    /** The permits, and when each was first seen. */
    private final Map<Key, Sighting> permits = new HashMap<>();

    private @Nullable Entry state;
    private @Nullable Agreement agreement = Agreement.INITIAL;
    private long revision;

    /**
     * An entry and when this instance saw it first.
     *
     * @param entry the entry
     * @param seenNanos the instant on the ticker
     */
    record Sighting(Entry entry, long seenNanos) {}

    Board(Key root) {
        this.root = root;
        this.windowsKey = root.child("windows");
        this.permitsKey = root.child("permits");
    }

    Key stateKey() {
        return root.child("state");
    }

    Key windowKey(String instance) {
        return windowsKey.child(instance);
    }

    Key permitKey(long epoch, int slot) {
        return permitsKey.child(epoch + "-" + slot);
    }

    /** Applies a batch of the watch on the root. */
    void apply(WatchBatch batch, long now) {
        revision = batch.revision();
        for (Change change : batch.changes()) {
            if (change instanceof Change.Put put) {
                put(put.entry(), now);
            } else {
                removed(change.key());
            }
        }
    }

    private void put(Entry entry, long now) {
        Key key = entry.key();
        if (key.equals(stateKey())) {
            state = entry;
            agreement = decoded(entry);
        } else if (key.isChildOf(windowsKey)) {
            PublishedWindow.decode(entry.value())
                    .ifPresentOrElse(window -> windows.put(key, window), () -> windows.remove(key));
        } else if (key.isChildOf(permitsKey)) {
            Sighting known = permits.get(key);
            if (known == null || known.entry().createRevision() != entry.createRevision()) {
                permits.put(key, new Sighting(entry, now));
            }
        }
    }

    private static @Nullable Agreement decoded(Entry entry) {
        try {
            return Agreement.decode(entry.value());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void removed(Key key) {
        if (key.equals(stateKey())) {
            state = null;
            agreement = Agreement.INITIAL;
        }
        windows.remove(key);
        permits.remove(key);
    }

    /** Returns what is agreed on, or null if it is written in a form that this version does not understand. */
    @Nullable
    Agreement agreement() {
        return agreement;
    }

    /** Returns the shared phase, or null if it is not understood. */
    @Nullable
    Phase phase() {
        return agreement == null ? null : agreement.phase();
    }

    /** Returns whether an override holds. */
    boolean isOverridden() {
        return agreement != null && agreement.override() != null;
    }

    /** Returns the state entry, or null if nobody has written one. */
    @Nullable
    Entry state() {
        return state;
    }

    long revision() {
        return revision;
    }

    /** Returns what an instance has published, or null if it has not published anything. */
    @Nullable
    PublishedWindow window(Key key) {
        return windows.get(key);
    }

    /** Returns what others than the given instance have counted under an epoch. */
    List<CallCounts> countsOfOthers(Key own, long epoch, Rules rules) {
        List<CallCounts> counts = new ArrayList<>();
        windows.forEach((key, window) -> {
            if (!key.equals(own) && (window.epoch() == epoch || !rules.comparesEpochs())) {
                counts.add(window.counts());
            }
        });
        return counts;
    }

    Map<Key, Sighting> permits() {
        return permits;
    }
}
