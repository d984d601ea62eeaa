package io.quorate.lock;

import io.quorate.backend.SuspensionPolicy;
import java.util.Optional;

/**
 * How a lock behaves.
 *
 * @param suspensionPolicy what a lease does while its session has no connection; empty for what the backend recommends:
 *     until the deadline on the embedded engine, fail fast on ZooKeeper, whose proof is weaker
 */
public record LockOptions(Optional<SuspensionPolicy> suspensionPolicy) {

    private static final LockOptions DEFAULTS = new LockOptions(Optional.empty());

    /** Returns the defaults. */
    public static LockOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with a policy of the user's choice. */
    public LockOptions withSuspensionPolicy(SuspensionPolicy policy) {
        return new LockOptions(Optional.of(policy));
    }
}
