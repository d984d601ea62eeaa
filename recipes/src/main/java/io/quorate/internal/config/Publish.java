package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Op;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.Snapshot;
import io.quorate.config.ConfigConflictException;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigPublication;
import io.quorate.config.ConfigUpdate;
import io.quorate.internal.Failures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One publish: reads what is there, computes what it becomes, commits that on the condition that nothing has changed,
 * and begins anew if something has. Whoever fails has lost to somebody who succeeded.
 */
final class Publish {

    /** How often to begin anew. More than this is no competition but a tree that refuses the change. */
    private static final int MAX_ATTEMPTS = 100;

    private final Session session;
    private final Capabilities limits;
    private final String name;
    private final ConfigKeys keys;
    private final ConfigUpdate update;
    private int attempts;

    Publish(Session session, String name, ConfigKeys keys, ConfigUpdate update) {
        this.session = session;
        this.limits = session.capabilities();
        this.name = name;
        this.keys = keys;
        this.update = update;
    }

    /** What was read, and what it is to become. */
    record Draft(ConfigTree tree, ConfigContent before, ConfigEntries after, Head head, List<Key> outdated) {}

    CompletableFuture<ConfigPublication> begin() {
        attempts++;
        CompletableFuture<Listing> history = session.list(keys.history(), Content.KEYS, Read.LATEST);
        return session.snapshot(keys.root()).thenCombine(history, this::draft).thenCompose(this::publish);
    }

    private Draft draft(Snapshot snapshot, Listing history) {
        ConfigTree tree = ConfigTree.of(keys.root(), snapshot.entries());
        ConfigContent before = tree.content();
        update.expectedRevision().ifPresent(expected -> {
            if (expected != before.revision()) {
                throw new ConfigConflictException(name, expected, before.revision());
            }
        });
        ConfigEntries after = update.applyTo(before.entries());
        after.asMap().forEach((key, value) -> limits.check(keys.root().resolve(key), value));
        Head head = new Head(tree.head().number() + 1, tree.head().slot(), update.author(), update.comment());
        long oldestKept = head.number() - ConfigUpdate.DEFAULT_HISTORY_LIMIT + 1;
        List<Key> outdated = history.keys().stream()
                .filter(key -> PublicationRecord.numberOf(key.name()) < oldestKept)
                .limit(8)
                .toList();
        return new Draft(tree, before, after, head, outdated);
    }

    private CompletableFuture<ConfigPublication> publish(Draft draft) {
        InPlaceChange change = InPlaceChange.of(draft.tree(), draft.before(), draft.after());
        byte[] content = ContentForm.write(draft.after());
        Head head = draft.head();
        Key recordKey = keys.history().child(PublicationRecord.nameOf(head.number()));
        Bytes record =
                new PublicationRecord(head.number(), head.author(), head.comment(), Optional.of(content)).format();
        List<Op> ops = new ArrayList<>();
        // First, since the keys below would otherwise create the root as their parent.
        ops.add(headChange(draft.tree(), head));
        ops.addAll(change.ops());
        ops.add(new Op.Create(recordKey, record, Op.Lifetime.PERSISTENT));
        draft.outdated().forEach(key -> ops.add(new Op.Delete(key, Op.ANY_REVISION)));
        boolean fits = ops.size() <= limits.maxCommitSize()
                // One message of the backend holds all of it, and its limit is not far above that of one value.
                && change.bytes() + record.size() <= limits.maxValueBytes();
        CompletableFuture<ConfigPublication> published = fits
                ? commit(new Commit(List.of(), ops), recordKey, head)
                : new StagedPublish(session, keys, draft, content).begin();
        boolean leavesArchives =
                !fits || draft.outdated().stream().anyMatch(key -> PublicationRecord.isArchived(key.name()));
        return published
                .whenComplete((publication, failure) -> {
                    if (leavesArchives) {
                        new Clearing(session, keys).begin();
                    }
                })
                .exceptionallyCompose(this::anewOrFail);
    }

    private CompletableFuture<ConfigPublication> commit(Commit commit, Key recordKey, Head head) {
        return committed(session, commit, recordKey, head);
    }

    /** Commits, and reads the record in the same round trip, for the time that the backend gave it. */
    static CompletableFuture<ConfigPublication> committed(Session session, Commit commit, Key recordKey, Head head) {
        CompletableFuture<CommitResult> result = session.commit(commit);
        CompletableFuture<Optional<Entry>> record = session.get(recordKey, Read.ANY);
        return result.thenCombine(
                record,
                (committed, entry) -> new ConfigPublication(
                        committed.revision(),
                        head.number(),
                        head.author(),
                        head.comment(),
                        entry.map(Entry::createdAt).orElse(Instant.EPOCH)));
    }

    static Op headChange(ConfigTree tree, Head head) {
        Entry root = tree.rootEntry();
        return root == null
                ? new Op.Create(tree.root(), head.format(), Op.Lifetime.PERSISTENT)
                : new Op.Update(tree.root(), head.format(), root.modRevision());
    }

    private CompletableFuture<ConfigPublication> anewOrFail(Throwable failure) {
        QuorateException cause = Failures.of(failure);
        return cause instanceof CommitFailedException && attempts < MAX_ATTEMPTS
                ? begin()
                : CompletableFuture.failedFuture(cause);
    }
}
