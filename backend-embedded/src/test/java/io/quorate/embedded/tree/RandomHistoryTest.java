package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The state machine against its naive twin. */
class RandomHistoryTest {

    private static final int SEEDS = 500;
    private static final int STEPS = 200;

    private static final String[] MUST_OCCUR = {
        "OpenSession Done",
        "OpenSession SESSIONS, not proposed",
        "CloseSession Done",
        "CloseSession SessionGone, not proposed",
        "Reap Done",
        "Reap Done, not proposed",
        "Enqueue Created",
        "Enqueue Created, not proposed",
        "Enqueue CHILDREN",
        "Enqueue DATA_BYTES",
        "Enqueue EPHEMERALS",
        "Enqueue EPHEMERAL_PATH_BYTES",
        "Enqueue NODES",
        "Enqueue SESSION_OWNED_HAS_NO_CHILDREN",
        "Enqueue of several Created",
        "Enqueue of several Created, not proposed",
        "Enqueue of several CHILDREN",
        "Enqueue of several COMMIT_SIZE",
        "Enqueue of several EPHEMERALS",
        "Enqueue of several SESSION_OWNED_HAS_NO_CHILDREN",
        "Dequeue Dequeued",
        "Dequeue Dequeued, not proposed",
        "Create Created",
        "Create KEY_EXISTS",
        "Create NO_SUCH_KEY",
        "Write Done",
        "Write Done, not proposed",
        "Write COMMIT_SIZE",
        "Write DATA_BYTES",
        "Write GUARD_FAILED",
        "Write KEY_EXISTS",
        "Write NOT_EMPTY",
        "Write NO_SUCH_KEY",
        "Write SESSION_OWNED_HAS_NO_CHILDREN",
        "Write UNEXPECTED_REVISION",
        "Write Forgotten, not proposed",
        "Write OutOfOrder, not proposed",
        "Write RESULTS, not proposed",
        "Write SessionGone, not proposed",
        "proposals lost",
        "snapshot loaded",
        "watches replayed",
        "watches have a gap"
    };

    @Test
    void everyRandomHistoryGoesAsTheTwinSaysAndMeetsEveryOutcome() {
        Map<String, Integer> occurrences = new TreeMap<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomHistory history = new RandomHistory(seed, Rules.SOUND);
            try {
                history.run(STEPS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            history.occurrences().forEach((name, count) -> occurrences.merge(name, count, Integer::sum));
        }
        // A check that is never reached proves nothing.
        assertThat(occurrences).containsKeys(MUST_OCCUR);
    }
}
