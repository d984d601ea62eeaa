package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a data directory: finds out what it holds, finishes what a crash left half done, and vouches for the rest.
 *
 * <p>Nothing is changed before all of it has been read and found to be whole. Everything that recovery relies on is written
 * and fsynced again first, because after a failed fsync (or the death of the process alone) the page cache may show more
 * than the disk has.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Disk disk;
    private final StorageConfig config;
    private final Rules rules;
    private final FailStop failStop;
    private final List<String> repairs = new ArrayList<>();

    Recovery(Disk disk, StorageConfig config, Rules rules) {
        this.disk = disk;
        this.config = config;
        this.rules = rules;
        this.failStop = new FailStop(rules);
    }

    /**
     * Opens the directory.
     *
     * @throws CorruptStorageException if the files are damaged; nothing was changed
     * @throws DataDirMismatchException if they are not this member's; nothing was changed
     */
    MemberStorage recover(Closeable lock, @Nullable CorruptStorageException quarantined) throws IOException {
        Examination found = new Examination(disk, config.limits(), rules, false);
        try {
            found.readMeta();
            if (!found.isEmpty()) {
                found.checkIdentity(config);
                found.readHistory();
            }
            return open(found, lock, quarantined);
        } catch (IOException | StorageException e) {
            found.close();
            throw e;
        }
    }

    /** Sets all files aside and leaves an empty, amnesiac directory of a new incarnation. */
    void quarantine() throws IOException {
        Replacement replacement = new Replacement(disk);
        replacement.discardStaged();
        MetaCodec.Slot slot = MetaStore.read(disk).newest();
        long oldIncarnation = slot == null ? 0 : slot.meta().identity().incarnation();
        Meta empty = Meta.first(newIdentity(oldIncarnation), Standing.AMNESIAC);
        if (slot != null) {
            Meta old = slot.meta();
            empty = empty.withAccepted(old.acceptedEpoch(), old.acceptedLeader())
                    .withMemberList(old.memberListVersion(), old.memberListHash());
            empty = old.bootstrapped() ? empty.withBootstrapped() : empty;
        }
        replacement.stageMeta(empty);
        replacement.replace(oldIncarnation);
    }

    private Identity newIdentity(long oldIncarnation) {
        long incarnation = Math.max(config.newIncarnation().getAsLong(), oldIncarnation + 1);
        return new Identity(config.clusterId(), config.nodeId(), incarnation);
    }

    private MemberStorage open(Examination found, Closeable lock, @Nullable CorruptStorageException quarantined)
            throws IOException {
        boolean created = found.isEmpty();
        if (created && config.singleMember() && !config.bootstrap()) {
            throw new DataDirLostException(disk.location(), config.nodeId());
        }
        MetaStore metaStore = new MetaStore(disk, rules);
        metaStore.startFrom(found.slot);
        if (!created && found.meta().unfinished().kind() != Unfinished.Kind.NONE) {
            // An announcement that only the page cache had must not be acted upon before it is durable.
            metaStore.write(found.meta());
        }
        deleteLeftovers(found);
        if (created) {
            metaStore.write(Meta.first(newIdentity(0), config.bootstrap() ? Standing.VOTER : Standing.AMNESIAC));
        }
        TransactionLog log = openLog(found, metaStore);
        try {
            return vouchFor(found, lock, metaStore, log, quarantined);
        } catch (IOException | StorageException e) {
            log.close();
            throw e;
        }
    }

    private MemberStorage vouchFor(
            Examination found,
            Closeable lock,
            MetaStore metaStore,
            TransactionLog log,
            @Nullable CorruptStorageException quarantined)
            throws IOException {
        metaStore.write(current(metaStore.current(), log.end()));
        noteMetaRepair(found);
        SnapshotStore snapshots = openSnapshots(found);
        RecoveryReport report = new RecoveryReport(
                outcome(found.isEmpty(), quarantined),
                log.end().index() - log.firstIndex() + 1,
                log.end(),
                List.copyOf(repairs),
                quarantined);
        return new MemberStorage(disk, config, rules, failStop, lock, metaStore, log, snapshots, report);
    }

    private RecoveryReport.Outcome outcome(boolean created, @Nullable CorruptStorageException quarantined) {
        if (quarantined != null) {
            return RecoveryReport.Outcome.QUARANTINED;
        }
        if (created) {
            return RecoveryReport.Outcome.CREATED;
        }
        return repairs.isEmpty() ? RecoveryReport.Outcome.CLEAN : RecoveryReport.Outcome.REPAIRED;
    }

    private void repaired(String what) {
        repairs.add(what);
        LOG.warn("data directory {}: {}", disk.location(), what);
    }

    private void deleteLeftovers(Examination found) throws IOException {
        for (String name : found.names) {
            if (name.endsWith(Names.TMP) || name.startsWith(Names.STAGED)) {
                disk.delete(name);
            }
        }
        for (String name : found.badSnapshots) {
            disk.rename(name, Names.aside(name, found.meta().identity().incarnation(), disk.list()));
            repaired("set aside " + name + ", which is damaged; an older snapshot and the log hold its content");
        }
        for (String name : found.surplusSegments) {
            disk.delete(name);
            repaired("deleted " + name + ", which holds no record of the log");
        }
        forceDirectory();
    }

    private TransactionLog openLog(Examination found, MetaStore metaStore) throws IOException {
        Meta meta = metaStore.current();
        Identity identity = meta.identity();
        Snapshot newest = found.newest;
        List<Segment> segments = found.segments;
        if (found.installationUnfinished && newest != null) {
            deleteSegments(found);
            segments = List.of(createSegment(identity, newest.position(), newest.chainHash()));
            repaired("replaced the log by the received snapshot of record " + newest.lastIndex());
        } else if (segments.isEmpty()) {
            segments = List.of(createSegment(identity, Position.START, ChainHash.START));
        } else {
            repairTail(found, meta.unfinished());
        }
        return new TransactionLog(disk, config, rules, failStop, metaStore, segments, found.epochs);
    }

    private void deleteSegments(Examination found) throws IOException {
        for (String name : found.names) {
            if (Names.isSegment(name)) {
                disk.delete(name);
            }
        }
        forceDirectory();
    }

    private Segment createSegment(Identity identity, Position before, long hashBefore) throws IOException {
        SegmentHeader header = new SegmentHeader(identity, before, hashBefore);
        return Segment.create(disk, header, config.limits(), rules);
    }

    private void repairTail(Examination found, Unfinished unfinished) throws IOException {
        Segment last = found.segments.get(found.segments.size() - 1);
        TailInspection.Finding tail = found.tail;
        // Also if it looks clean: an earlier recovery may have failed to make its zeros durable.
        last.clearTail();
        last.rewriteLastBatch();
        if (tail == null) {
            repaired("finished the truncation to record " + unfinished.index());
        } else if (tail.kind() == TailInspection.Kind.TORN) {
            repaired("cut off a torn write behind record " + last.lastIndex() + " (" + last.name() + " at byte "
                    + last.end() + "): " + tail.reason());
        }
    }

    /** The meta value of this run. */
    private Meta current(Meta meta, Position end) {
        Meta next = meta.withBoots(meta.boots() + 1).withLog(end.index(), Unfinished.NOTHING);
        if (end.epoch() <= meta.acceptedEpoch() || !rules.keep(DurabilityRule.EPOCH_LIVES_IN_LOG)) {
            return next;
        }
        repaired("raised the accepted epoch from " + meta.acceptedEpoch() + " to that of the last record, "
                + end.epoch());
        return next.withAccepted(end.epoch(), null);
    }

    private void noteMetaRepair(Examination found) {
        if (found.damagedMetaSlots > 0) {
            repaired("rewrote a damaged meta slot; the other one had its content");
        }
    }

    private SnapshotStore openSnapshots(Examination found) throws IOException {
        SnapshotStore snapshots = new SnapshotStore(disk, rules, config.limits().snapshotsKept(), found.snapshots);
        Snapshot newest = found.newest;
        if (newest != null) {
            snapshots.noteVerified(newest);
        }
        if (newest != null && found.installationUnfinished) {
            snapshots.deleteOlderThan(newest.lastIndex());
        }
        return snapshots;
    }

    private void forceDirectory() throws IOException {
        if (rules.keep(DurabilityRule.FORCE_DIRECTORY)) {
            disk.forceDirectory();
        }
    }
}
