package io.quorate.embedded.member;

import java.util.Optional;

/**
 * How well a storage does, as long as it has not failed.
 *
 * @param spaceLow whether writes must be refused now, before the reserve of free space is used
 * @param stalled whether it takes so long that this member should not lead
 * @param slow whether it took longer than it should not long ago
 */
public record StoreHealth(boolean spaceLow, boolean stalled, boolean slow) {

    /** Nothing is wrong. */
    public static final StoreHealth GOOD = new StoreHealth(false, false, false);

    /** What somebody should look at. */
    Optional<String> alert() {
        if (spaceLow) {
            return Optional.of("the free space is below the reserve, writes are refused; free some");
        }
        if (stalled) {
            return Optional.of("the disk stalls: what is written does not become durable in time");
        }
        return slow ? Optional.of("the disk is slow: fsyncs take too long") : Optional.empty();
    }
}
