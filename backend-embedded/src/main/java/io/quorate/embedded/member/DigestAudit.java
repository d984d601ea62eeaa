package io.quorate.embedded.member;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The leader's comparison of what all members have as the digest of their state, at every index that is a multiple of
 * {@value #INTERVAL}.
 *
 * <p>Members that have applied the same records have the same digest, or one of them is wrong and must not go on. What a quorum
 * has is right, whether the leader is among them or not. If members differ and no quorum agrees for a while, because too few
 * members run, nobody can tell who is wrong: then those that differ from the leader stop, and keep what they have. Confined to
 * the member's thread.
 */
final class DigestAudit {

    static final int INTERVAL = 1_000;
    static final int PATIENCE_TICKS = 20;
    private static final int REMEMBERED = 16;

    /** Receives what was found. */
    interface Verdicts {

        /**
         * A member has another state than it should.
         *
         * @param member the member; perhaps the leader itself
         * @param index where
         * @param expected the digest that it should have there
         * @param certain whether a quorum has that digest; otherwise it is the leader's
         */
        void differs(int member, long index, long expected, boolean certain);
    }

    /** What members have at one index. */
    private static final class Tally {
        final Map<Integer, Long> digests = new TreeMap<>();
        int ticks;
    }

    private final int self;
    private final int quorum;
    private final Verdicts verdicts;
    private final Map<Long, Tally> tallies = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Tally> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Creates an audit for one leadership, by the member {@code self}. */
    DigestAudit(int self, int quorum, Verdicts verdicts) {
        this.self = self;
        this.quorum = quorum;
        this.verdicts = verdicts;
    }

    static boolean isDue(long index) {
        return index % INTERVAL == 0;
    }

    /** Notes what a member has at an index; it may be this one. */
    void report(int member, long index, long digest) {
        Tally tally = tallies.computeIfAbsent(index, unused -> new Tally());
        tally.digests.put(member, digest);
        for (long candidate : tally.digests.values()) {
            if (count(tally, candidate) >= quorum) {
                judge(index, tally, candidate, true);
                return;
            }
        }
    }

    private static int count(Tally tally, long digest) {
        int count = 0;
        for (long other : tally.digests.values()) {
            count += other == digest ? 1 : 0;
        }
        return count;
    }

    /** Names those that differ, once. */
    private void judge(long index, Tally tally, long expected, boolean certain) {
        for (Map.Entry<Integer, Long> entry : Map.copyOf(tally.digests).entrySet()) {
            if (entry.getValue() != expected) {
                tally.digests.remove(entry.getKey());
                verdicts.differs(entry.getKey(), index, expected, certain);
            }
        }
    }

    /** Lets time pass. */
    void tick() {
        for (Map.Entry<Long, Tally> entry : Map.copyOf(tallies).entrySet()) {
            Tally tally = entry.getValue();
            Long own = tally.digests.get(self);
            if (own != null && ++tally.ticks == PATIENCE_TICKS && count(tally, own) < quorum) {
                judge(entry.getKey(), tally, own, false);
            }
        }
    }
}
