package io.quorate.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.leader.testing.LeaderElectionContract;
import io.quorate.leader.testing.LeaderLatchContract;
import io.quorate.mutation.testing.FailedTests;
import io.quorate.mutation.testing.MutatedClasses;
import io.quorate.mutation.testing.Mutation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/**
 * A check that cannot fail proves nothing: the contracts on the model and the simulation must notice every mistake below, which is made on purpose
 * in the source of the latch, of the election, and of what they stand on.
 */
final class PlantedRecipeBugsTest {

    private static final Path SOURCES = Path.of("src/main/java/io/quorate");
    private static final String CANDIDACY = "internal/leader/Candidacy.java";
    private static final String LATCH = "internal/leader/QueueLeaderLatch.java";
    private static final String ELECTION = "internal/leader/QueueLeaderElection.java";
    private static final String SIGHT = "internal/QueueSight.java";
    private static final String OWNERSHIP = "internal/Ownership.java";
    private static final String PLACES_OF_A_SESSION = "io.quorate.internal.WaitingLineTest";

    /** The mistakes. */
    enum Bug {
        /** A term is believed in until the news of its end arrives. */
        DEADLINE_IS_IGNORED(OWNERSHIP, "if (provenNanos() <= 0) {", "if (false) {"),
        /** Tickets of a deleted queue are put in order with those of the one that follows it. */
        LIVES_OF_A_QUEUE_ARE_MIXED(
                SIGHT,
                "line = new LinkedHashSet<>(ticket.ahead());",
                "java.util.TreeSet<QueueEntry> mixed = new java.util.TreeSet<>(java.util.Comparator"
                        + ".comparing(QueueEntry::name, io.quorate.backend.TicketName.FIFO).thenComparing(QueueEntry::key));"
                        + "mixed.addAll(line); mixed.headSet(ticket.place()).retainAll(ticket.ahead());"
                        + "mixed.addAll(ticket.ahead()); line = mixed;"),
        /** A ticket that nobody watched has its turn without a look at whether it is there. */
        UNWATCHED_TICKET_IS_TRUSTED("internal/WaitingLine.java", "&& sight.isCertain(place.ticket.place())", ""),
        /** The entry of a lost term stays. */
        LOST_TERM_KEEPS_ITS_ENTRY(OWNERSHIP, "giveBack(); onEnd", "onEnd"),
        /** Nobody is told that a term has ended. */
        END_IS_NOT_TOLD(OWNERSHIP, "onEnd.accept(cause);", ""),
        /** A candidate that gives up leaves its place behind. */
        LEAVING_KEEPS_THE_PLACE(CANDIDACY, "result.cancel(false);", ""),
        /** What can never succeed is tried for ever. */
        FINAL_FAILURE_IS_REPEATED(CANDIDACY, "if (isFinal(failure)) {", "if (false) {"),
        /** A closed client's candidates go on. */
        CLOSED_CLIENT_IS_NOT_NOTICED(CANDIDACY, "if (failure instanceof SessionClosedException) {", "if (false) {"),
        /** A latch stands once. */
        NO_REQUEUE_AFTER_A_TERM(LATCH, "if (!closing) { candidacy.enter(); }", ""),
        /** Listeners are told before the state has turned. */
        CALLBACK_BEFORE_THE_FLAG(
                LATCH,
                "phase = phase.elected(term); if (closing) {",
                "listeners.acquired(term); phase = phase.elected(term); if (closing) {"),
        /** Listeners are told of the end of a term only if it was lost. */
        STEPPING_DOWN_IS_NOT_TOLD(
                LATCH,
                "listeners.lost(leading.term(), cause);",
                "if (cause != LossCause.RELEASED) { listeners.lost(leading.term(), cause); }"),
        /** A closed latch stays in the queue. */
        CLOSE_DOES_NOT_LEAVE(LATCH, "candidacy.leave(); Term last", "Term last"),
        /** Those who wait are not told of the leadership. */
        WAITERS_ARE_FORGOTTEN(LATCH, "List.copyOf(waiters).forEach(waiter -> waiter.complete(term));", ""),
        /** The next term begins while the body of the one before still works. */
        NEXT_TERM_DOES_NOT_WAIT_FOR_THE_BODY(
                ELECTION, "if (!run.lost || !run.ended || current != run) {", "if (!run.lost || current != run) {"),
        /** The leadership is given up before the body has ended. */
        HANDS_OVER_BEFORE_THE_BODY_ENDED(
                ELECTION,
                "stop(run); run.timer = client.after(options.closeGrace()",
                "stop(run); run.term.release(); run.timer = client.after(options.closeGrace()"),
        /** A body that has ended keeps the leadership. */
        BODY_THAT_ENDED_KEEPS_LEADING(
                ELECTION,
                "run.term.release(); finishIfOver(run); } private void finishIfOver",
                "finishIfOver(run); } private void finishIfOver"),
        /** The loss is told before the body is told to stop. */
        LOSS_IS_TOLD_BEFORE_THE_STOP(
                ELECTION, "stop(run); listeners.lost(run.term, cause);", "listeners.lost(run.term, cause); stop(run);"),
        /** A body is told to stop once its proof is over. */
        BODY_IS_STOPPED_TOO_LATE(ELECTION, ".minus(stopGrace)", ""),
        /** Nobody tells a body that its term is lost. */
        BODY_IS_NOT_STOPPED(ELECTION, "run.term.stop(); run.body.stop();", "run.body.stop();"),
        /** A body that does not end keeps the leadership of a closed election. */
        GRACE_NEVER_ENDS(ELECTION, "run.abandoned = true; run.term.release();", "run.abandoned = true;"),
        /** A body that was given up on counts as ended. */
        UNCLEAN_END_IS_HIDDEN(ELECTION, "finishLeaving(!run.abandoned);", "finishLeaving(true);"),
        /** The policy for the time after a term is not looked at. */
        POLICY_IS_IGNORED(ELECTION, "case NEVER -> true;", "case NEVER -> false;"),
        /** A failure is no reason to end. */
        FAILURE_IS_IGNORED(ELECTION, "case UNTIL_FAILURE -> failure.isPresent();", "case UNTIL_FAILURE -> false;"),
        /** An election stands for one term. */
        ELECTION_DOES_NOT_STAND_AGAIN(ELECTION, "candidacy.enterAfter(pauseAfter(failure));", "pauseAfter(failure);");

