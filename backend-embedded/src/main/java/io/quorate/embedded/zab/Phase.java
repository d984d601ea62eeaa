package io.quorate.embedded.zab;

/** The phase of the protocol a member is in (ZAB paper, section IV). */
public enum Phase {
    /** Phase 0: members look for a likely leader. */
    ELECTION,
    /** Phase 1: the leader finds a new epoch and the most recent history of a quorum. */
    DISCOVERY,
    /** Phase 2: the followers take over the leader's history. */
    SYNCHRONIZATION,
    /** Phase 3: the leader proposes and commits. */
    BROADCAST;

    /** Whether this phase comes next after another within a role. */
    boolean follows(Phase other) {
        return (this == SYNCHRONIZATION && other == DISCOVERY) || (this == BROADCAST && other == SYNCHRONIZATION);
    }
}
