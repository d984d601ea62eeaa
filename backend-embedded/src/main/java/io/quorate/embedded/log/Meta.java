package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/**
 * What a member remembers besides its history. Immutable; a value that was read here is durable.
 *
 * @param identity whose files these are
 * @param boots how often they were opened; distinguishes the runs of one incarnation
 * @param memberListVersion the version of the member list last used, as the runtime gave it
 * @param memberListHash the hash of that list, as the runtime gave it
 * @param acceptedEpoch the last epoch promised to a leader (f.p in the paper); never decreases
 * @param acceptedLeader the leader it was promised to, or null if that is not known
 * @param bootstrapped whether this member has taken part in the first start of its cluster
 * @param standing how far the files may be trusted with a vote
 * @param durableMark the log was durable at least up to this index when this was written
 * @param unfinished a change of several files that recovery must bring to its end
 */
public record Meta(
        Identity identity,
        long boots,
        long memberListVersion,
        long memberListHash,
        long acceptedEpoch,
        @Nullable AcceptedLeader acceptedLeader,
        boolean bootstrapped,
        Standing standing,
        long durableMark,
        Unfinished unfinished) {

    static Meta first(Identity identity, Standing standing) {
        return new Meta(identity, 0, 0, 0, 0, null, false, standing, 0, Unfinished.NOTHING);
    }

    Meta withBoots(long value) {
        return new Meta(
                identity,
                value,
                memberListVersion,
                memberListHash,
                acceptedEpoch,
                acceptedLeader,
                bootstrapped,
                standing,
                durableMark,
                unfinished);
    }

    Meta withMemberList(long version, long hash) {
        return new Meta(
                identity,
                boots,
                version,
                hash,
                acceptedEpoch,
                acceptedLeader,
                bootstrapped,
                standing,
                durableMark,
                unfinished);
    }

    Meta withAccepted(long epoch, @Nullable AcceptedLeader leader) {
        return new Meta(
                identity,
                boots,
                memberListVersion,
                memberListHash,
                epoch,
                leader,
                bootstrapped,
                standing,
                durableMark,
                unfinished);
    }

    Meta withBootstrapped() {
        return new Meta(
                identity,
                boots,
                memberListVersion,
                memberListHash,
                acceptedEpoch,
                acceptedLeader,
                true,
                standing,
                durableMark,
                unfinished);
    }

    Meta withStanding(Standing value) {
        return new Meta(
                identity,
                boots,
                memberListVersion,
                memberListHash,
                acceptedEpoch,
                acceptedLeader,
                bootstrapped,
                value,
                durableMark,
                unfinished);
    }

    Meta withLog(long mark, Unfinished change) {
        return new Meta(
                identity,
                boots,
                memberListVersion,
                memberListHash,
                acceptedEpoch,
                acceptedLeader,
                bootstrapped,
                standing,
                mark,
                change);
    }
}
