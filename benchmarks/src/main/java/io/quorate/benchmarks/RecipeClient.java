package io.quorate.benchmarks;

import java.util.Map;

/** One client of a coordination service: a session of its own, and the recipes of its library as the rows use them. */
interface RecipeClient extends AutoCloseable {

    /** Returns an operation that acquires a lock and releases it. */
    Load.Operation lockCycle(String name) throws Exception;

    /** Returns an operation that acquires one of so many permits and releases it. */
    Load.Operation permitCycle(String name, int permits) throws Exception;

    /** Returns an operation that acquires a read lock and releases it. */
    default Load.Operation readCycle(String name) throws Exception {
        throw new UnsupportedOperationException("no read-write lock");
    }

    /** Returns an operation that acquires a write lock and releases it. */
    default Load.Operation writeCycle(String name) throws Exception {
        throw new UnsupportedOperationException("no read-write lock");
    }

    /** Stands for leadership. */
    default Candidate candidate(String name) throws Exception {
        throw new UnsupportedOperationException("no leader election");
    }

    /** Writes a configuration. */
    default void publish(String name, Map<String, String> content) throws Exception {
        throw new UnsupportedOperationException("no configuration");
    }

    /** Loads the whole of a configuration as a watcher does, ends the watcher, and returns how many values it has seen. */
    default int load(String name) throws Exception {
        throw new UnsupportedOperationException("no configuration");
    }

    @Override
    void close();

    /** One that stands for leadership until it stands down. */
    interface Candidate {

        /** Waits until this one leads. */
        void await() throws Exception;

        /** Returns how many stand, this one included. */
        int participants() throws Exception;

        /** Stands down, and leads no longer if this one does. */
        void resign() throws Exception;
    }
}
