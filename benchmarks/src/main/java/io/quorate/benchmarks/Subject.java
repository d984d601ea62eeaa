package io.quorate.benchmarks;

import java.io.IOException;

/** One system in one row of the figures, set up and ready to be measured. */
interface Subject extends AutoCloseable {

    /** Makes a subject. */
    @FunctionalInterface
    interface Factory {
        Subject open() throws Exception;
    }

    /** Measures once, for about a second, and returns the figure in the unit of its row. */
    double measure() throws Exception;

    /** Returns how many operations a measurement of a cost consists of; 0 if there is no such number. */
    default long operations() {
        return 0;
    }

    @Override
    void close() throws IOException;
}
