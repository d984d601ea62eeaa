package io.quorate.embedded.member;

import io.quorate.embedded.log.EnsembleMismatchException;
import io.quorate.embedded.log.MemberStorage;
import io.quorate.embedded.log.RecoveryReport;
import io.quorate.embedded.log.Snapshot;
import io.quorate.embedded.log.SnapshotReader;
import io.quorate.embedded.log.Standing;
import io.quorate.embedded.log.StorageConfig;
import io.quorate.embedded.tree.SnapshotLoader;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Roster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the directory of a member and reads what it holds. Used by the storage's thread. */
class DurableRecovery {

    private static final Logger log = LoggerFactory.getLogger(DurableRecovery.class);
    private static final long READ_BYTES = 4L << 20;
    private static final long MEMBER_LIST_VERSION = 1;

    /** An open storage and its outline. */
    record Found(MemberStorage storage, Outline outline, Optional<String> alert) {}

    private final EnsembleDirectory ensemble;
    private final int member;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMillis;

    DurableRecovery(EnsembleDirectory ensemble, int member, LongSupplier nanoTime, LongSupplier wallMillis) {
        this.ensemble = ensemble;
        this.member = member;
        this.nanoTime = nanoTime;
        this.wallMillis = wallMillis;
    }

    int member() {
        return member;
    }

    Found open() throws IOException {
        UUID cluster = ensemble.open();
        boolean single = ensemble.members() == 1;
        StorageConfig config = new StorageConfig(
                cluster, member, single, ensemble.isNew(member), wallMillis, nanoTime, ensemble.limits());
        MemberStorage storage = MemberStorage.open(ensemble.memberDisk(member), config);
        try {
            noteMemberList(storage);
            ensemble.noteStarted(member);
            LogPoint point = storage.newestSnapshot().map(StoredForm::point).orElse(LogPoint.GENESIS);
            // Which disks count is a part of the state, which is read later.
            Outline outline = new Outline(
                    StoredForm.promise(storage.meta(), storage.mayVote()),
                    point,
                    storage.meta().identity().incarnation(),
                    Roster.EMPTY);
            return new Found(storage, outline, alert(storage));
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    private void noteMemberList(MemberStorage storage) throws IOException {
        int[] ids = IntStream.rangeClosed(1, ensemble.members()).toArray();
        long hash = Arrays.hashCode(ids);
        if (storage.meta().memberListVersion() == 0) {
            storage.noteMemberList(MEMBER_LIST_VERSION, hash);
        } else if (storage.meta().memberListVersion() != MEMBER_LIST_VERSION
                || storage.meta().memberListHash() != hash) {
            throw new EnsembleMismatchException(ensemble.memberDisk(member).location()
                    + " was written by a member of an ensemble with other members than " + Arrays.toString(ids)
                    + ": two quorums of different lists need not share a member; open it with the number of members it was"
                    + " made with, or choose another directory");
        }
    }

    private Optional<String> alert(MemberStorage storage) {
        RecoveryReport report = storage.report();
        if (report.outcome() == RecoveryReport.Outcome.QUARANTINED && report.damage() != null) {
            return Optional.of("QUARANTINED: " + report.damage().getMessage()
                    + ". The damaged files are set aside under names that begin with aside-; the member gets everything"
                    + " from its leader, and does not vote before");
        }
        if (storage.meta().standing() == Standing.AMNESIAC) {
            String alert = "the data of member " + member
                    + " was lost; it gets everything from its leader, and does not vote before";
            log.warn("{}", alert);
            return Optional.of(alert);
        }
        if (storage.meta().standing() == Standing.SALVAGED) {
            return Optional.of("what this member holds was salvaged, and may lack what was acknowledged");
        }
        return Optional.empty();
    }

    /** Reads the state and all records behind it. */
    MemberStore.Recovered read(Found found) throws IOException {
        MemberStorage storage = found.storage();
        Optional<Snapshot> newest = storage.newestSnapshot();
        StateMachine state = newest.isPresent() ? load(storage, newest.get()) : new StateMachine();
        long first = newest.map(Snapshot::lastIndex).orElse(0L) + 1;
        long end = storage.log().end().index();
        List<LogRecord> records = new ArrayList<>();
        for (long next = first; next <= end; next = first + records.size()) {
            storage.log().read(next, end, READ_BYTES).forEach(record -> records.add(StoredForm.read(record)));
        }
        found.outline().begunWith(new Roster(state.disks()));
        records.forEach(found.outline()::appended);
        return new MemberStore.Recovered(found.outline().state(), state, records, found.alert());
    }

    private static StateMachine load(MemberStorage storage, Snapshot snapshot) throws IOException {
        SnapshotLoader loader = new SnapshotLoader();
        try (SnapshotReader reader = storage.open(snapshot)) {
            for (byte[] chunk = SnapshotChunks.read(reader); chunk != null; chunk = SnapshotChunks.read(reader)) {
                loader.accept(ByteBuffer.wrap(chunk));
            }
        }
        StateMachine state = loader.finish();
        if (state.appliedIndex() != snapshot.lastIndex() || state.digest() != snapshot.stateDigest()) {
            throw new IOException("the snapshot of record " + snapshot.lastIndex() + " holds the state of record "
                    + state.appliedIndex() + " with digest "
                    + Long.toHexString(state.digest()) + " instead of " + Long.toHexString(snapshot.stateDigest())
                    + ": this is a defect of the program; keep the directory for its authors");
        }
        return state;
    }

    /** Returns the content of a snapshot, or nothing if it is not kept any more. */
    Optional<List<byte[]>> content(MemberStorage storage, LogPoint point) throws IOException {
        for (Snapshot snapshot : storage.snapshots()) {
            if (snapshot.lastIndex() == point.index() && snapshot.chainHash() == point.hash()) {
                return content(storage, snapshot);
            }
        }
        return Optional.empty();
    }

    private static Optional<List<byte[]>> content(MemberStorage storage, Snapshot snapshot) throws IOException {
        List<byte[]> content = new ArrayList<>();
        try (SnapshotReader reader = storage.open(snapshot)) {
            for (byte[] chunk = SnapshotChunks.read(reader); chunk != null; chunk = SnapshotChunks.read(reader)) {
                content.add(chunk);
            }
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
