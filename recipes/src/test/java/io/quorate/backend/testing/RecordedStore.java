package io.quorate.backend.testing;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.Op;
import io.quorate.backend.QuorateException;
import io.quorate.backend.QuorateException.Outcome;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.Snapshot;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.HistoryRecorder;
import io.quorate.linearizability.testing.HistoryRecorder.Invocation;
import io.quorate.linearizability.testing.VersionedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The operations of sessions as a history of a {@link VersionedStore}, for the linearizability checker. */
final class RecordedStore {

    private final HistoryRecorder<VersionedStore.Input, VersionedStore.Output> recorder = HistoryRecorder.counting();

    History<VersionedStore.Input, VersionedStore.Output> history() {
        return recorder.history();
    }

    CompletableFuture<Optional<Entry>> get(int client, Session session, Key key) {
        Invocation<VersionedStore.Input, VersionedStore.Output> call =
                recorder.call(client, new VersionedStore.Get(key.name()));
        return settled(
                call,
                session.get(key, Read.LATEST),
                read -> read.<VersionedStore.Output>map(RecordedStore::found).orElseGet(VersionedStore.Absent::new),
                failure -> call.failed());
    }

    /** Reads all children of a key at one revision. */
    CompletableFuture<Snapshot> snapshot(int client, Session session, Key parent) {
        Invocation<VersionedStore.Input, VersionedStore.Output> call =
                recorder.call(client, new VersionedStore.Snapshot());
        return settled(
                call,
                session.snapshot(parent),
                snapshot -> {
                    Map<String, VersionedStore.Found> entries = new TreeMap<>();
                    for (Entry entry : snapshot.entries()) {
                        if (entry.key().isChildOf(parent)) {
                            entries.put(entry.key().name(), found(entry));
                        }
                    }
                    return new VersionedStore.Entries(snapshot.revision(), entries);
                },
                failure -> call.failed());
    }

    /** Commits one operation, or several on several keys. */
    CompletableFuture<CommitResult> commit(int client, Session session, Commit commit) {
        Invocation<VersionedStore.Input, VersionedStore.Output> call = recorder.call(client, input(commit));
        return settled(
                call,
                session.commit(commit),
                result -> new VersionedStore.Committed(result.revision()),
                failure -> settleFailure(call, commit, failure));
    }

    private static VersionedStore.Input input(Commit commit) {
        List<VersionedStore.Op> ops = new ArrayList<>();
        commit.ops().forEach(op -> ops.add(op(op)));
        List<VersionedStore.Guard> guards = new ArrayList<>();
        commit.guards().forEach(guard -> guards.add(guard(guard)));
        return guards.isEmpty() && ops.size() == 1 ? ops.get(0) : new VersionedStore.Commit(guards, ops);
    }

    private static VersionedStore.Op op(Op op) {
        String key = op.key().name();
        if (op instanceof Op.Create create) {
            return new VersionedStore.Create(key, text(create.value()));
        }
        if (op instanceof Op.Update update) {
            return new VersionedStore.Update(key, text(update.value()), update.expectedRevision());
        }
        return new VersionedStore.Delete(key, ((Op.Delete) op).expectedRevision());
    }

    private static VersionedStore.Guard guard(Guard guard) {
        String key = guard.key().name();
        return guard instanceof Guard.Unchanged unchanged
                ? new VersionedStore.Unchanged(key, unchanged.modRevision())
                : new VersionedStore.Exists(key);
    }

    private static VersionedStore.Found found(Entry entry) {
        return new VersionedStore.Found(text(entry.value()), entry.createRevision(), entry.modRevision());
    }

    private static @Nullable String text(@Nullable Bytes value) {
        return value == null ? null : value.utf8();
    }

    /** A read fails without effect; a commit that fails says what is known about its effect. */
    private static <T> CompletableFuture<T> settled(
            Invocation<VersionedStore.Input, VersionedStore.Output> call,
            CompletableFuture<T> operation,
            Function<T, VersionedStore.Output> output,
            Consumer<Throwable> onFailure) {
        return operation.whenComplete((result, failure) -> {
            if (failure == null) {
                call.returned(output.apply(result));
            } else {
                onFailure.accept(failure);
            }
        });
    }

    private static void settleFailure(
            Invocation<VersionedStore.Input, VersionedStore.Output> call, Commit commit, Throwable failure) {
        if (failure instanceof CommitFailedException refusal) {
            call.returned(refused(refusal, commit));
        } else if (failure instanceof QuorateException known && known.outcome() == Outcome.DID_NOT_HAPPEN) {
            call.failed();
        } else {
            call.unknown();
        }
    }

    private static VersionedStore.Refused refused(CommitFailedException refusal, Commit commit) {
        if (refusal instanceof GuardFailedException) {
            return new VersionedStore.Refused(refusal.index(), VersionedStore.Reason.GUARD_FAILED);
        }
        int index = commit.guards().size() + refusal.index();
        if (refusal instanceof KeyExistsException) {
            return new VersionedStore.Refused(index, VersionedStore.Reason.KEY_EXISTS);
        }
        if (refusal instanceof NoSuchKeyException) {
            return new VersionedStore.Refused(index, VersionedStore.Reason.NO_SUCH_KEY);
        }
        return new VersionedStore.Refused(index, VersionedStore.Reason.GUARD_FAILED);
    }
}
