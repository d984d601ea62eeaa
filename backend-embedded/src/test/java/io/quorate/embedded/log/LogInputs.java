package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arbitrary bytes as what a disk holds: understood, set aside, or refused by the exception that says so. */
public final class LogInputs {

    private static final int EDIT_BYTES = 5;

    private LogInputs() {}

    /** A meta slot with a checksum that fits. */
    public static void meta(byte[] input) {
        MetaCodec.Slot unused = MetaCodec.decode(sector(input));
    }

    /** The header of a segment with a checksum that fits. */
    public static void segmentHeader(byte[] input) {
        SegmentHeader unused = SegmentHeader.decode(sector(input));
    }

    private static ByteBuffer sector(byte[] input) {
        ByteBuffer sector = ByteBuffer.wrap(Arrays.copyOf(input, Sectors.SIZE));
        return sector.putInt(Sectors.SIZE - Integer.BYTES, SegmentHeader.crcOf(sector));
    }

    /** A record somewhere in a segment. */
    public static void record(byte[] input) {
        RecordCodec codec = new RecordCodec(1, 1, 1 << 10, Rules.all());
        ByteBuffer bytes = ByteBuffer.wrap(input);
        for (int at = 0; at + RecordCodec.sizeOf(0) <= input.length; at += Long.BYTES) {
            if (codec.isPrefix(bytes, at)) {
                StoredRecord unused = codec.decode(bytes, at, at);
            }
        }
    }

    /** A snapshot file, whose header has a checksum that fits if the first byte is odd. */
    public static void snapshotFile(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) != 0 && content.length >= Sectors.SIZE) {
            System.arraycopy(sector(content).array(), 0, content, 0, Sectors.SIZE);
        }
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(Names.snapshot(3), content);
        try {
            SnapshotFormat.Header unused = SnapshotReader.verify(disk, Names.snapshot(3));
        } catch (IOException | CorruptStorageException e) {
            // Refused.
        }
        if (disk.openFiles() > 0) {
            throw new IllegalStateException("a file is left open");
        }
    }

    /**
     * A directory that something has happened to: the input is a list of edits of a good one. A member of a cluster sets aside what it
     * cannot trust and goes on; a single one refuses it. After a restart it is as it was before.
     */
    public static void directory(byte[] input) {
        for (boolean single : new boolean[] {false, true}) {
            SimulatedDisk disk = good();
            for (int at = 0; at + EDIT_BYTES <= input.length && at < 16 * EDIT_BYTES; at += EDIT_BYTES) {
                edit(disk, ByteBuffer.wrap(input, at, EDIT_BYTES).slice());
            }
            recover(disk, single);
        }
    }

    private static void recover(SimulatedDisk disk, boolean single) {
        long end;
        boolean votes;
        try {
            MemberStorage storage = MemberStorage.open(disk, Given.config(Given.SMALL, single));
            end = storage.log().durable().index();
            votes = storage.mayVote();
            Given.all(storage.log()).forEach(record -> record.body().remaining());
            storage.close();
        } catch (StorageException e) {
            if (disk.openFiles() > 0 || disk.isLocked()) {
                throw new IllegalStateException("a refused directory is left open", e);
            }
            return;
        }
        MemberStorage again = MemberStorage.open(disk.afterProcessDeath(), Given.config(Given.SMALL, single));
        if (again.log().durable().index() != end || again.mayVote() != votes) {
            throw new IllegalStateException("a log up to " + end + " ends at "
                    + again.log().durable().index() + " behind a restart, voter " + votes + " and " + again.mayVote());
        }
        again.close();
    }

    private static SimulatedDisk good() {
        SimulatedDisk disk = new SimulatedDisk();
        try {
            MemberStorage storage = Given.open(disk);
            storage.markBootstrapped();
            Given.write(storage, 1, 3, 40);
            Given.takeSnapshot(storage, 2);
            Given.write(storage, 2, 4, 900);
            Given.takeSnapshot(storage, 5);
            Given.write(storage, 3, 2, 20);
            storage.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return disk.afterProcessDeath();
    }

    /** One edit: what is done, to which file, where, and with which value. */
    private static void edit(SimulatedDisk disk, ByteBuffer edit) {
        int what = edit.get() & 7;
        List<String> names = new ArrayList<>(disk.list());
        names.sort(null);
        if (names.isEmpty()) {
            return;
        }
        String name = names.get((edit.get() & 0xFF) % names.size());
        byte[] content = disk.content(name);
        int offset = content.length == 0 ? 0 : (edit.getShort() & 0xFFFF) % content.length;
        byte value = edit.get(EDIT_BYTES - 1);
        switch (what) {
            case 0 -> disk.lose(name);
            case 1 -> disk.put(name, Arrays.copyOf(content, offset));
            case 2 -> disk.put(otherName(value, offset), content);
            case 3 -> disk.put(otherName(value, offset), new byte[offset]);
            case 4 -> disk.put(name, Arrays.copyOf(content, content.length + (value & 0xFF) * 8));
            case 5 -> overwrite(disk, name, offset, new byte[Math.min(content.length - offset, 512)]);
            default -> overwrite(disk, name, offset, new byte[] {value});
        }
    }

    private static void overwrite(SimulatedDisk disk, String name, int offset, byte[] bytes) {
        if (bytes.length > 0 && disk.content(name).length > 0) {
            disk.overwrite(name, offset, bytes);
        }
    }

    private static String otherName(byte value, int number) {
        return switch (value & 7) {
            case 0 -> Names.META_A;
            case 1 -> Names.META_B;
            case 2 -> Names.CONDEMNED;
            case 3 -> Names.MOVING_ASIDE;
            case 4 -> Names.MOVING_IN;
            case 5 -> Names.snapshot(number & 0xF);
            case 6 -> Names.segment(number & 0xF);
            default -> Names.STAGED + Names.segment(number & 0xF);
        };
    }
}
