package io.quorate.config;

import java.time.Instant;
import java.util.Set;

/**
 * A configuration as it was at one revision, decoded and validated.
 *
 * @param value the decoded value
 * @param revision the revision of the last commit that changed it; of what is published by a {@link ConfigPublisher}
 *     it is the same for all instances, and what {@link ConfigPublisher#rollbackTo} takes. 0 if nothing is published
 * @param origin where it was read
 * @param overriddenKeys the keys that an operator's override file has set; empty unless the origin is
 *     {@link ConfigOrigin#OVERRIDE_FILE}
 * @param loadedAt when this process read it, by the clock of {@link ConfigOptions}; for display
 */
public record ConfigSnapshot<T>(
        T value, long revision, ConfigOrigin origin, Set<String> overriddenKeys, Instant loadedAt) {

    /** Copies the set. */
    public ConfigSnapshot {
        overriddenKeys = Set.copyOf(overriddenKeys);
    }
}
