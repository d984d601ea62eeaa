package io.quorate.backend;

/**
 * A source of elapsed time, the only one that recipes know.
 *
 * <p>Readings never decrease and are comparable with each other only, by their difference.
 */
@FunctionalInterface
public interface Ticker {

    /** Returns the current reading in nanoseconds. May be called by any thread. */
    long nanos();

    /**
     * Returns a reading by which to measure how long a call took, in nanoseconds, comparable with other readings of this kind only. It may leave out the time
     * that the machine was suspended, and is then cheaper than {@link #nanos()}. May be called by any thread.
     */
    default long awakeNanos() {
        return nanos();
    }

    /**
     * Returns a ticker of this machine that also counts the time that the machine was suspended.
     *
     * <p>It follows {@link System#nanoTime()} and adds whatever the wall clock ran ahead of it. A virtual machine that
     * is put to sleep may stop the one, a jump of the wall clock moves the other; following the faster of the two only
     * ever shortens what is derived from it.
     */
    static Ticker system() {
        return new SystemTicker(System::nanoTime, System::currentTimeMillis);
    }
}
