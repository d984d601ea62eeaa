package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that behaves as the worst file system allowed.
 *
 * <p>A power cut keeps or loses every unforced 512-byte sector, every unforced file size and every unforced change of a name
 * on its own, whatever their order. A failed fsync marks the pages clean and loses them. Content can rot, and writes can get
 * lost or land elsewhere. Everything is decided by seeds; nothing here waits.
 */
public final class SimulatedDisk implements Disk {
    private final Map<String, SimulatedFile> names = new TreeMap<>();
    private final Map<String, SimulatedFile> durableNames = new TreeMap<>();
    private final List<NameChange> changes = new ArrayList<>();
    private final Set<String> unreadable = new HashSet<>();
    private long effects;
    private long powerCutAt = Long.MAX_VALUE;
    private long capacity = Long.MAX_VALUE / 4;
    private boolean locked;
    private int openFiles;
    private int closings;
    private boolean leaving;
    private BooleanSupplier forceFails = () -> false;
    private BooleanSupplier forceLies = () -> false;
    private BooleanSupplier writeFails = () -> false;
    private Runnable beforeForce = () -> {};

    /** A change of the directory that is not durable yet: {@code from} or {@code to} is null for a creation, a deletion. */
    private record NameChange(
            @Nullable String from, @Nullable String to, SimulatedFile file) {

        void applyTo(Map<String, SimulatedFile> target) {
            if (from != null) {
                target.remove(from, file);
            }
            if (to != null) {
                target.put(to, file);
            }
        }
    }

    // ---- what tests do to it

    /** Cuts the power just before the n-th effect from now on; 1 is the next one. */
    public void cutPowerAtEffect(long n) {
        powerCutAt = effects + n;
    }

    /** How many effects (creation, write, fsync, renaming, deletion) it has been asked for. */
    public long effects() {
        return effects;
    }

    /** What the directory holds once the power is back, unlocked. */
    public SimulatedDisk afterPowerCut(long seed) {
        Random random = new Random(seed);
        double namesKept = pick(random);
        double sectorsKept = pick(random);
        Map<String, SimulatedFile> remaining = new TreeMap<>(durableNames);
        for (NameChange change : changes) {
            if (random.nextDouble() < namesKept) {
                change.applyTo(remaining);
            }
        }
        SimulatedDisk after = new SimulatedDisk();
        Map<SimulatedFile, SimulatedFile> copies = new HashMap<>();
        remaining.forEach((name, file) ->
                after.names.put(name, copies.computeIfAbsent(file, f -> f.afterPowerCut(random, sectorsKept))));
        after.durableNames.putAll(after.names);
        after.capacity = capacity;
        return after;
    }

