package io.quorate.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.SynchronousQueue;

/** What the machine takes for the least that a commit can be made of, in microseconds: the median of many. */
final class FloorSubject implements Subject {

    private static final int WARM_UP = 200;
    private static final int SAMPLES = 1_000;
    private static final int BYTES = 100;
    private static final int PREALLOCATED = 1 << 20;

    private final Load.Operation operation;
    private final AutoCloseable resources;

    private FloorSubject(Load.Operation operation, AutoCloseable resources) {
        this.operation = operation;
        this.resources = resources;
    }

    /** Appends a record to a file and forces it, data only. */
    static Subject fsync() throws IOException {
        Path directory = Directories.create();
        FileChannel file =
                FileChannel.open(directory.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ByteBuffer record = ByteBuffer.allocate(BYTES);
        return new FloorSubject(
                () -> {
                    file.write(record.rewind());
                    file.force(false);
                },
                () -> {
                    file.close();
                    Directories.delete(directory);
                });
    }

    /** Writes a record into a file that has its size and its blocks already, as a log with preallocated segments does, and forces it. */
    static Subject fsyncPreallocated() throws IOException {
        Path directory = Directories.create();
        FileChannel file =
                FileChannel.open(directory.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        file.write(ByteBuffer.allocate(PREALLOCATED));
        file.force(true);
        file.position(0);
        ByteBuffer record = ByteBuffer.allocate(BYTES);
        return new FloorSubject(
                () -> {
                    if (file.position() + BYTES > PREALLOCATED) {
                        file.position(0);
                    }
                    file.write(record.rewind());
                    file.force(false);
                },
                () -> {
                    file.close();
                    Directories.delete(directory);
                });
    }

    /** Sends a message over loopback to a thread that sends it back. */
    static Subject loopback() throws IOException {
        ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket near = new Socket(listening.getInetAddress(), listening.getLocalPort());
        Socket far = listening.accept();
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        Thread echo = new Thread(() -> echo(far), "floor-echo");
        echo.setDaemon(true);
        echo.start();
        InputStream in = near.getInputStream();
        OutputStream out = near.getOutputStream();
        byte[] message = new byte[BYTES];
        return new FloorSubject(
                () -> {
                    out.write(message);
                    if (in.readNBytes(message, 0, BYTES) < BYTES) {
                        throw new IOException("the other end is gone");
                    }
                },
                () -> {
                    near.close();
                    far.close();
                    listening.close();
                });
    }

    private static void echo(Socket socket) {
        byte[] message = new byte[BYTES];
        try {
            while (socket.getInputStream().readNBytes(message, 0, BYTES) == BYTES) {
                socket.getOutputStream().write(message);
            }
        } catch (IOException closed) {
            // The measurement is over.
        }
    }

    /** Wakes a parked thread that wakes this one, parked meanwhile: there and back. */
    static Subject handOff() {
        SynchronousQueue<Integer> there = new SynchronousQueue<>();
        SynchronousQueue<Integer> back = new SynchronousQueue<>();
        Thread other = new Thread(
                () -> {
                    try {
                        while (true) {
                            back.put(there.take());
                        }
                    } catch (InterruptedException over) {
                        Thread.currentThread().interrupt();
                    }
                },
                "floor-hand-off");
        other.setDaemon(true);
        other.start();
        return new FloorSubject(
                () -> {
                    there.put(1);
                    back.take();
                },
                other::interrupt);
    }

    @Override
    public double measure() throws Exception {
        return Load.medianMicros(WARM_UP, SAMPLES, operation);
    }

    @Override
    public void close() throws IOException {
        try {
            resources.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("what the floor was measured on cannot be closed", e);
        }
    }
}
