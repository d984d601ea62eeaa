package io.quorate.benchmarks;

import java.io.IOException;

/** An ensemble that can lose its leader and get it back. */
interface Losable extends AutoCloseable {

    /** Makes one. */
    @FunctionalInterface
    interface Factory {
        Losable start() throws Exception;
    }

    /** Writes, and returns once it is acknowledged. */
    void write() throws Exception;

    /** Takes the leader away. */
    void lose() throws Exception;

    /** Brings back what was taken away. */
    void restore() throws Exception;

    @Override
    void close() throws IOException;
}
