package io.quorate.embedded.tree;

import static io.quorate.embedded.tree.Fixture.commit;
import static io.quorate.embedded.tree.Fixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.backend.Bytes;
import org.junit.jupiter.api.Test;

/** What would exceed a limit is refused by the leader before it becomes a transaction; once there is room it is taken. */
class TreeLimitsTest {

    private static final Bytes VALUE = Bytes.utf8("v");
    private static final int CHILDREN = 5;
    private static final int NODES = 9;
    private static final long BYTES = 1_600;
    private static final int SESSIONS = 2;
    private static final int EPHEMERALS = 3;

    private static TreeLimits limits(int nodes, long bytes) {
        return new TreeLimits(1_000, 16, 4_000, CHILDREN, nodes, bytes, SESSIONS, EPHEMERALS, 1_000, 8);
    }

    private final Fixture leader = new Fixture(limits(100, 1 << 20));

    private static void assertExceeded(Fixture at, Result result, Limit limit, long bound) {
        assertThat(result).isInstanceOfSatisfying(Result.LimitExceeded.class, exceeded -> {
            assertThat(exceeded.limit()).isEqualTo(limit);
            assertThat(exceeded.bound()).isEqualTo(bound);
            assertThat(exceeded.actual()).isGreaterThan(bound);
        });
        at.state.checkInvariants();
    }

    @Test
    void valueBeyondItsLimitIsRefused() {
        long session = leader.open();
        Bytes tooLong = Bytes.of(new byte[1_001]);
        assertExceeded(
                leader,
                leader.run(leader.write(session, commit().create(key("/a"), tooLong))),
                Limit.DATA_BYTES,
                1_000);
        assertThat(leader.state.get(key("/a"))).isEmpty();
    }

    @Test
    void commitOfTooManyOperationsIsRefused() {
        long session = leader.open();
        var tooMany = commit();
        for (int i = 0; i < 17; i++) {
            tooMany.create(key("/a" + i), null);
        }
        assertExceeded(leader, leader.run(leader.write(session, tooMany)), Limit.COMMIT_SIZE, 16);
    }

    @Test
    void childrenOfOneEntryAreLimited() {
        long session = leader.open();
        for (int i = 0; i < CHILDREN; i++) {
            assertThat(leader.run(leader.write(session, commit().create(key("/p/" + i), null))))
                    .isEqualTo(Result.Done.INSTANCE);
        }
        assertExceeded(
                leader,
                leader.run(leader.write(session, commit().create(key("/p/more"), null))),
                Limit.CHILDREN,
                CHILDREN);
        leader.run(leader.write(session, commit().delete(key("/p/0"))));
        assertThat(leader.run(leader.write(session, commit().create(key("/p/more"), null))))
                .isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void entriesOfTheEnsembleAreLimitedAndTheRootIsOne() {
        Fixture small = new Fixture(limits(NODES, 1 << 20));
        long session = small.open();
        for (int i = 1; i < NODES; i++) {
            String path = "/" + (i % 3) + (i < 3 ? "" : "/" + i);
            var create = commit().create(key(i == 3 ? "/0" : path), null);
            assertThat(small.run(small.write(session, create))).isEqualTo(Result.Done.INSTANCE);
        }
        assertThat(small.state.nodes()).isEqualTo(NODES);
        assertExceeded(
                small, small.run(small.write(session, commit().create(key("/1/more"), null))), Limit.NODES, NODES);
        assertThat(small.run(small.write(session, commit().update(key("/1"), VALUE))))
                .as("what is there may change")
                .isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void bytesOfAllEntriesAreLimitedAndMayBeFreed() {
        Fixture small = new Fixture(limits(100, BYTES));
        long session = small.open();
        Bytes value = Bytes.of(new byte[600]);
        assertThat(small.run(small.write(session, commit().create(key("/a"), value))))
                .isEqualTo(Result.Done.INSTANCE);
        Result result = Result.Done.INSTANCE;
        for (int i = 0; i < 10 && result == Result.Done.INSTANCE; i++) {
            result = small.run(small.write(session, commit().create(key("/b" + i), value)));
        }
        assertExceeded(small, result, Limit.TOTAL_BYTES, BYTES);
        assertThat(small.run(small.write(session, commit().delete(key("/a"))))).isEqualTo(Result.Done.INSTANCE);
        assertThat(small.run(small.write(session, commit().create(key("/c"), value))))
                .isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void sessionsAreLimitedAndAClosedOneMakesRoom() {
        long first = leader.open();
        leader.open();
        assertExceeded(leader, leader.run(leader.openRequest()), Limit.SESSIONS, SESSIONS);
        leader.run(new Request.CloseSession(first, false));
        assertThat(leader.run(leader.openRequest())).isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void entriesOwnedByOneSessionAreLimitedWhateverAnotherOwns() {
        long session = leader.open();
        long other = leader.open();
        for (int i = 0; i < EPHEMERALS; i++) {
            assertThat(leader.run(leader.write(session, commit().createOwned(key("/e" + i), null))))
                    .isEqualTo(Result.Done.INSTANCE);
        }
        assertExceeded(
                leader,
                leader.run(leader.write(session, commit().createOwned(key("/more"), null))),
                Limit.EPHEMERALS,
                EPHEMERALS);
        assertThat(leader.run(leader.write(other, commit().createOwned(key("/more"), null))))
                .isEqualTo(Result.Done.INSTANCE);
    }

    @Test
    void limitsThatCouldNotBeKeptAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new TreeLimits(TreeLimits.HARD_DATA_BYTES + 1, 16, 4_000, 5, 9, 1_000, 2, 3, 1_000, 8))
                .withMessageContaining("dataBytes must be between 1 and " + TreeLimits.HARD_DATA_BYTES);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TreeLimits(1_000, 16, TreeLimits.HARD_TXN_BYTES + 1, 5, 9, 1_000, 2, 3, 1_000, 8))
                .withMessageContaining("txnBytes");
    }
}
