package io.quorate.embedded.zab;

import java.util.List;

/**
 * What a {@link ZabPeer} needs to know of its ensemble. All times are in ticks.
 *
 * @param self the id of this member, at least 1
 * @param incarnation differs for each start of this member
 * @param members the ids of all members, increasing, this one included
 * @param heartbeatTicks a leader sends a heartbeat this often; looking members repeat their vote this often
 * @param electionTicks a follower leaves a leader it has not heard of, and a leader without a quorum steps down, after
 *     this long
 * @param syncTicks a role that has not reached broadcast after this long is given up
 * @param finalizeTicks an elected candidate waits this long for a better one, unless all members agree; may be 0
 * @param stallTicks a leader whose oldest storage operation takes this long steps down
 * @param maxUncommitted a leader refuses proposals while more records than this are not committed
 */
public record ZabConfig(
        int self,
        long incarnation,
        List<Integer> members,
        int heartbeatTicks,
        int electionTicks,
        int syncTicks,
        int finalizeTicks,
        int stallTicks,
        int maxUncommitted) {

    private static final int MAX_MEMBERS = 63;

    /** Checks the ranges and that the member list is in order. */
    public ZabConfig {
        members = List.copyOf(members);
        if (members.isEmpty() || members.size() > MAX_MEMBERS) {
            throw new IllegalArgumentException(
                    "an ensemble has 1 to " + MAX_MEMBERS + " members, not " + members.size());
        }
        int previous = 0;
        for (int member : members) {
            if (member <= previous) {
                throw new IllegalArgumentException("member ids must be positive, increasing and distinct: " + members);
            }
            previous = member;
        }
        if (!members.contains(self)) {
            throw new IllegalArgumentException("member " + self + " is not in its own member list " + members);
        }
        if (heartbeatTicks < 1 || electionTicks <= 2 * heartbeatTicks || syncTicks < electionTicks) {
            throw new IllegalArgumentException(
                    "needs heartbeatTicks >= 1, electionTicks > 2 * heartbeatTicks and syncTicks"
                            + " >= electionTicks, not " + heartbeatTicks + ", " + electionTicks + " and " + syncTicks);
        }
        if (finalizeTicks < 0 || stallTicks < 1 || maxUncommitted < 1) {
            throw new IllegalArgumentException("needs finalizeTicks >= 0, stallTicks >= 1 and maxUncommitted >= 1, not "
                    + finalizeTicks + ", " + stallTicks + " and " + maxUncommitted);
        }
    }

    /** The times that suit a tick of a tenth of the election time-out. */
    public static ZabConfig of(int self, long incarnation, List<Integer> members) {
        return new ZabConfig(self, incarnation, members, 3, 10, 40, 1, 100, 65_536);
    }
}
