package io.quorate.embedded.member;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.DiskFile;
import io.quorate.embedded.log.EnsembleMismatchException;
import io.quorate.embedded.log.LogLimits;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The directory of an ensemble whose members live in one process: it says which ensemble this is, and which members have
 * taken part in it.
 *
 * <p>The file {@code ensemble} has one line: a format version, the cluster id, and the number of members. A member that may
 * have acknowledged something has left a file {@code started-N}: if its own directory is empty all the same, its data was
 * lost. The directory is claimed by the first member that is started, and given up by {@link #close}. Thread-safe; every
 * method may block on the disk.
 */
public final class EnsembleDirectory implements Closeable {

    private static final String FILE = "ensemble";
    private static final String TMP = "ensemble.tmp";
    private static final String MEMBER = "member-";
    private static final String STARTED = "started-";
    private static final String VERSION = "1";
    private static final int MAX_BYTES = 256;

    private final EnsembleDisks disks;
    private final int members;
    private final Supplier<UUID> newClusterId;
    private final BooleanSupplier emptyIsNew;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Claimed claimed;

    private record Claimed(Disk disk, Closeable lock, UUID clusterId) {}

    /**
     * Creates a directory that is not opened.
     *
     * @param disks where it is
     * @param members how many members the ensemble has
     * @param newClusterId names an ensemble that is created
     */
    public EnsembleDirectory(EnsembleDisks disks, int members, Supplier<UUID> newClusterId) {
        this(disks, members, newClusterId, () -> true);
    }

    /**
     * Creates a directory that is not opened, for one of several processes: it cannot tell by itself whether an empty directory is the
     * beginning of a member or the loss of what it had.
     *
     * @param emptyIsNew whether it is the beginning; asked when the member opens its directory
     */
    public EnsembleDirectory(
            EnsembleDisks disks, int members, Supplier<UUID> newClusterId, BooleanSupplier emptyIsNew) {
        this.disks = disks;
        this.members = members;
        this.newClusterId = newClusterId;
        this.emptyIsNew = emptyIsNew;
    }

    static String memberName(int id) {
        return MEMBER + id;
    }

    int members() {
        return members;
    }

    /**
     * Claims the directory, unless this object has done so, and returns the id of the cluster, creating it in an empty
     * directory.
     *
     * @throws io.quorate.embedded.log.DataDirInUseException if somebody else has it
     * @throws EnsembleMismatchException if it describes another ensemble, or none though there are members; nothing was
     *     changed
     */
    public UUID open() throws IOException {
        lock.lock();
        try {
            Claimed present = claimed;
            if (present == null) {
                present = claim();
                claimed = present;
            }
            return present.clusterId();
        } finally {
            lock.unlock();
        }
    }

    private Claimed claim() throws IOException {
        Disk disk = disks.ensemble();
        Closeable claim = disk.lock();
        try {
            return new Claimed(disk, claim, readOrCreate(disk));
        } catch (IOException | RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    private UUID readOrCreate(Disk disk) throws IOException {
        List<String> names = disk.list();
        if (names.contains(FILE)) {
            return read(disk);
        }
        if (names.stream().anyMatch(name -> name.startsWith(MEMBER) || name.startsWith(STARTED))) {
            throw new EnsembleMismatchException(disk.location() + " holds members, but the file " + FILE
                    + " that says whose they are is missing; put it back (one line: " + VERSION
                    + ", the cluster id, the number of members; quorate-log check " + disk.location()
                    + "/member-1 prints the cluster id), or choose an empty directory");
        }
        UUID id = newClusterId.get();
        write(disk, VERSION + " " + id + " " + members + "\n");
        return id;
    }

    private UUID read(Disk disk) throws IOException {
        String[] parts = content(disk).trim().split(" ", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            throw unreadable(disk);
        }
        try {
            UUID id = UUID.fromString(parts[1]);
            int created = Integer.parseInt(parts[2]);
            if (created != members) {
                throw new EnsembleMismatchException(disk.location() + " holds an ensemble of " + created
                        + (created == 1 ? " member, but " : " members, but ") + members + " were asked for; ask for "
                        + created + ", or choose another directory");
            }
            return id;
        } catch (IllegalArgumentException e) {
            throw unreadable(disk);
        }
    }

    private static String content(Disk disk) throws IOException {
        try (DiskFile file = disk.openReadOnly(FILE)) {
            if (file.size() > MAX_BYTES) {
                throw unreadable(disk);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        }
    }

    private static EnsembleMismatchException unreadable(Disk disk) {
        return new EnsembleMismatchException("the file " + FILE + " in " + disk.location()
                + " does not describe an ensemble; put the right one back, or choose another directory");
    }

    private static void write(Disk disk, String text) throws IOException {
        disk.delete(TMP);
        try (DiskFile file = disk.create(TMP)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
            file.force(true);
        }
        disk.rename(TMP, FILE);
        disk.forceDirectory();
    }

    private Disk disk() {
        Claimed present = claimed;
        if (present == null) {
            throw new IllegalStateException("the directory is not open");
        }
        return present.disk();
    }

    LogLimits limits() {
        return disks.limits();
    }

    Disk memberDisk(int id) throws IOException {
        return disks.member(id);
    }

    /** Returns whether a member has never been started, so that an empty directory is its beginning and no loss. */
    boolean isNew(int id) throws IOException {
        return isUnused(id) && emptyIsNew.getAsBoolean();
    }

    /** Returns whether a member has never been started here; the directory must be open. */
    public boolean isUnused(int id) throws IOException {
        lock.lock();
        try {
            return !disk().list().contains(STARTED + id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Checks that no other member has left anything here; for a directory that is one member's alone, which must be open. Under
     * another id an empty log would look like a beginning, and what the directory's own member has acknowledged would be forgotten.
     *
     * @throws EnsembleMismatchException if another one has
     */
    public void checkHoldsOnly(int id) throws IOException {
        lock.lock();
        try {
            Disk disk = disk();
            for (String name : disk.list()) {
                if ((name.startsWith(MEMBER) && !name.equals(MEMBER + id))
                        || (name.startsWith(STARTED) && !name.equals(STARTED + id))) {
                    String owner = name.substring(name.indexOf('-') + 1);
                    throw new EnsembleMismatchException(disk.location() + " is member " + owner
                            + "'s, as it holds " + name + ", and not member " + id + "'s; correct member=" + id
                            + ", or the directory, and do not move the data of one member to another");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes durably, before the member takes part in anything, that its directory is not empty any more. */
    void noteStarted(int id) throws IOException {
        lock.lock();
        try {
            Disk disk = disk();
            if (!disk.list().contains(STARTED + id)) {
                disk.create(STARTED + id).close();
            }
            // Also if it was there: the process that created it may have died before this.
            disk.forceDirectory();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            Claimed present = claimed;
            claimed = null;
            if (present != null) {
                present.lock().close();
            }
        } finally {
            lock.unlock();
        }
    }
}
