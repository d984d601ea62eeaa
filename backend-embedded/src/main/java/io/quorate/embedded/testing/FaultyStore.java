package io.quorate.embedded.testing;

import io.quorate.embedded.member.DiskFigures;
import io.quorate.embedded.member.MemberStore;
import io.quorate.embedded.member.StoreHealth;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.RecordBatch;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The storage of a member whose disk may fail. A failed fsync reports what was to become durable as failed, once and for all:
 * this life of the member makes nothing durable any more, and the next one finds what was durable before.
 */
final class FaultyStore implements MemberStore {

    private final MemberStore store;
    private final DiskFaults faults;
    private @Nullable Listener listener;
    private boolean failed;

    FaultyStore(MemberStore store, DiskFaults faults) {
        this.store = store;
        this.faults = faults;
    }

    @Override
    public void open(Listener toTell) {
        listener = toTell;
        store.open(toTell);
    }

    /** Makes something durable, unless the fsync fails. */
    private void force(Runnable operation) {
        Listener told = listener;
        if (!failed && faults.failsForce() && told != null) {
            failed = true;
            told.failed(new IOException("fsync: Input/output error (a fault that the test has injected)"));
        } else if (!failed) {
            operation.run();
        }
    }

    @Override
    public void settle(long generation) {
        force(() -> store.settle(generation));
    }

    @Override
    public void append(long generation, RecordBatch records) {
        force(() -> store.append(generation, records));
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        force(() -> store.truncate(generation, lastIndex));
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        force(() -> store.persistPromise(generation, promise));
    }

    @Override
    public void install(long generation, Received snapshot) {
        force(() -> store.install(generation, snapshot));
    }

    @Override
    public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content) {
        force(() -> store.keepSnapshot(point, digest, base, content));
    }

    @Override
    public void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader) {
        store.readSnapshot(point, reader);
    }

    @Override
    public StoreHealth health() {
        StoreHealth health = store.health();
        return faults.isFull() ? new StoreHealth(true, health.full(), health.stalled(), health.slow()) : health;
    }

    @Override
    public Optional<DiskFigures> figures() {
        return store.figures();
    }

    @Override
    public void condemn(String reason) {
        store.condemn(reason);
    }

    @Override
    public void close() {
        store.close();
    }
}
