package io.quorate.embedded.testing;

import io.quorate.backend.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/** What was done to an ensemble since a test began, with times. Safe for use by many threads. */
final class FaultHistory {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final List<String> lines = new ArrayList<>();
    private long beginning;

    FaultHistory(Ticker ticker) {
        this.ticker = ticker;
        this.beginning = ticker.nanos();
    }

    /** Forgets everything; times count from now on. */
    void restart() {
        lock.lock();
        try {
            lines.clear();
            beginning = ticker.nanos();
        } finally {
            lock.unlock();
        }
    }

    void add(String event) {
        lock.lock();
        try {
            double millis = (ticker.nanos() - beginning) / NANOS_PER_MILLI;
            lines.add(String.format(Locale.ROOT, "%+10.1f ms  %s", millis, event));
        } finally {
            lock.unlock();
        }
    }

    List<String> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }
}
