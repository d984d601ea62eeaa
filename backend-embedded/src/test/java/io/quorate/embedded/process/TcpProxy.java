package io.quorate.embedded.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A port of this machine whose connections go on to another one, unless they are disturbed on their way.
 *
 * <p>Bytes keep their order and none is lost as long as a connection lives: what is held back arrives once the way is open again, as bytes
 * in the buffers of routers would. Safe for use by many threads; those of the proxy are daemons and end with it.
 */
final class TcpProxy implements AutoCloseable {

    private static final int BACKLOG = 64;
    private static final int PIECE = 16 << 10;

    /** One way through the proxy, for all connections. */
    static final class Way {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition opened = lock.newCondition();
        private boolean held;
        private volatile long delayMillis;

        /** Keeps all bytes back from now on, or lets them go. */
        void hold(boolean hold) {
            lock.lock();
            try {
                held = hold;
                opened.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Lets each piece of at most 16 KiB arrive so much later, and the next one not before it. */
        void delay(long millis) {
            delayMillis = millis;
        }

        void pass() throws InterruptedException {
            long delay = delayMillis;
            if (delay > 0) {
                TimeUnit.MILLISECONDS.sleep(delay);
            }
            lock.lockInterruptibly();
            try {
                while (held) {
                    opened.await();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private final ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final int target;
    private final Way forth = new Way();
    private final Way back = new Way();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;

    /** Opens a port of the system's choice on loopback. */
    TcpProxy(int target) throws IOException {
        this.target = target;
        daemon("proxy of " + target, this::acceptAll);
    }

    int port() {
        return server.getLocalPort();
    }

    /** The way of those who have connected. */
    Way forth() {
        return forth;
    }

    /** The way of the answers. */
    Way back() {
        return back;
    }

    /** Closes connections as soon as they are made, or no longer. */
    void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** Cuts all connections: their ends find them reset or ended. */
    void cut() {
        open.forEach(TcpProxy::close);
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    close(client);
                } else {
                    daemon("proxy of " + target + ", a connection", () -> connect(client));
                }
            } catch (IOException e) {
                // It is being closed, or there are too many files open, which passes.
            }
        }
    }

    private void connect(Socket client) {
        Socket member = new Socket();
        open.add(client);
        open.add(member);
        try {
            // Who is cut off is not reached by the first packet either: an accepted connection says nothing.
            forth.pass();
            member.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            client.setTcpNoDelay(true);
            member.setTcpNoDelay(true);
            daemon("proxy of " + target + ", back", () -> pump(member, client, back));
            pump(client, member, forth);
        } catch (IOException e) {
            end(client, member);
        } catch (InterruptedException e) {
            end(client, member);
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Socket from, Socket to, Way way) {
        byte[] piece = new byte[PIECE];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                way.pass();
                out.write(piece, 0, length);
            }
            // The end is not heard of before the way is open either.
            way.pass();
        } catch (IOException e) {
            // One of the two ends is gone: so is the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from, to);
        }
    }

    private void end(Socket one, Socket other) {
        open.remove(one);
        open.remove(other);
        close(one);
        close(other);
    }

    private static void close(@Nullable Socket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // It cannot be more closed than that.
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        forth.hold(false);
        back.hold(false);
        cut();
    }
}