    private static double pick(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> 1;
            default -> random.nextDouble();
        };
    }

    /** What a new process finds when only the old one died: everything it wrote, forced or not. */
    public SimulatedDisk afterProcessDeath() {
        SimulatedDisk after = new SimulatedDisk();
        Map<SimulatedFile, SimulatedFile> copies = new HashMap<>();
        names.forEach((name, file) -> after.names.put(name, copies.computeIfAbsent(file, SimulatedFile::copy)));
        durableNames.forEach(
                (name, file) -> after.durableNames.put(name, copies.computeIfAbsent(file, SimulatedFile::copy)));
        changes.forEach(change -> after.changes.add(
                new NameChange(change.from, change.to, copies.computeIfAbsent(change.file, SimulatedFile::copy))));
        after.capacity = capacity;
        return after;
    }

    /** Decides for each fsync whether it fails. */
    public void failForceWhen(BooleanSupplier fails) {
        forceFails = fails;
    }

    /** Decides for each fsync whether it claims success and does nothing. */
    public void lieInForceWhen(BooleanSupplier lies) {
        forceLies = lies;
    }

    /** Decides for each write whether it fails. */
    public void failWriteWhen(BooleanSupplier fails) {
        writeFails = fails;
    }

    /** Runs before each fsync; may advance a clock. */
    public void beforeForce(Runnable action) {
        beforeForce = action;
    }

    /** Makes reading a file fail from now on. */
    public void makeUnreadable(String name) {
        unreadable.add(name);
    }

    /** Bounds the bytes of all files. */
    public void limitTo(long bytes) {
        capacity = bytes;
    }

    /** Lets every tenth file that is closed stay open. */
    public void leaveFilesOpen() {
        leaving = true;
    }

    /** How many files are open. */
    public int openFiles() {
        return openFiles;
    }

    /** Whether somebody has taken the directory for itself. */
    public boolean isLocked() {
        return locked;
    }

    /** The bytes of all files. */
    public long used() {
        return names.values().stream().mapToLong(file -> file.size).sum();
    }

    /** The bytes of a file, as a process sees them. */
    public byte[] content(String name) {
        SimulatedFile file = file(name);
        return Arrays.copyOf(file.cache, file.size);
    }

    /** Flips bits of one byte on the medium. */
    public void flip(String name, int offset, int mask) {
        SimulatedFile file = file(name);
        file.damage(offset, new byte[] {(byte) (file.cache[offset] ^ mask)});
    }

    /** Overwrites bytes on the medium. */
    public void overwrite(String name, int offset, byte[] bytes) {
        file(name).damage(offset, bytes);
    }

    /** Adds or replaces a file, durably. */
    public void put(String name, byte[] bytes) {
        SimulatedFile file = new SimulatedFile();
        if (bytes.length > 0) {
            file.damage(0, bytes);
        }
        names.put(name, file);
        durableNames.put(name, file);
    }

    /** Loses a file. */
    public void lose(String name) {
        names.remove(name);
        durableNames.remove(name);
    }

    private SimulatedFile file(String name) {
        SimulatedFile file = names.get(name);
        if (file == null) {
            throw new AssertionError("no file " + name + " among " + names.keySet());
        }
        return file;
    }

    private void effect(String what) {
        if (++effects >= powerCutAt) {
            throw new PowerCut(what);
        }
    }

    // ---- the disk

    @Override
    public List<String> list() {
        return new ArrayList<>(names.keySet());
    }

    @Override
    public DiskFile create(String name) throws IOException {
        effect("create " + name);
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        SimulatedFile file = new SimulatedFile();
        change(new NameChange(null, name, file));
        return new OpenFile(name, file);
    }

    private void change(NameChange change) {
        change.applyTo(names);
        changes.add(change);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        SimulatedFile file = names.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return new OpenFile(name, file);
    }

    @Override
    public DiskFile openReadOnly(String name) throws IOException {
        return open(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        effect("rename " + from + " to " + to);
        SimulatedFile file = names.get(from);
        if (file == null) {
            throw new NoSuchFileException(from);
        }
        change(new NameChange(from, to, file));
    }

    @Override
    public void delete(String name) {
        SimulatedFile file = names.get(name);
        if (file != null) {
            effect("delete " + name);
            change(new NameChange(name, null, file));
        }
    }

    @Override
    public void forceDirectory() throws IOException {
        effect("fsync directory");
        beforeForce.run();
        if (forceFails.getAsBoolean()) {
            throw new IOException("Input/output error");
        }
        durableNames.clear();
        durableNames.putAll(names);
        changes.clear();
    }

    @Override
    public long usableSpace() {
        return Math.max(capacity - used(), 0);
    }

    @Override
    public Closeable lock() {
        if (locked) {
            throw new DataDirInUseException(location(), ProcessHandle.current().pid());
        }
        locked = true;
        return () -> locked = false;
    }

    @Override
    public String location() {
        return "simulated";
    }

    private final class OpenFile implements DiskFile {
        private final String name;
        private final SimulatedFile file;
        private boolean closed;

        OpenFile(String name, SimulatedFile file) {
            this.name = name;
            this.file = file;
            openFiles++;
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            if (unreadable.contains(name)) {
                throw new IOException("Input/output error");
            }
            int length = (int) Math.max(Math.min(target.remaining(), file.size - offset), 0);
            target.put(file.cache, (int) Math.min(offset, file.cache.length), length);
            return length;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            effect("write " + source.remaining() + " bytes to " + name + " at " + offset);
            if (writeFails.getAsBoolean()) {
                throw new IOException("Input/output error");
            }
            long growth = offset + source.remaining() - file.size;
            if (growth > 0 && growth > usableSpace()) {
                throw new DiskFullException("no room for " + name);
            }
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            if (bytes.length > 0) {
                file.write(bytes, (int) offset);
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            effect("fsync " + name);
            beforeForce.run();
            if (forceFails.getAsBoolean()) {
                file.forgetDirtySectors();
                throw new IOException("Input/output error");
            }
            if (forceLies.getAsBoolean()) {
                file.forgetDirtySectors();
                return;
            }
            file.force(metadata);
        }

        @Override
        public long size() {
            return file.size;
        }

        @Override
        public void close() {
            boolean leaves = leaving && ++closings % 10 == 0;
            openFiles -= closed || leaves ? 0 : 1;
            closed = true;
        }
    }
}
