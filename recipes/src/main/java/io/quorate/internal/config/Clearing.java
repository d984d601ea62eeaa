package io.quorate.internal.config;

import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Op;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what large publishes leave behind: slots that are neither current nor being filled, and archives without a
 * record.
 *
 * <p>The head is read first and the signs of life last, and each commit requires that the head is still the same: what
 * was made current in between is never touched. Whatever fails is left to the next one.
 */
final class Clearing {

    private static final Logger log = LoggerFactory.getLogger(Clearing.class);

    private final Session session;
    private final ConfigKeys keys;

    Clearing(Session session, ConfigKeys keys) {
        this.session = session;
        this.keys = keys;
    }

    void begin() {
        session.snapshot(keys.root())
                .thenCompose(snapshot -> {
                    ConfigTree tree = ConfigTree.of(keys.root(), snapshot.entries());
                    return tree.rootEntry() == null ? nothing() : clear(tree, tree.rootEntry());
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        log.debug("What is left of large publishes below {} stays for now", keys.root(), failure);
                    }
                });
    }

    private CompletableFuture<@Nullable CommitResult> clear(ConfigTree tree, Entry head) {
        return session.list(keys.history(), Content.KEYS, Read.LATEST)
                .thenCompose(history -> session.snapshot(keys.archive())
                        .thenCompose(archive -> session.list(keys.staging(), Content.ENTRIES, Read.LATEST)
                                .thenCompose(staging -> delete(
                                        leftovers(tree, namesOf(history), archive.entries(), revisionsOf(staging)),
                                        head))));
    }

    private List<Key> leftovers(ConfigTree tree, Set<String> history, List<Entry> archive, Set<String> underWay) {
        List<Key> leftovers = new ArrayList<>();
        for (Key key : tree.all().keySet()) {
            String slot = tree.slotOf(key);
            boolean current = slot.equals(tree.head().slot());
            if (!current && !underWay.contains(PublicationRecord.uniqueOf(slot))) {
                leftovers.add(key);
            }
        }
        int depth = keys.archive().segments().size();
        for (Entry entry : archive) {
            List<String> segments = entry.key().segments();
            if (segments.size() > depth
                    && !history.contains(segments.get(depth))
                    && !underWay.contains(PublicationRecord.uniqueOf(segments.get(depth)))) {
                leftovers.add(entry.key());
            }
        }
        return leftovers;
    }

    /** Deletes children before parents, in as many commits as it takes. */
    private CompletableFuture<@Nullable CommitResult> delete(Collection<Key> leftovers, Entry head) {
        List<Key> ordered = leftovers.stream().sorted(Comparator.reverseOrder()).toList();
        int atOnce = session.capabilities().maxCommitSize() - 1;
        CompletableFuture<@Nullable CommitResult> done = nothing();
        for (int start = 0; start < ordered.size(); start += atOnce) {
            List<Op> ops = ordered.subList(start, Math.min(ordered.size(), start + atOnce)).stream()
                    .map(key -> (Op) new Op.Delete(key, Op.ANY_REVISION))
                    .toList();
            Commit commit = new Commit(List.of(Guard.unchanged(head)), ops);
            done = done.thenCompose(before -> session.commit(commit));
        }
        return done;
    }

    private static CompletableFuture<@Nullable CommitResult> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    /** Returns what is unique about the publishes under way. */
    private static Set<String> revisionsOf(Listing staging) {
        return staging.entries().stream()
                .map(marker -> Long.toString(marker.createRevision()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> namesOf(Listing listing) {
        return listing.keys().stream().map(Key::name).collect(Collectors.toCollection(TreeSet::new));
    }
}
