package io.quorate.embedded.transport;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections that have not proved who they are, of which there are never more than a few.
 *
 * <p>Each has a limit on its time as a whole, however many bytes it sends. If there are too many, the oldest has to go: an honest
 * member needs milliseconds, so that those who hold their places lose them, and not those who come. Thread-safe.
 */
final class PendingHandshakes {

    private final int max;
    private final long limitNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Socket, Long> since = new LinkedHashMap<>();

    PendingHandshakes(int max, long limitNanos) {
        this.max = max;
        this.limitNanos = limitNanos;
    }

    void add(Socket socket, long now) {
        Socket evicted = null;
        lock.lock();
        try {
            if (since.size() >= max) {
                Iterator<Socket> eldest = since.keySet().iterator();
                evicted = eldest.next();
                eldest.remove();
            }
            since.put(socket, now);
        } finally {
            lock.unlock();
        }
        if (evicted != null) {
            close(evicted);
        }
    }

    /** Lets a connection go on among others, with what is left of its time; does nothing if it is not here any more. */
    void move(Socket socket, PendingHandshakes others) {
        Long began;
        lock.lock();
        try {
            began = since.remove(socket);
        } finally {
            lock.unlock();
        }
        if (began != null) {
            others.add(socket, began);
        }
    }

    /** Returns whether the connection was still among them. */
    boolean remove(Socket socket) {
        lock.lock();
        try {
            return since.remove(socket) != null;
        } finally {
            lock.unlock();
        }
    }

    /** Closes those whose time is up. */
    void expire(long now) {
        List<Socket> expired = new ArrayList<>();
        lock.lock();
        try {
            since.entrySet().removeIf(entry -> now - entry.getValue() > limitNanos && expired.add(entry.getKey()));
        } finally {
            lock.unlock();
        }
        expired.forEach(PendingHandshakes::close);
    }

    void closeAll() {
        List<Socket> all;
        lock.lock();
        try {
            all = List.copyOf(since.keySet());
            since.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(PendingHandshakes::close);
    }

    int size() {
        lock.lock();
        try {
            return since.size();
        } finally {
            lock.unlock();
        }
    }

    /** Closes a plain socket, which never blocks. */
    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as this process is concerned.
        }
    }
}
