package io.quorate.samples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network cable that can be stalled: while it is, no byte gets through in either direction, as for a machine that is stopped, swaps
 * itself to death, or collects garbage. No connection is closed by it, so nobody is told.
 */
final class StallableLink implements AutoCloseable {

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition flowing = lock.newCondition();
    private boolean stalled;

    private StallableLink(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    static StallableLink to(InetSocketAddress target) throws IOException {
        StallableLink link = new StallableLink(target, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        link.run(link::accept);
        return link;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    void stall() {
        set(true);
    }

    void resume() {
        set(false);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        resume();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(target.getAddress(), target.getPort());
            sockets.addAll(List.of(client, server));
            run(() -> copy(client, server));
            run(() -> copy(server, client));
        }
    }

    private void copy(Socket from, Socket to) throws IOException {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitFlow();
                out.write(buffer, 0, count);
            }
            // Who has said all may still be waiting for the answer.
            to.shutdownOutput();
        } catch (IOException e) {
            from.close();
            to.close();
            throw e;
        }
    }

    private void awaitFlow() {
        lock.lock();
        try {
            while (stalled) {
                flowing.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void set(boolean stall) {
        lock.lock();
        try {
            stalled = stall;
            flowing.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run(Piece piece) {
        Thread thread = new Thread(() -> {
            try {
                piece.run();
            } catch (IOException e) {
                // A socket was closed at one end or the other, which is how a connection ends.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Piece {
        void run() throws IOException;
    }
}
