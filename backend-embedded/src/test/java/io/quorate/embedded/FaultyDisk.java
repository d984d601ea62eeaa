package io.quorate.embedded;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.DiskFile;
import io.quorate.embedded.log.DiskFullException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A real directory whose disk fails, stalls or fills up when a test says so. */
final class FaultyDisk {

    private volatile boolean failsForce;
    private volatile boolean failsWrite;
    private volatile boolean full;
    private volatile boolean fullForSnapshots;
    private volatile long usable = -1;
    private volatile @Nullable CountDownLatch stall;

    /** Every fsync fails from now on. */
    void failForce() {
        failsForce = true;
    }

    /** Every write fails from now on. */
    void failWrite() {
        failsWrite = true;
    }

    /** No file grows from now on. */
    void fill() {
        full = true;
    }

    /** No snapshot can be created from now on. */
    void fillSnapshots() {
        fullForSnapshots = true;
    }

    /** Says so many bytes are free. */
    void setUsable(long bytes) {
        usable = bytes;
    }

    /** Every fsync takes until {@link #mend}. */
    void stall() {
        stall = new CountDownLatch(1);
    }

    void mend() {
        failsForce = false;
        failsWrite = false;
        full = false;
        fullForSnapshots = false;
        usable = -1;
        CountDownLatch latch = stall;
        stall = null;
        if (latch != null) {
            latch.countDown();
        }
    }

    private void beforeForce() throws IOException {
        CountDownLatch latch = stall;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        if (failsForce) {
            throw new IOException("Input/output error");
        }
    }

    Disk over(Disk disk) {
        return new Seen(disk);
    }

    private final class Seen implements Disk {
        private final Disk disk;

        Seen(Disk disk) {
            this.disk = disk;
        }

        @Override
        public List<String> list() throws IOException {
            return disk.list();
        }

        @Override
        public DiskFile create(String name) throws IOException {
            if (full || (fullForSnapshots && name.startsWith("snap-"))) {
                throw new DiskFullException("no room for " + name);
            }
            return new SeenFile(disk.create(name), name);
        }

        @Override
        public DiskFile open(String name) throws IOException {
            return new SeenFile(disk.open(name), name);
        }

        @Override
        public DiskFile openReadOnly(String name) throws IOException {
            return new SeenFile(disk.openReadOnly(name), name);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            disk.rename(from, to);
        }

        @Override
        public void delete(String name) throws IOException {
            disk.delete(name);
        }

        @Override
        public void forceDirectory() throws IOException {
            beforeForce();
            disk.forceDirectory();
        }

        @Override
        public long usableSpace() throws IOException {
            return usable < 0 ? disk.usableSpace() : usable;
        }

        @Override
        public Closeable lock() throws IOException {
            return disk.lock();
        }

        @Override
        public String location() {
            return disk.location();
        }
    }

    private final class SeenFile implements DiskFile {
        private final DiskFile file;
        private final String name;

        SeenFile(DiskFile file, String name) {
            this.file = file;
            this.name = name;
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            if (failsWrite) {
                throw new IOException("Input/output error");
            }
            if (full && offset + source.remaining() > file.size()) {
                throw new DiskFullException("no room for " + name);
            }
            file.write(source, offset);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            beforeForce();
            file.force(metadata);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
