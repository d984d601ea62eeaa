package io.quorate.embedded.testing;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fault that was injected and lasts until it is healed: the handle that {@link Faults} returns.
 *
 * <p>Faults that are not healed by the end of a test are healed then. Safe for use by many threads.
 */
public final class Fault implements AutoCloseable {

    private final String description;
    private final Runnable cure;
    private final AtomicBoolean healed = new AtomicBoolean();

    Fault(String description, Runnable cure) {
        this.description = description;
        this.cure = cure;
    }

    /** Ends the fault. Only the first call has an effect. */
    public void heal() {
        if (healed.compareAndSet(false, true)) {
            cure.run();
        }
    }

    /** Does what {@link #heal()} does, for use in a {@code try} statement. */
    @Override
    public void close() {
        heal();
    }

    /** Returns whether the fault was healed. */
    public boolean isHealed() {
        return healed.get();
    }

    /** Returns what was done, as it appears in the report of a test that fails. */
    @Override
    public String toString() {
        return description;
    }
}
