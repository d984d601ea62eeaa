package io.quorate.embedded.zab;

/** Mistakes in single decisions of the protocol, each of which some system has made or might make. */
public enum PlantedBug {
    /** No mistake. */
    NONE(new Rules()),

    /** Two quorums of a quorum too small by one member need not meet. */
    QUORUM_TOO_SMALL(new Rules() {
        @Override
        Quorum quorumOf(int members) {
            return new Quorum(members, members / 2);
        }
    }),

    /** B7: what arrives on an old connection is processed. */
    CONNECTION_UNCHECKED(new Rules() {
        @Override
        boolean isCurrentConnection(long connection, long current) {
            return current != 0;
        }
    }),

    /** B6: what an earlier role asked the storage for counts in this one. */
    GENERATION_UNCHECKED(new Rules() {
        @Override
        boolean isCurrentGeneration(long generation, long current) {
            return true;
        }
    }),

    /** D5: a member that lost its disk counts as if it had never acknowledged anything. */
    AMNESIAC_COUNTS(new Rules() {
        @Override
        boolean counts(boolean voter) {
            return true;
        }
    }),

    /** E2: members back a candidate that does not hear them. */
    ONE_WAY_CONTACT_SUFFICES(new Rules() {
        @Override
        boolean backs(boolean heard, boolean heardByCandidate) {
            return heard;
        }
    }),

    /** E2: a candidate stands that no quorum can follow. */
    STANDS_WITHOUT_QUORUM(new Rules() {
        @Override
        boolean stands(boolean inContactWithQuorum) {
            return true;
        }
    }),

    /** A member joins a leader because others name it: a crashed leader is followed for ever. */
    LEADER_BY_HEARSAY(new Rules() {
        @Override
        boolean believes(boolean leaderSaysSo, boolean quorumSaysSo, boolean established) {
            return quorumSaysSo;
        }
    }),

    /** D2: a new leader takes over the epoch of the last one. */
    EPOCH_REUSED(new Rules() {
        @Override
        long newEpoch(long largestAccepted) {
            return Math.max(1, largestAccepted);
        }
    }),

    /** D3: a member accepts an epoch older than one it promised itself to. */
    OLDER_EPOCH_ACCEPTED(new Rules() {
        @Override
        boolean accepts(long epoch, EpochPromise promise) {
            return true;
        }

        @Override
        boolean countsFor(int leader, long incarnation, long epoch, EpochPromise promise) {
            return true;
        }
    }),

    /** D3: a member counts for two leaders in one epoch. */
    EPOCH_PROMISED_TWICE(new Rules() {
        @Override
        boolean countsFor(int leader, long incarnation, long epoch, EpochPromise promise) {
            return true;
        }
    }),

    /** D4: a leader keeps its seat although a follower of its quorum is more recent. */
    NO_ABDICATION(new Rules() {
        @Override
        boolean abdicates(LogPoint own, LogPoint follower) {
            return false;
        }
    }),

    /** D4: a leader looks at the index of a follower only, not at its epoch. */
    ABDICATION_BY_INDEX(new Rules() {
        @Override
        boolean abdicates(LogPoint own, LogPoint follower) {
            return follower.index() > own.index();
        }
    }),

    /** S1: a range of indexes decides what two logs have in common (ZOOKEEPER-1156, 2846). */
    COMMON_POINT_BY_INDEX(new Rules() {
        @Override
        SyncPlan plan(History leader, LogPoint snapshot, History follower) {
            SyncPlan right = super.plan(leader, snapshot, follower);
            long common = Math.min(
                    leader.lastIndexOf(leader.stretches() - 1), follower.end().index());
            boolean keepsAll = common == follower.end().index();
            return right.kind() == SyncPlan.Kind.SNAP
                    ? right
                    : new SyncPlan(keepsAll ? SyncPlan.Kind.DIFF : SyncPlan.Kind.TRUNC, common, common);
        }

        @Override
        boolean continues(LogRecord record, long lastIndex, long lastHash, long lastEpoch) {
            return record.index() == lastIndex + 1;
        }

        @Override
        boolean endsAs(Message.NewLeader announced, long lastIndex, long lastHash) {
            return announced.lastIndex() == lastIndex;
        }
    }),

    /** S1: a follower is cut back to the start of the last common epoch, further than needed. */
    CUT_TOO_FAR(new Rules() {
        @Override
        SyncPlan plan(History leader, LogPoint snapshot, History follower) {
            SyncPlan right = super.plan(leader, snapshot, follower);
            long start = leader.startOf(0).index();
            boolean cuts = right.kind() == SyncPlan.Kind.TRUNC && right.keepThrough() > start;
            return cuts ? new SyncPlan(SyncPlan.Kind.TRUNC, start, start) : right;
        }

        @Override
        boolean mayTruncate(long lastIndex, long committed) {
            return true;
        }
    }),

    /** S4: a follower skips records it was not sent. */
    GAP_ACCEPTED(new Rules() {
        @Override
        boolean continues(LogRecord record, long lastIndex, long lastHash, long lastEpoch) {
            return true;
        }

        @Override
        boolean forwardsTo(boolean synchronizing, boolean active) {
            return active;
        }
    }),

    /** S4: proposals between the end of the stream and its acknowledgement are not forwarded. */
    NOT_FORWARDED_WHILE_SYNCHRONIZING(new Rules() {
        @Override
        boolean forwardsTo(boolean synchronizing, boolean active) {
            return active;
        }
    }),

    /** S4: UPTODATE commits what the follower acknowledged rather than what is committed. */
    COMMIT_OF_JOINER_FROM_ITS_ACK(new Rules() {
        @Override
        long committedForJoiner(long acknowledged, long committed) {
            return acknowledged;
        }
    }),

    /** S3: a follower acknowledges before the synchronization stream is durable as a whole. */
    ACK_BEFORE_SYNC_END(new Rules() {
        @Override
        boolean mayAcknowledge(long durable, long syncEnd) {
            return true;
        }
    }),

    /** B1: records of older epochs are committed by counting their copies. */
    OLDER_EPOCH_COUNTED(new Rules() {
        @Override
        boolean mayCommit(long agreed, long newLeaderIndex) {
            return true;
        }
    }),

    /** B3: a leader takes transactions before its epoch is established. */
    PROPOSALS_BEFORE_ESTABLISHED(new Rules() {
        @Override
        boolean acceptsProposals(Phase phase) {
            return phase != Phase.DISCOVERY;
        }
    }),

    /** B4: what is committed is applied before it is durable here. */
    APPLIED_BEFORE_DURABLE(new Rules() {
        @Override
        long applicable(long committed, long durable) {
            return committed;
        }
    }),

    /** B4: what is durable here is applied before it is committed. */
    APPLIED_BEFORE_COMMITTED(new Rules() {
        @Override
        long applicable(long committed, long durable) {
            return durable;
        }
    }),

    /** A round counts answers to earlier rounds: a deposed leader serves a stale read. */
    OLD_ANSWERS_CONFIRM(new Rules() {
        @Override
        boolean answers(long heardRound, long round) {
            return heardRound > 0;
        }
    }),

    /** E3: a leader without a quorum keeps its seat. */
    SEAT_KEPT_WITHOUT_QUORUM(new Rules() {
        @Override
        boolean keepsSeat(boolean quorumInContact) {
            return true;
        }
    });

    @SuppressWarnings("ImmutableEnumChecker") // Rules have no state.
    private final Rules rules;

    PlantedBug(Rules rules) {
        this.rules = rules;
    }

    Rules rules() {
        return rules;
    }
}
