package io.quorate.embedded.member;

import io.quorate.embedded.tree.StateMachine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares the digest of a member's state with the leader's, at every index that is a multiple of {@value #INTERVAL}.
 *
 * <p>Members that have applied the same records have the same digest, or one of them is wrong and must not go on. Either side
 * may come first; what was not compared in time is forgotten. Confined to the member's thread.
 */
final class DigestAudit {

    static final int INTERVAL = 1_000;
    private static final int REMEMBERED = 16;

    private final Map<Long, Long> own = bounded();
    private final Map<Long, Long> leaders = bounded();

    private static Map<Long, Long> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    static boolean isDue(long index) {
        return index % INTERVAL == 0;
    }

    /** Notes the state just behind a record. */
    void applied(StateMachine state) {
        long index = state.appliedIndex();
        if (isDue(index)) {
            own.put(index, state.digest());
            compare(index);
        }
    }

    /**
     * Takes the leader's digest.
     *
     * @throws IllegalStateException if this member's state is another one
     */
    void leaderHas(long index, long digest) {
        leaders.put(index, digest);
        compare(index);
    }

    private void compare(long index) {
        Long here = own.get(index);
        Long there = leaders.get(index);
        if (here == null || there == null || here.equals(there)) {
            return;
        }
        throw new DivergedException("the state at index " + index + " has digest " + Long.toHexString(here)
                + " here and " + Long.toHexString(there)
                + " at the leader: one of the two applied something else, which is a"
                + " defect of the program or of its machine; this member stops. Its directory is set aside with the next"
                + " start and kept for examination");
    }
}
