package io.quorate.embedded.member;

import java.util.Optional;

/**
 * How well a storage does, as long as it has not failed.
 *
 * @param spaceLow whether there is less room than the reserve, or not yet half as much again since there was
 * @param full whether it waits for room: something that it was asked for does not fit
 * @param stalled whether it takes so long that this member should not lead
 * @param slow whether it took longer than it should not long ago
 */
public record StoreHealth(boolean spaceLow, boolean full, boolean stalled, boolean slow) {

    /** Nothing is wrong. */
    public static final StoreHealth GOOD = new StoreHealth(false, false, false, false);

    /** Whether nothing becomes durable now, so that the others should not wait for this member. */
    boolean isBlocked() {
        return full || stalled;
    }

    /** What somebody should look at. */
    Optional<String> alert() {
        if (full) {
            return Optional.of(
                    "the disk is full: the member waits, and takes part again once there is room; free some");
        }
        if (spaceLow) {
            return Optional.of(
                    "the free space is below the reserve: writes are refused unless enough other members have more;"
                            + " free some");
        }
        if (stalled) {
            return Optional.of("the disk stalls: what is written does not become durable in time");
        }
        return slow ? Optional.of("the disk is slow: fsyncs take too long") : Optional.empty();
    }
}
