package io.quorate.embedded;

import io.quorate.backend.BackendView;
import java.util.Optional;

/**
 * What a member looked like a moment ago.
 *
 * @param id its id, counted from 1
 * @param condition whether it runs
 * @param role the part it plays; {@link BackendView.Role#UNREACHABLE} if it does not run
 * @param epoch the leader's term it takes part in, 0 if none
 * @param applied the revision up to which its state has come
 * @param digest the digest of its state; members with the same {@code applied} have the same
 * @param sessions how many sessions are connected to it
 * @param alert what somebody should look at, though the member runs: files that were quarantined, data that was lost, a disk
 *     that is nearly full or slow
 * @param failure why it failed, if it did
 */
public record MemberStatus(
        int id,
        Condition condition,
        BackendView.Role role,
        long epoch,
        long applied,
        long digest,
        int sessions,
        Optional<String> alert,
        Optional<String> failure) {

    /** Whether a member runs. */
    public enum Condition {
        /** It was not started, or was stopped. */
        STOPPED,
        /** It reads its directory. */
        RECOVERING,
        /** It takes part in its ensemble. */
        RUNNING,
        /** It stopped by itself and does nothing more; {@link MemberStatus#failure} says why. */
        FAILED
    }
}
