package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything a member keeps on disk: its {@linkplain #log log}, its {@linkplain #meta meta value} and its snapshots.
 *
 * <p><b>Threads.</b> The storage has none. One thread, the storage's thread, makes all calls, and each may block on the disk;
 * it must not be interrupted. Any thread may call {@link #meta}, {@link #failure}, {@link #newestSnapshot}, {@link #verify},
 * {@link #open(Snapshot)} and fill a {@link SnapshotWriter}.
 *
 * <p><b>Completion.</b> A method that returns has made its effect durable, with the single exception of
 * {@link TransactionLog#append}, which {@link TransactionLog#sync} completes.
 *
 * <p><b>Failure.</b> {@link StorageFailedException} from any call means that the storage is dead (FATAL_STORAGE): every later
 * call throws it, and only closing it and opening the directory again can tell what is durable. {@link StorageFullException}
 * and an {@link IllegalArgumentException} leave it usable.
 */
public final class MemberStorage implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MemberStorage.class);

    private final Disk disk;
    private final StorageConfig config;
    private final Rules rules;
    private final FailStop failStop;
    private final Closeable lock;
    private final MetaStore metaStore;
    private final TransactionLog log;
    private final SnapshotStore snapshots;
    private final RecoveryReport report;
    private final SpaceGuard space;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Meta meta;
    private volatile List<Snapshot> keptSnapshots;

    MemberStorage(
            Disk disk,
            StorageConfig config,
            Rules rules,
            FailStop failStop,
            Closeable lock,
            MetaStore metaStore,
            TransactionLog log,
            SnapshotStore snapshots,
            RecoveryReport report) {
        this.disk = disk;
        this.config = config;
        this.rules = rules;
        this.failStop = failStop;
        this.lock = lock;
        this.metaStore = metaStore;
        this.log = log;
        this.snapshots = snapshots;
        this.report = report;
        this.space = new SpaceGuard(config.limits().reserveBytes());
        this.meta = metaStore.current();
        this.keptSnapshots = snapshots.kept();
    }

    /**
     * Locks a data directory, recovers it, and vouches for all it then holds: {@code log().durable()} may be reported and
     * voted with. Reads all of the log and the newest snapshot once.
     *
     * <p>A torn tail and whatever else a crash leaves is repaired. Damage makes the member of a cluster set all files aside
     * and start empty, amnesiac and with a new incarnation ({@link RecoveryReport.Outcome#QUARANTINED}).
     *
     * @param disk the directory
     * @param config whose it must be
     * @return the open storage
     * @throws DataDirInUseException if somebody has it open
     * @throws DataDirMismatchException if it is another cluster's, member's or incarnation's; nothing was changed
     * @throws CorruptStorageException if it is damaged and this is the only member; nothing was changed
     * @throws StorageFullException if there is no room for a new segment
     * @throws StorageFailedException if the disk failed
     */
    public static MemberStorage open(Disk disk, StorageConfig config) {
        return open(disk, config, Rules.all());
    }

    static MemberStorage open(Disk disk, StorageConfig config, Rules rules) {
        try {
            return openAndLock(disk, config, rules);
        } catch (DiskFullException e) {
            throw new StorageFullException("no room to open " + disk.location(), e);
        } catch (IOException e) {
            throw new StorageFailedException("opening " + disk.location() + " failed: " + e.getMessage(), e);
        }
    }

    private static MemberStorage openAndLock(Disk disk, StorageConfig config, Rules rules) throws IOException {
        Closeable lock = disk.lock();
        try {
            new Replacement(disk).resume();
            return recoverOrQuarantine(disk, config, rules, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static MemberStorage recoverOrQuarantine(Disk disk, StorageConfig config, Rules rules, Closeable lock)
            throws IOException {
        try {
            Condemnation.check(disk);
            return new Recovery(disk, config, rules).recover(lock, null);
        } catch (CorruptStorageException e) {
            if (config.singleMember()) {
                throw e.withAdvice("A single member has nobody to get it from. Look with: quorate-log check "
                        + disk.location() + "; keep what can be read with: quorate-log salvage " + disk.location());
            }
            LOG.error("data directory {} is QUARANTINED: {}", disk.location(), e.getMessage());
            new Recovery(disk, config, rules).quarantine();
            Condemnation.lift(disk);
            return new Recovery(disk, config, rules).recover(lock, e);
        }
    }

    /**
     * Notes durably that the files lead to a wrong state, though each of them is whole: with the next start they are set aside,
     * as if they were damaged.
     *
     * @param reason for whoever examines them
     */
    public void condemn(String reason) {
        failStop.run("condemning " + disk.location(), () -> Condemnation.write(disk, reason));
    }

    // ---- what is there

    /**
     * What opening found and did.
     *
     * @return the report
     */
    public RecoveryReport report() {
        return report;
    }

    /**
     * The history.
     *
     * @return the log, for the storage's thread
     */
    public TransactionLog log() {
        return log;
    }

    /**
     * The durable meta value.
     *
     * @return what the last completed update wrote
     */
    public Meta meta() {
        return meta;
    }

    /**
     * Whether this member may be counted in elections, discovery and acknowledgements.
     *
     * @return false while the files may lack something that it acknowledged
     */
    public boolean mayVote() {
        Standing standing = meta.standing();
        return standing == Standing.VOTER || (standing == Standing.SALVAGED && config.singleMember());
    }

    /**
     * Why the storage is dead.
     *
     * @return the first failure, or null while it lives
     */
    public @Nullable StorageFailedException failure() {
        return failStop.failure();
    }

    // ---- meta

    private void write(Meta next) {
        failStop.run("writing the meta slots", () -> metaStore.write(next));
        meta = next;
    }

    /**
     * Promises an epoch to a leader; on return the promise survives a power cut.
     *
     * @param epoch the epoch, at least the accepted one
     * @param leader who proposes it
     * @throws IllegalArgumentException if the epoch is older than the accepted one, or the same but another leader's
     */
    public void acceptEpoch(long epoch, AcceptedLeader leader) {
        Meta now = meta;
        if (epoch < now.acceptedEpoch()) {
            throw new IllegalArgumentException("epoch " + epoch + " is older than the accepted " + now.acceptedEpoch());
        }
        if (epoch == now.acceptedEpoch() && epoch > 0 && !leader.equals(now.acceptedLeader())) {
            throw new IllegalArgumentException(
                    "epoch " + epoch + " was promised to " + now.acceptedLeader() + " and not to " + leader);
        }
        write(now.withAccepted(epoch, leader));
    }

    /** Notes durably that this member has taken part in the first start of its cluster. */
    public void markBootstrapped() {
        write(meta.withBootstrapped());
    }

    /** Notes durably that this member has resynchronized completely and may vote again. */
    public void markResynchronized() {
        write(meta.withStanding(Standing.VOTER));
    }

    /**
     * Notes the member list in use.
     *
     * @param version its version
     * @param hash its hash
     */
    public void noteMemberList(long version, long hash) {
        write(meta.withMemberList(version, hash));
    }

    // ---- log

    /**
     * Ends the log at an index; on return no later record can come back. The order is that of a follower's synchronization
     * (announcement, zeros, fsync, later segments, fsync of the directory), so that a crash at any point is repaired.
     *
     * @param index the last record to keep
     * @return the durable end
     * @throws TruncationRefusedException if a snapshot holds later state: the member must halt
     * @throws IllegalArgumentException if the log ends before
     */
    public DurablePosition truncate(long index) {
        failStop.check();
        checkNotBelowSnapshot(index);
        if (index > log.end().index() || index < log.firstIndex() - 1) {
            throw new IllegalArgumentException("the log holds records " + log.firstIndex() + " to "
                    + log.end().index() + " and cannot end at " + index);
        }
        log.sync();
        if (index == log.end().index()) {
            return log.durable();
        }
        if (rules.keep(DurabilityRule.ANNOUNCE_TRUNCATION)) {
            write(meta.withLog(index, new Unfinished(Unfinished.Kind.TRUNCATION, index)));
        } else {
            write(meta.withLog(Math.min(index, meta.durableMark()), Unfinished.NOTHING));
        }
        failStop.run("truncating the log to record " + index, () -> log.cut(index));
        write(meta.withLog(index, Unfinished.NOTHING));
        return log.durable();
    }

    private void checkNotBelowSnapshot(long index) {
        if (index < snapshots.newestIndex() && rules.keep(DurabilityRule.REFUSE_TRUNCATION_BELOW_SNAPSHOT)) {
            throw new TruncationRefusedException(index, snapshots.newestIndex());
        }
    }

    // ---- snapshots

    /**
     * The newest snapshot. Right after opening it is the one to restore the state from, and its content was verified.
     *
     * @return its header, or empty if there is none
     */
    public Optional<Snapshot> newestSnapshot() {
        List<Snapshot> kept = keptSnapshots;
        return kept.isEmpty() ? Optional.empty() : Optional.of(kept.get(kept.size() - 1));
    }

    /**
     * All snapshots that are kept.
     *
     * @return their headers, oldest first
     */
    public List<Snapshot> snapshots() {
        return keptSnapshots;
    }

    /**
     * Opens the content of a snapshot, to restore the state or to send it to a learner.
     *
     * @param snapshot one of {@link #snapshots}
     * @return its content, verified while it is read
     * @throws IOException if it cannot be opened, perhaps because a newer one has replaced it
     */
    public SnapshotReader open(Snapshot snapshot) throws IOException {
        return SnapshotReader.open(disk, Names.snapshot(snapshot.lastIndex()));
    }

    /**
     * Begins a snapshot of this member's own applied state.
     *
     * @param snapshot the state, at a durable index of the log
     * @return where its content goes; hand it to {@link #publish} once it is finished
     * @throws IllegalArgumentException if the log is not durable up to that index or has another history there
     * @throws StorageFullException if there is no room
     */
    public SnapshotWriter beginSnapshot(Snapshot snapshot) {
        failStop.check();
        checkIsOfThisLog(snapshot);
        return begin(snapshot, false);
    }

    private void checkIsOfThisLog(Snapshot snapshot) {
        long index = snapshot.lastIndex();
        if (index > log.durable().index() || index < log.firstIndex() - 1) {
            throw new IllegalArgumentException("a snapshot at record " + index + " of a log that is durable from "
                    + log.firstIndex() + " to " + log.durable().index());
        }
        if (log.hashAt(index) != snapshot.chainHash()) {
            throw new IllegalArgumentException("a snapshot at record " + index + " of another history");
        }
    }

    /**
     * Begins to receive a snapshot from a leader. Until it is installed, nothing in place is touched.
     *
     * @param snapshot the leader's state
     * @return where its content goes; hand it to {@link #install} once it is finished
     * @throws StorageFullException if there is no room
     */
    public SnapshotWriter beginReceiving(Snapshot snapshot) {
        failStop.check();
        return begin(snapshot, true);
    }

    private SnapshotWriter begin(Snapshot snapshot, boolean received) {
        String fileName = Names.snapshot(snapshot.lastIndex()) + (received ? "-received" : "") + Names.TMP;
        try {
            SnapshotFormat.Header header = new SnapshotFormat.Header(meta.identity(), snapshot);
            return new SnapshotWriter(disk, header, fileName, received, rules);
        } catch (IOException e) {
            if (received && !(e instanceof DiskFullException)) {
                throw failStop.fail("creating " + fileName, e);
            }
            throw new StorageFullException("no snapshot can be written now: " + e.getMessage(), e);
        }
    }

    /**
     * Puts a finished snapshot in place, durably. The log is not shortened before it was {@linkplain #verify verified} and
     * {@link #purge} called.
     *
     * @param writer a finished writer from {@link #beginSnapshot}
     * @throws IllegalArgumentException if it is not finished, or not newer than the newest one
     */
    public void publish(SnapshotWriter writer) {
        failStop.check();
        checkFinished(writer, false);
        if (writer.snapshot().lastIndex() <= snapshots.newestIndex()) {
            writer.abandon();
            throw new IllegalArgumentException(
                    "a snapshot at record " + snapshots.newestIndex() + " is in place already");
        }
        checkIsOfThisLog(writer.snapshot());
        failStop.run("publishing " + writer.fileName(), () -> snapshots.put(writer));
        keptSnapshots = snapshots.kept();
    }

    private static void checkFinished(SnapshotWriter writer, boolean received) {
        if (!writer.isFinished() || writer.isReceived() != received) {
            throw new IllegalArgumentException(writer.fileName() + " is not a finished snapshot "
                    + (received ? "that was received" : "of this member"));
        }
    }

    /**
     * Replaces the whole log by a received snapshot: verifies it by reading it back, puts it in place, and starts an empty log
     * behind it. A crash leaves the old log or the new snapshot, never a mixture.
     *
     * @param writer a finished writer from {@link #beginReceiving}
     * @return the durable end, which is the snapshot's position
     * @throws TruncationRefusedException if a snapshot in place holds later state: the member must halt
     * @throws CorruptStorageException if it does not read back as it was written; it was discarded, nothing else changed
     */
    public DurablePosition install(SnapshotWriter writer) {
        failStop.check();
        checkFinished(writer, true);
        Snapshot snapshot = writer.snapshot();
        checkNotBelowSnapshot(snapshot.lastIndex());
        readBack(writer);
        if (rules.keep(DurabilityRule.ANNOUNCE_INSTALLATION)) {
            write(meta.withLog(meta.durableMark(), new Unfinished(Unfinished.Kind.INSTALLATION, snapshot.lastIndex())));
        }
        failStop.run("installing " + writer.fileName(), () -> {
            snapshots.put(writer);
            snapshots.noteVerified(snapshot);
            log.restartBehind(snapshot);
            snapshots.deleteOlderThan(snapshot.lastIndex());
        });
        write(meta.withLog(snapshot.lastIndex(), Unfinished.NOTHING));
        keptSnapshots = snapshots.kept();
        return log.durable();
    }

    private void readBack(SnapshotWriter writer) {
        try {
            SnapshotReader.verify(disk, writer.fileName());
        } catch (CorruptStorageException e) {
            writer.abandon();
            throw e;
        } catch (IOException e) {
            throw failStop.fail("reading back " + writer.fileName(), e);
        }
    }

    /**
     * Reads a snapshot in place from beginning to end, on any thread. Only snapshots that were verified since the storage was
     * opened allow {@link #purge} to delete anything.
     *
     * @param snapshot one of {@link #snapshots}
     * @return whether all of it could be read; if not, the next {@link #purge} sets it aside
     */
    public boolean verify(Snapshot snapshot) {
        boolean holds = canBeRead(snapshot);
        if (holds) {
            snapshots.noteVerified(snapshot);
        } else {
            snapshots.noteDamaged(snapshot);
        }
        return holds;
    }

    /**
     * {@linkplain #verify Verifies} the newest snapshots, as many as are to be kept, but for those that were verified since the
     * storage was opened; on any thread. Without it a member that is started often, and takes few snapshots in between, would
     * never know enough good ones to delete the others.
     */
    public void verifyKept() {
        snapshots.unverified(keptSnapshots).forEach(this::verify);
    }

    /**
     * Returns whether there are more snapshots than are to be kept: {@link #verifyKept} and {@link #purge} delete the others if
     * the newest can be read back.
     */
    public boolean keepsMoreThanNeeded() {
        return snapshots.hasSurplus();
    }

    private boolean canBeRead(Snapshot snapshot) {
        String name = Names.snapshot(snapshot.lastIndex());
        try {
            return SnapshotReader.verify(disk, name).snapshot().equals(snapshot);
        } catch (CorruptStorageException | IOException e) {
            LOG.error("snapshot {} in {} cannot be read back", name, disk.location(), e);
            return false;
        }
    }

    /**
     * Deletes what is not needed any more: snapshots older than the verified ones to keep, and segments that hold nothing
     * above the oldest snapshot that remains, once that one is verified.
     */
    public void purge() {
        failStop.run("purging", () -> {
            snapshots.setDamagedAside(meta.identity().incarnation());
            snapshots.deleteSurplus();
            keptSnapshots = snapshots.kept();
            log.purge(snapshots.purgeableUpTo());
        });
    }

    /**
     * Measures the free space. Reads go on in either case.
     *
     * @return whether writes should be refused now, before the reserve is used up; false again only once there is half as
     *     much again
     */
    public boolean isSpaceLow() {
        try {
            return space.isLow(disk.usableSpace());
        } catch (IOException e) {
            throw failStop.fail("measuring the free space", e);
        }
    }

    /**
     * Makes everything durable, notes where the log ends, and gives the directory up. Idempotent. A dead storage is closed
     * without writing anything.
     *
     * @throws StorageFailedException if the end could not be made durable; the directory was given up nevertheless
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (failStop.failure() == null) {
                long end = log.sync().index();
                write(meta.withLog(end, meta.unfinished()));
            }
        } finally {
            failStop.close();
            release(Objects.requireNonNull(lock));
        }
    }

    private void release(Closeable directoryLock) {
        try (directoryLock) {
            log.close();
        } catch (IOException e) {
            LOG.warn("closing {} left something open", disk.location(), e);
        }
    }
}
