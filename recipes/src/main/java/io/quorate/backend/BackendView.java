package io.quorate.backend;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a backend looked like a moment ago, for health checks and display.
 *
 * @param kind what serves the interface, for people: {@code zookeeper}, {@code embedded}
 * @param available whether a write would probably succeed
 * @param members the members of the ensemble that are known, in a stable order
 */
public record BackendView(String kind, boolean available, List<Member> members) {

    /** The part that a member plays in its ensemble. */
    public enum Role {
        /** Orders the writes of an ensemble. */
        LEADER,
        /** Votes and follows a leader. */
        FOLLOWER,
        /** Follows a leader without a vote. */
        OBSERVER,
        /** Serves alone, without an ensemble. */
        STANDALONE,
        /** Reachable, but without a leader at the moment. */
        LOOKING,
        /** Did not answer. */
        UNREACHABLE
    }

    /**
     * One member of the ensemble.
     *
     * @param name address or id, unique in the view
     * @param role the part it plays
     * @param epoch the leader's term it follows, if known
     * @param latency its average time to answer a request, if known
     * @param connections how many clients are connected to it, if known
     * @param sessions how many sessions it knows, if known
     */
    public record Member(
            String name,
            Role role,
            OptionalLong epoch,
            Optional<Duration> latency,
            OptionalInt connections,
            OptionalInt sessions) {}

    /** Copies the list of members. */
    public BackendView {
        members = List.copyOf(members);
    }

    /** Returns the member that leads, or the one that stands alone. */
    public Optional<Member> leader() {
        return members.stream()
                .filter(member -> member.role() == Role.LEADER || member.role() == Role.STANDALONE)
                .findFirst();
    }
}
