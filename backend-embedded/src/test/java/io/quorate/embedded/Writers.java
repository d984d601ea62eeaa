package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.HistoryRecorder;
import io.quorate.linearizability.testing.HistoryRecorder.Invocation;
import io.quorate.linearizability.testing.VersionedStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write without a pause, each a key of its own, one commit after the other. A commit expects the revision of the
 * one before, so that one which was lost, or happened twice, makes the next one fail; now and then a key is read instead.
 */
final class Writers {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int READ_EVERY = 5;
    private static final int RECORDED = 400;

    private final HistoryRecorder<VersionedStore.Input, VersionedStore.Output> recorder = HistoryRecorder.counting();
    private final List<Writer> writers = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    Writers(Backend backend, int count) {
        this(backend, count, TIMEOUT);
    }

    Writers(Backend backend, int count, Duration timeout) {
        for (int i = 0; i < count; i++) {
            Session session =
                    await(backend.open(SessionOptions.of("writer-" + i).withTimeout(timeout)));
            writers.add(new Writer(i, session, Key.of("/written/" + i)));
        }
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("no result within " + LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    Writers start() {
        writers.forEach(Writer::begin);
        return this;
    }

    int written() {
        return writers.stream().mapToInt(writer -> writer.written.get()).sum();
    }

    /** Returns the state that each writer should have left, after the last one is done, and that nothing failed. */
    void stopAndCheck() {
        stopping = true;
        writers.forEach(writer -> await(writer.end));
        assertThat(failures).isEmpty();
        for (Writer writer : writers) {
            Entry entry = await(writer.session.get(writer.key, Read.LATEST)).orElseThrow();
            assertThat(entry.value()).isEqualTo(Bytes.utf8("v" + writer.written.get()));
            assertThat(entry.modRevision()).isEqualTo(writer.revision);
        }
    }

    /** The beginning of what was done, which the checker can judge in little time. */
    History<VersionedStore.Input, VersionedStore.Output> history() {
        return recorder.history();
    }

    private final class Writer {
        private final int client;
        private final Session session;
        private final Key key;
        private final AtomicInteger written = new AtomicInteger();
        private final CompletableFuture<Boolean> end = new CompletableFuture<>();
        private long revision;
        private int done;

        Writer(int client, Session session, Key key) {
            this.client = client;
            this.session = session;
            this.key = key;
        }

        void begin() {
            commit(Commit.builder().create(key, Bytes.utf8("v1")).build(), new VersionedStore.Create(key.name(), "v1"));
        }

        private void next() {
            if (stopping) {
                end.complete(true);
            } else if (++done % READ_EVERY == 0) {
                read();
            } else {
                String value = "v" + (written.get() + 1);
                commit(
                        new Commit(List.of(), List.of(new Op.Update(key, Bytes.utf8(value), revision))),
                        new VersionedStore.Update(key.name(), value, revision));
            }
        }

        private void commit(Commit commit, VersionedStore.Op op) {
            @Nullable Invocation<VersionedStore.Input, VersionedStore.Output> call = call(op);
            CompletableFuture<?> unused = session.commit(commit).whenComplete((result, failure) -> {
                if (failure == null) {
                    committed(call, result);
                } else {
                    failed(call, failure);
                }
            });
        }

        private void committed(
                @Nullable Invocation<VersionedStore.Input, VersionedStore.Output> call, CommitResult result) {
            if (call != null) {
                call.returned(new VersionedStore.Committed(result.revision()));
            }
            revision = result.revision();
            written.incrementAndGet();
            next();
        }

        private void read() {
            @Nullable
            Invocation<VersionedStore.Input, VersionedStore.Output> call = call(new VersionedStore.Get(key.name()));
            CompletableFuture<?> unused = session.get(key, Read.LATEST).whenComplete((read, failure) -> {
                if (failure == null) {
                    Entry entry = read.orElseThrow();
                    if (call != null) {
                        Bytes value = entry.value();
                        call.returned(new VersionedStore.Found(
                                value == null ? null : value.utf8(), entry.createRevision(), entry.modRevision()));
                    }
                    next();
                } else {
                    failed(call, failure);
                }
            });
        }

        private @Nullable Invocation<VersionedStore.Input, VersionedStore.Output> call(VersionedStore.Input input) {
            return done < RECORDED ? recorder.call(client, input) : null;
        }

        private void failed(@Nullable Invocation<VersionedStore.Input, VersionedStore.Output> call, Throwable failure) {
            if (call != null) {
                call.unknown();
            }
            failures.add(failure);
            end.complete(false);
        }
    }
}
