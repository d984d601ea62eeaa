package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.Op;
import io.quorate.backend.Session;
import io.quorate.config.ConfigPublication;
import io.quorate.internal.Failures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A publish that does not fit into one commit: the whole content is written into a slot of its own, which nobody reads,
 * and then one commit points the head to that slot.
 *
 * <p>A session-owned entry tells that the slot is being filled. The last commit requires it, so that a publisher whose
 * session has ended cannot make a slot current that somebody has begun to clear away.
 */
final class StagedPublish {

    /** The most bytes in one commit while a slot is filled. */
    private static final int CHUNK_BYTES = 256 * 1024;

    private final Session session;
    private final ConfigKeys keys;
    private final Publish.Draft draft;
    private final byte[] content;
    private int copies;

    StagedPublish(Session session, ConfigKeys keys, Publish.Draft draft, byte[] content) {
        this.session = session;
        this.keys = keys;
        this.draft = draft;
        this.content = content;
    }

    CompletableFuture<ConfigPublication> begin() {
        String unique = session.id() + (copies == 0 ? "" : "." + copies);
        Key marker = keys.staging().child(PublicationRecord.nameOf(draft.head().number(), unique));
        return session.commit(Commit.builder().createOwned(marker, null).build())
                .handle((created, failure) -> {
                    if (failure == null) {
                        // The revision of the marker is never that of another one, so neither is the slot.
                        String revision = Long.toString(created.revision());
                        return fill(PublicationRecord.nameOf(draft.head().number(), revision), marker);
                    }
                    // Another publish of this very client has the same number in mind.
                    copies++;
                    return Failures.of(failure) instanceof KeyExistsException
                            ? begin()
                            : CompletableFuture.<ConfigPublication>failedFuture(Failures.of(failure));
                })
                .thenCompose(published -> published);
    }

    private CompletableFuture<ConfigPublication> fill(String id, Key marker) {
        CompletableFuture<CommitResult> filled = CompletableFuture.completedFuture(new CommitResult(0));
        for (Commit chunk : chunks(slotOf(id), keys.archive().child(id))) {
            filled = filled.thenCompose(done -> session.commit(chunk));
        }
        return filled.thenCompose(done -> makeCurrent(id, marker)).whenComplete((published, failure) -> {
            if (failure != null) {
                session.commit(Commit.builder().delete(marker).build());
            }
        });
    }

    private CompletableFuture<ConfigPublication> makeCurrent(String id, Key marker) {
        Head before = draft.head();
        Head head = new Head(before.number(), slotOf(id), before.author(), before.comment());
        Key recordKey = keys.history().child(id);
        List<Op> ops = new ArrayList<>();
        ops.add(Publish.headChange(draft.tree(), head));
        ops.add(new Op.Create(
                recordKey,
                new PublicationRecord(head.number(), head.author(), head.comment(), Optional.empty()).format(),
                Op.Lifetime.PERSISTENT));
        draft.outdated().forEach(key -> ops.add(new Op.Delete(key, Op.ANY_REVISION)));
        ops.add(new Op.Delete(marker, Op.ANY_REVISION));
        return Publish.committed(session, new Commit(List.of(Guard.exists(marker)), ops), recordKey, head);
    }

    private List<Commit> chunks(String slot, Key archive) {
        List<Commit> commits = new ArrayList<>();
        Key base = draft.tree().base(slot);
        List<Op> ops = new ArrayList<>();
        long bytes = 0;
        for (var entry : draft.after().asMap().entrySet()) {
            Bytes value = entry.getValue();
            if (!ops.isEmpty()
                    && (ops.size() == session.capabilities().maxCommitSize() || bytes + value.size() > CHUNK_BYTES)) {
                commits.add(new Commit(List.of(), ops));
                ops = new ArrayList<>();
                bytes = 0;
            }
            ops.add(new Op.Create(base.resolve(entry.getKey()), value, Op.Lifetime.PERSISTENT));
            bytes += value.size();
        }
        if (!ops.isEmpty()) {
            commits.add(new Commit(List.of(), ops));
        }
        for (int start = 0; start < content.length; start += CHUNK_BYTES) {
            Bytes part = Bytes.of(Arrays.copyOfRange(content, start, Math.min(content.length, start + CHUNK_BYTES)));
            Key key = archive.child(String.format("%06d", start / CHUNK_BYTES));
            commits.add(Commit.builder().create(key, part).build());
        }
        return commits;
    }

    private static String slotOf(String id) {
        return "." + id;
    }
}
