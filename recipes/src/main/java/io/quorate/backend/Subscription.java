package io.quorate.backend;

/** Something that goes on until it is closed: a registered listener, a pending timer. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /**
     * Ends it. Idempotent and callable by any thread. When called on the event lane nothing more is delivered after it
     * returns; elsewhere a delivery that is already under way may still finish.
     */
    @Override
    void close();
}
