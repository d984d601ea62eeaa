package io.quorate.embedded.zab;

import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/** Mistakes in single decisions of the protocol, each of which some system has made or might make. */
public enum PlantedBug {
    /** No mistake. */
    NONE(Rules::new),

    /** Two quorums of a quorum too small by one member need not meet. */
    QUORUM_TOO_SMALL(oracle -> new Rules(oracle) {
        @Override
        Quorum quorumOf(int members) {
            return new Quorum(members, members / 2);
        }
    }),

    /** B7: what arrives on an old connection is processed. */
    CONNECTION_UNCHECKED(oracle -> new Rules(oracle) {
        @Override
        boolean isCurrentConnection(long connection, long current) {
            return current != 0;
        }
    }),

    /** B6: what an earlier role asked the storage for counts in this one. */
    GENERATION_UNCHECKED(oracle -> new Rules(oracle) {
        @Override
        boolean isCurrentGeneration(long generation, long current) {
            return true;
        }
    }),

    /** D5: a member that lost its disk counts as if it had never acknowledged anything. */
    AMNESIAC_COUNTS(oracle -> new Rules(oracle) {
        @Override
        boolean counts(boolean voter) {
            return true;
        }
    }),

    /** A disk counts that was replaced since it was last there. */
    REPLACED_DISK_COUNTS(oracle -> new Rules(oracle) {
        @Override
        boolean refuses(Roster roster, int member, boolean voter, long disk) {
            return false;
        }
    }),

    /** A new disk counts before a quorum knows that the old one does not. */
    ADMITTED_BEFORE_IT_IS_COMMITTED(oracle -> new Rules(oracle) {
        @Override
        boolean mayAdmit(long admission, long acknowledged, long committed) {
            return true;
        }
    }),

    /** E2: members back a candidate that does not hear them. */
    ONE_WAY_CONTACT_SUFFICES(oracle -> new Rules(oracle) {
        @Override
        boolean backs(boolean heard, boolean heardByCandidate) {
            return heard;
        }
    }),

    /** E2: a candidate stands that no quorum can follow. */
    STANDS_WITHOUT_QUORUM(oracle -> new Rules(oracle) {
        @Override
        boolean stands(boolean inContactWithQuorum) {
            return true;
        }
    }),

    /** A member joins a leader because others name it: a crashed leader is followed for ever. */
    LEADER_BY_HEARSAY(oracle -> new Rules(oracle) {
        @Override
        boolean believes(boolean leaderSaysSo, boolean quorumSaysSo, boolean established) {
            return quorumSaysSo;
        }
    }),

    /** D2: a new leader takes over the epoch of the last one. */
    EPOCH_REUSED(oracle -> new Rules(oracle) {
        @Override
        long newEpoch(long largestAccepted) {
            return Math.max(1, largestAccepted);
        }
    }),

    /** D3: a member accepts an epoch older than one it promised itself to. */
    OLDER_EPOCH_ACCEPTED(oracle -> new Rules(oracle) {
        @Override
        boolean accepts(long epoch, long acceptedEpoch) {
            return true;
        }

        @Override
        boolean countsFor(int leader, long incarnation, long epoch, EpochPromise promise) {
            return true;
        }
    }),

    /** D3: a member counts for two leaders in one epoch. */
    EPOCH_PROMISED_TWICE(oracle -> new Rules(oracle) {
        @Override
        boolean countsFor(int leader, long incarnation, long epoch, EpochPromise promise) {
            return true;
        }
    }),

    /** D4: a leader keeps its seat although a follower of its quorum is more recent. */
    NO_ABDICATION(oracle -> new Rules(oracle) {
        @Override
        boolean abdicates(LogPoint own, LogPoint follower) {
            return false;
        }
    }),

    /** D4: a leader looks at the index of a follower only, not at its epoch. */
    ABDICATION_BY_INDEX(oracle -> new Rules(oracle) {
        @Override
        boolean abdicates(LogPoint own, LogPoint follower) {
            return follower.index() > own.index();
        }
    }),

    /** S1: a range of indexes decides what two logs have in common (ZOOKEEPER-1156, 2846). */
    COMMON_POINT_BY_INDEX(oracle -> new Rules(oracle) {
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
    CUT_TOO_FAR(oracle -> new Rules(oracle) {
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
    GAP_ACCEPTED(oracle -> new Rules(oracle) {
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
    NOT_FORWARDED_WHILE_SYNCHRONIZING(oracle -> new Rules(oracle) {
        @Override
        boolean forwardsTo(boolean synchronizing, boolean active) {
            return active;
        }
    }),

    /** S4: UPTODATE commits what the follower acknowledged rather than what is committed. */
    COMMIT_OF_JOINER_FROM_ITS_ACK(oracle -> new Rules(oracle) {
        @Override
        long committedForJoiner(long acknowledged, long committed) {
            return acknowledged;
        }
    }),

    /** S3: a follower acknowledges before the synchronization stream is durable as a whole. */
    ACK_BEFORE_SYNC_END(oracle -> new Rules(oracle) {
        @Override
        boolean mayAcknowledge(long durable, long syncEnd) {
            return true;
        }
    }),

    /** B1: records of older epochs are committed by counting their copies. */
    OLDER_EPOCH_COUNTED(oracle -> new Rules(oracle) {
        @Override
        boolean mayCommit(long agreed, long newLeaderIndex) {
            return true;
        }
    }),

    /** B3: a leader takes transactions before its epoch is established. */
    PROPOSALS_BEFORE_ESTABLISHED(oracle -> new Rules(oracle) {
        @Override
        boolean acceptsProposals(Phase phase) {
            return phase != Phase.DISCOVERY;
        }
    }),

    /** B4: what is committed is applied before it is durable here. */
    APPLIED_BEFORE_DURABLE(oracle -> new Rules(oracle) {
        @Override
        long applicable(long committed, long durable) {
            return committed;
        }
    }),

    /** B4: what is durable here is applied before it is committed. */
    APPLIED_BEFORE_COMMITTED(oracle -> new Rules(oracle) {
        @Override
        long applicable(long committed, long durable) {
            return durable;
        }
    }),

    /** A round counts answers to earlier rounds: a deposed leader serves a stale read. */
    OLD_ANSWERS_CONFIRM(oracle -> new Rules(oracle) {
        @Override
        boolean answers(long heardRound, long round) {
            return heardRound > 0;
        }
    }),

    /** E3: a leader without a quorum keeps its seat. */
    SEAT_KEPT_WITHOUT_QUORUM(oracle -> new Rules(oracle) {
        @Override
        boolean keepsSeat(boolean quorumInContact) {
            return true;
        }
    });

    @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
    private final Function<IntUnaryOperator, Rules> rules;

    PlantedBug(Function<IntUnaryOperator, Rules> rules) {
        this.rules = rules;
    }

    Rules rules(IntUnaryOperator oracle) {
        return rules.apply(oracle);
    }
}