        private final String file;
        private final String find;
        private final String replace;

        Bug(String file, String find, String replace) {
            this.file = file;
            this.find = find;
            this.replace = replace;
        }

        Mutation mutation() {
            return new Mutation(SOURCES, file, find, replace);
        }
    }

    /** The contract of latches on the model. Nested, so that no build runs it as a test of its own. */
    @ExtendWith(UntilCaught.class)
    static class LatchOnTheModel extends LeaderLatchContract {
        @Override
        protected BackendFixture newFixture() {
            return new ModelFixture(1, Duration.ofMillis(6));
        }
    }

    /** The contract of elections on the model. */
    @ExtendWith(UntilCaught.class)
    static class ElectionOnTheModel extends LeaderElectionContract {
        @Override
        protected BackendFixture newFixture() {
            return new ModelFixture(1, Duration.ofMillis(6));
        }
    }

    /** Some worlds. */
    @ExtendWith(UntilCaught.class)
    static class Worlds {
        @ParameterizedTest
        @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
        void leadershipIsExclusiveAndComesBack(long seed) {
            new LeadershipSimulation(seed, false).run();
        }

        @ParameterizedTest
        @MethodSource("io.quorate.leader.LeadershipSimulationTest#seeds")
        void leadershipIsExclusiveAfterTheWholeQueueWasDeleted(long seed) {
            new LeadershipSimulation(seed, true).run();
        }
    }

    /** Skips what is left of a suite once a test has failed: one is enough. */
    static class UntilCaught implements ExecutionCondition, AfterEachCallback {

        private static final Namespace STORE = Namespace.create(UntilCaught.class);

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getRoot().getStore(STORE).get("caught") != null
                    ? ConditionEvaluationResult.disabled("the mistake has been noticed")
                    : ConditionEvaluationResult.enabled("the mistake has not been noticed");
        }

        /** Runs after the suite's own clean-up, which is a test too. */
        @Override
        public void afterEach(ExtensionContext context) {
            if (context.getExecutionException()
                    .filter(failure -> !(failure instanceof TestAbortedException))
                    .isPresent()) {
                context.getRoot().getStore(STORE).put("caught", true);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Bug.class)
    void mistakeIsNoticed(Bug bug, @TempDir Path directory) throws Exception {
        assertThat(whoNotices(MutatedClasses.with(bug.mutation(), directory)))
                .as("tests that notice %s", bug)
                .isNotEmpty();
    }

    @Test
    void sourcesWithoutAMistakePass(@TempDir Path directory) throws Exception {
        Mutation none = new Mutation(SOURCES, LATCH, "listeners.failed(cause);", "listeners.failed(cause);");

        assertThat(whoNotices(MutatedClasses.with(none, directory))).isEmpty();
    }

    private static Set<String> whoNotices(MutatedClasses classes) throws ClassNotFoundException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            return FailedTests.of(
                            classes.loadClass(LatchOnTheModel.class.getName()),
                            classes.loadClass(ElectionOnTheModel.class.getName()),
                            classes.loadClass(Worlds.class.getName()),
                            classes.loadClass(PLACES_OF_A_SESSION))
                    .all();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
