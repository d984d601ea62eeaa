package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two slots of a member's {@link Meta}.
 *
 * <p>Each update is written to one slot, fsynced, written to the other, fsynced. So a crash leaves the old value or the new
 * one, and once an update has returned, either slot alone is enough: one that goes bad later can never take back a promise.
 */
final class MetaStore {
    private final Disk disk;
    private final Rules rules;
    private long sequence;
    private @Nullable Meta current;

    /** What the slots hold: the newest value, if any slot is good, and how many hold something that is not. */
    record Found(MetaCodec.@Nullable Slot newest, int damaged) {}

    MetaStore(Disk disk, Rules rules) {
        this.disk = disk;
        this.rules = rules;
    }

    static Found read(Disk disk) throws IOException {
        List<String> names = disk.list();
        MetaCodec.@Nullable Slot newest = null;
        int damaged = 0;
        for (String name : List.of(Names.META_A, Names.META_B)) {
            if (!names.contains(name)) {
                continue;
            }
            ByteBuffer sector = readSector(disk, name);
            MetaCodec.Slot slot = sector == null ? null : MetaCodec.decode(sector);
            if (slot != null && (newest == null || slot.sequence() > newest.sequence())) {
                newest = slot;
            }
            if (slot == null && (sector == null || !Sectors.isZero(sector, 0, sector.limit()))) {
                damaged++;
            }
        }
        return new Found(newest, damaged);
    }

    /** The bytes of a slot, fewer if the file is short, or null if they cannot be read. */
    private static @Nullable ByteBuffer readSector(Disk disk, String name) {
        ByteBuffer sector = ByteBuffer.allocate(MetaCodec.SIZE);
        try (DiskFile file = disk.openReadOnly(name)) {
            file.read(sector, 0);
            return sector.flip();
        } catch (IOException e) {
            return null;
        }
    }

    void startFrom(MetaCodec.@Nullable Slot slot) {
        sequence = slot == null ? 0 : slot.sequence();
        current = slot == null ? null : slot.meta();
    }

    /** Makes a new value durable; it is not visible through {@link #current} before. */
    void write(Meta meta) throws IOException {
        ByteBuffer sector = MetaCodec.encode(new MetaCodec.Slot(sequence + 1, meta));
        if (rules.keep(DurabilityRule.TWO_META_SLOTS)) {
            writeSlot(Names.META_A, sector.duplicate());
            writeSlot(Names.META_B, sector.duplicate());
        } else {
            disk.delete(Names.META_A);
            writeSlot(Names.META_A, sector.duplicate());
        }
        sequence++;
        current = meta;
    }

    private void writeSlot(String name, ByteBuffer sector) throws IOException {
        boolean isNew = !disk.list().contains(name);
        try (DiskFile file = isNew ? disk.create(name) : disk.open(name)) {
            file.write(sector, 0);
            file.force(true);
        }
        if (isNew && rules.keep(DurabilityRule.FORCE_DIRECTORY)) {
            disk.forceDirectory();
        }
    }

    Meta current() {
        if (current == null) {
            throw new IllegalStateException("the meta slots were not read");
        }
        return current;
    }
}
