package io.quorate.embedded.process;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Strangers at the ports of members: garbage, half frames, connections that send a byte now and then or nothing, and a crowd that connects at a rate.
 * Half of them come from addresses of which there are many, and the others from the address of the members.
 */
final class Flood implements AutoCloseable {

    /** What a stranger does with its connection; the socket stays open for a while unless this closes it. */
    private interface Mischief {
        void once(Socket socket, Random random) throws IOException;
    }

    private static final int MAX_OPEN = 400;

    /** Few, since what is closed at once leaves the system the most time for others. */
    private static final int MAX_OPEN_IN_CROWD = 16;

    /** How far the crowd may fall behind its rate and still catch up: what a machine that is busy has lost stays lost. */
    private static final long MAX_LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<InetSocketAddress> targets;
    private final long perSecond;
    private final List<Thread> strangers = new ArrayList<>();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean over;

    /**
     * Creates a flood that has not begun.
     *
     * @param perSecond how often the crowd connects, to all targets together
     */
    Flood(List<InetSocketAddress> targets, long perSecond) {
        this.targets = targets;
        this.perSecond = perSecond;
    }

    /** Begins with everything at once. */
    void start() {
        start("garbage", false, Flood::garbage);
        start("half-frames", true, Flood::halfFrame);
        start("slow", false, Flood::slow);
        start("nothing", true, (socket, random) -> {});
        startThread("crowd", () -> crowd(new Random(8)));
    }

    private void start(String name, boolean manyAddresses, Mischief mischief) {
        Random random = new Random(strangers.size());
        startThread(name, () -> run(manyAddresses, mischief, random));
    }

    private void startThread(String name, Runnable task) {
        Thread thread = new Thread(task, "flood-" + name);
        thread.setDaemon(true);
        strangers.add(thread);
        thread.start();
    }

    private void run(boolean manyAddresses, Mischief mischief, Random random) {
        ArrayDeque<Socket> open = new ArrayDeque<>();
        for (int i = 0; !over; i++) {
            attempts.incrementAndGet();
            Socket socket = new Socket();
            open.add(socket);
            try {
                if (manyAddresses) {
                    socket.bind(stranger(random));
                }
                socket.connect(targets.get(i % targets.size()), 1_000);
                mischief.once(socket, random);
                touch(open, random);
            } catch (IOException e) {
                failed.incrementAndGet();
            }
            while (open.size() > MAX_OPEN) {
                close(open.remove());
            }
        }
        open.forEach(Flood::close);
    }

    /** Connects at its rate, or as often as it can, and does not wait for what comes of it. */
    private void crowd(Random random) {
        ArrayDeque<SocketChannel> open = new ArrayDeque<>();
        long pause = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long due = System.nanoTime();
        for (int i = 0; !over; i++) {
            due = Math.max(due + pause, System.nanoTime() - MAX_LATE_NANOS);
            if (due - System.nanoTime() > 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            attempts.incrementAndGet();
            try {
                SocketChannel channel = SocketChannel.open();
                open.add(channel);
                channel.configureBlocking(false);
                // Nothing is left of it in the system when it is closed.
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                if (random.nextBoolean()) {
                    channel.bind(stranger(random));
                }
                boolean unused = channel.connect(targets.get(i % targets.size()));
            } catch (IOException e) {
                failed.incrementAndGet();
            }
            while (open.size() > MAX_OPEN_IN_CROWD) {
                close(open.remove());
            }
        }
        open.forEach(Flood::close);
    }

    /** Returns one of the many addresses of this machine that no member has, with a port of the system's choice. */
    private static InetSocketAddress stranger(Random random) throws UnknownHostException {
        byte[] address = {
            127, (byte) (1 + random.nextInt(250)), (byte) random.nextInt(250), (byte) (1 + random.nextInt(250))
        };
        return new InetSocketAddress(InetAddress.getByAddress(address), 0);
    }

    /** One of those that are open sends another byte, as a slow one does. */
    private static void touch(ArrayDeque<Socket> open, Random random) {
        Socket oldest = open.element();
        if (oldest.isConnected() && !oldest.isClosed()) {
            try {
                oldest.getOutputStream().write(random.nextInt());
            } catch (IOException e) {
                close(open.remove());
            }
        }
    }

    // ---- kinds

    private static void garbage(Socket socket, Random random) throws IOException {
        byte[] bytes = new byte[1 + random.nextInt(5_000)];
        random.nextBytes(bytes);
        socket.getOutputStream().write(bytes);
        close(socket);
    }

    /** A length that is allowed, and not as many bytes. */
    private static void halfFrame(Socket socket, Random random) throws IOException {
        byte[] bytes = new byte[8 + random.nextInt(80)];
        random.nextBytes(bytes);
        bytes[0] = 0;
        bytes[1] = 0;
        bytes[2] = 4;
        socket.getOutputStream().write(bytes);
    }

    private static void slow(Socket socket, Random random) throws IOException {
        socket.getOutputStream().write(0);
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It has ended as far as this process is concerned.
        }
    }

    // ---- figures

    long attempts() {
        return attempts.get();
    }

    /** Returns how many of them the system or the other end did not let come about, or ended at once. */
    long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Thread stranger : strangers) {
                stranger.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns an address of this machine. */
    static InetSocketAddress target(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
