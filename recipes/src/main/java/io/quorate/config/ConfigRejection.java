package io.quorate.config;

import java.time.Instant;
import java.util.List;

/**
 * A state of the configuration that did not become current.
 *
 * @param revision the revision of what was refused; 0 for a file that could not be read
 * @param origin where it was read
 * @param reasons everything that is wrong with it, at least one; never the value of a {@link Secret}
 * @param at when it was refused, by the clock of {@link ConfigOptions}; for display
 */
public record ConfigRejection(long revision, ConfigOrigin origin, List<String> reasons, Instant at) {

    /** Copies the list. */
    public ConfigRejection {
        reasons = List.copyOf(reasons);
        if (reasons.isEmpty()) {
            throw new IllegalArgumentException("a rejection needs a reason");
        }
    }
}
