package io.quorate.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelBackend.Bug;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.lock.testing.LockContract;
import io.quorate.lock.testing.MultiLockContract;
import io.quorate.lock.testing.ReadWriteLockContract;
import io.quorate.lock.testing.SemaphoreContract;
import io.quorate.mutation.testing.FailedTests;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A check that cannot fail proves nothing: the contracts of locks must notice what the classical mistakes of locks come to.
 *
 * <p>The mistakes are planted below the recipes, where each has the effect that it has in a recipe: a list of predecessors that is stale, a
 * departure that is not noticed, a release that hits somebody else, a permit that is never given back, a ticket that is taken twice.
 */
final class PlantedLockBugsTest {

    private static BackendFixture planted(Bug bug) {
        return new ModelFixture(3, Duration.ofMillis(9), bug);
    }

    /** Nested, as the others are, so that no build runs it as a test of its own. */
    @ParameterizedClass(name = "{0}")
    @EnumSource(
            value = Bug.class,
            names = {
                "ONLY_THE_PREDECESSOR_IS_AHEAD",
                "DEQUEUE_REMOVES_THE_FIRST",
                "FOREIGN_DELETION_IS_NOT_TOLD",
                "GAP_FORGETS_REMOVALS",
                "WATCH_ENDS_WITH_CONNECTION",
                "RETRY_IS_APPLIED_AGAIN",
                "TICKET_GUARD_IGNORED"
            })
    static class OfLocks extends LockContract {

        private final Bug bug;

        OfLocks(Bug bug) {
            this.bug = bug;
        }

        @Override
        protected BackendFixture newFixture() {
            return planted(bug);
        }
    }

    @ParameterizedClass(name = "{0}")
    @EnumSource(
            value = Bug.class,
            names = {
                "ONLY_THE_PREDECESSOR_IS_AHEAD",
                "DEQUEUE_REMOVES_THE_FIRST",
                "WATCH_ENDS_WITH_CONNECTION",
                "UNCHANGED_GUARD_IGNORED"
            })
    static class OfReadWriteLocks extends ReadWriteLockContract {

        private final Bug bug;

        OfReadWriteLocks(Bug bug) {
            this.bug = bug;
        }

        @Override
        protected BackendFixture newFixture() {
            return planted(bug);
        }
    }

    @ParameterizedClass(name = "{0}")
    @EnumSource(
            value = Bug.class,
            names = {"ONLY_THE_PREDECESSOR_IS_AHEAD", "DEQUEUE_REMOVES_THE_FIRST", "WATCH_ENDS_WITH_CONNECTION"})
    static class OfSemaphores extends SemaphoreContract {

        private final Bug bug;

        OfSemaphores(Bug bug) {
            this.bug = bug;
        }

        @Override
        protected BackendFixture newFixture() {
            return planted(bug);
        }
    }

    @ParameterizedClass(name = "{0}")
    @EnumSource(
            value = Bug.class,
            names = {
                "TICKETS_ARE_TAKEN_ONE_BY_ONE",
                "RETRY_IS_APPLIED_AGAIN",
                "TICKET_GUARD_IGNORED",
                "FOREIGN_DELETION_IS_NOT_TOLD"
            })
    static class OfMultiLocks extends MultiLockContract {

        private final Bug bug;

        OfMultiLocks(Bug bug) {
            this.bug = bug;
        }

        @Override
        protected BackendFixture newFixture() {
            return planted(bug);
        }
    }

    @ParameterizedTest
    @CsvSource({"OfLocks,7", "OfReadWriteLocks,4", "OfSemaphores,3", "OfMultiLocks,4"})
    void everyPlantedBugIsCaught(String contract, int bugs) throws ClassNotFoundException {
        FailedTests failed = FailedTests.of(Class.forName(PlantedLockBugsTest.class.getName() + "$" + contract));

        assertThat(failed.byPart()).hasSize(bugs);
        assertThat(failed.byPart())
                .allSatisfy(
                        (bug, tests) -> assertThat(tests).as(bug + " is caught").isNotEmpty());
    }
}
