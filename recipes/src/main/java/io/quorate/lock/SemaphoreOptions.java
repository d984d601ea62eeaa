package io.quorate.lock;

import io.quorate.backend.SuspensionPolicy;
import java.util.Optional;

/**
 * How a semaphore behaves.
 *
 * @param initialPermits how many permits there are as long as nobody has said otherwise, not negative; 1 by default. It is
 *     stored in the backend by whoever comes first and ignored from then on, see {@link Semaphore#setPermits}
 * @param suspensionPolicy what a lease does while its session has no connection; empty for what the backend recommends
 */
public record SemaphoreOptions(int initialPermits, Optional<SuspensionPolicy> suspensionPolicy) {

    private static final SemaphoreOptions DEFAULTS = new SemaphoreOptions(1, Optional.empty());

    /** Checks the range stated above. */
    public SemaphoreOptions {
        if (initialPermits < 0) {
            throw new IllegalArgumentException("the permits must not be negative, but are " + initialPermits);
        }
    }

    /** Returns the defaults: one permit. */
    public static SemaphoreOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with another number of permits to begin with. */
    public SemaphoreOptions withInitialPermits(int permits) {
        return new SemaphoreOptions(permits, suspensionPolicy);
    }

    /** Returns these options with a policy of the user's choice. */
    public SemaphoreOptions withSuspensionPolicy(SuspensionPolicy policy) {
        return new SemaphoreOptions(initialPermits, Optional.of(policy));
    }
}
