package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Puts staged files in the place of all live ones, which are kept aside under other names.
 *
 * <p>A durable marker file says which of the two halves is under way (the old ones go aside, then the new ones come in), so
 * a crash at any point is followed by the rest of it at the next start, and never by a start on a mixture.
 */
final class Replacement {
    private final Disk disk;

    Replacement(Disk disk) {
        this.disk = disk;
    }

    private boolean isUnderWay() throws IOException {
        List<String> names = disk.list();
        return names.contains(Names.MOVING_ASIDE) || names.contains(Names.MOVING_IN);
    }

    void stageMeta(Meta meta) throws IOException {
        ByteBuffer sector = MetaCodec.encode(new MetaCodec.Slot(1, meta));
        for (String name : List.of(Names.META_A, Names.META_B)) {
            disk.delete(Names.STAGED + name);
            try (DiskFile file = disk.create(Names.STAGED + name)) {
                file.write(sector.duplicate(), 0);
                file.force(true);
            }
        }
    }

    /** Forgets files that were staged before a crash and never announced. */
    void discardStaged() throws IOException {
        for (String name : disk.list()) {
            if (name.startsWith(Names.STAGED)) {
                disk.delete(name);
            }
        }
    }

    /** Replaces; all staged files must be durable. */
    void replace(long oldIncarnation) throws IOException {
        String tmp = Names.MOVING_ASIDE + Names.TMP;
        disk.delete(tmp);
        try (DiskFile marker = disk.create(tmp)) {
            marker.write(ByteBuffer.allocate(Long.BYTES).putLong(0, oldIncarnation), 0);
            marker.force(true);
        }
        disk.rename(tmp, Names.MOVING_ASIDE);
        disk.forceDirectory();
        resume();
    }

    /** Does what is left to do; nothing if none is under way. */
    void resume() throws IOException {
        if (isUnderWay()) {
            // A marker that only the page cache had must not be acted upon before it is durable.
            disk.forceDirectory();
        }
        if (disk.list().contains(Names.MOVING_ASIDE)) {
            moveAside();
            disk.forceDirectory();
            disk.rename(Names.MOVING_ASIDE, Names.MOVING_IN);
            disk.forceDirectory();
        }
        if (disk.list().contains(Names.MOVING_IN)) {
            moveIn();
            disk.forceDirectory();
            disk.delete(Names.MOVING_IN);
            disk.forceDirectory();
        }
    }

    private void moveAside() throws IOException {
        long incarnation = readIncarnation();
        for (String name : disk.list()) {
            if (Names.isLive(name)) {
                disk.rename(name, Names.aside(name, incarnation, disk.list()));
            }
        }
    }

    private long readIncarnation() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
        try (DiskFile marker = disk.openReadOnly(Names.MOVING_ASIDE)) {
            marker.read(bytes, 0);
        }
        return bytes.getLong(0);
    }

    private void moveIn() throws IOException {
        for (String name : disk.list()) {
            if (name.startsWith(Names.STAGED)) {
                disk.rename(name, name.substring(Names.STAGED.length()));
            }
        }
    }
}
