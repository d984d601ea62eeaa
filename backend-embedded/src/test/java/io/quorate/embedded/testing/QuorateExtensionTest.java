package io.quorate.embedded.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.SessionState;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.MemberStatus;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** What users of the extension see, by running test classes with it. */
class QuorateExtensionTest {

    private static final Key KEY = Key.of("/some/key");

    private static EngineExecutionResults run(Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
                .execute();
    }

    private static void assertAllPass(Class<?> tests, int count) {
        Events events = run(tests).testEvents();
        assertThat(failures(events)).isEmpty();
        events.assertStatistics(statistics -> statistics.succeeded(count).failed(0));
    }

    private static List<Throwable> failures(Events events) {
        return events.failed().stream()
                .map(event ->
                        event.getRequiredPayload(TestExecutionResult.class).getThrowable())
                .flatMap(Optional::stream)
                .toList();
    }

    private static Throwable failure(Class<?> tests) {
        List<Throwable> failures = failures(run(tests).testEvents());
        assertThat(failures).hasSize(1);
        return failures.get(0);
    }

    private static void write(Quorate client) throws InterruptedException {
        client.commit(Commit.builder().create(KEY, Bytes.utf8("left behind")).build());
    }

    // ---- what tests are handed

    @QuorateTest
    static class Parameters {
        private final Quorate ofConstructor;

        Parameters(Quorate ofConstructor) {
            this.ofConstructor = ofConstructor;
        }

        @Test
        void eachClientHasItsOwnSession(EmbeddedEnsemble ensemble, Quorate one, Quorate other, Faults faults) {
            assertThat(List.of(ofConstructor, one, other))
                    .extracting(client -> client.session().join().id())
                    .doesNotHaveDuplicates();
            assertThat(List.of(one, other))
                    .extracting(client -> client.session().join().options().ownerName())
                    .doesNotHaveDuplicates()
                    .allMatch(name -> name.startsWith("Parameters.eachClientHasItsOwnSession-"));
            assertThat(ensemble.status()).hasSize(3);
            assertThat(faults.history()).isEmpty();
        }
    }

    @Test
    void eachClientHasASessionOfItsOwn() {
        assertAllPass(Parameters.class, 1);
    }

    @QuorateTest
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Emptied {
        @BeforeAll
        static void writes(Quorate client) throws Exception {
            write(client);
        }

        @BeforeEach
        void nothingIsThere(Quorate client) throws Exception {
            assertThat(client.get(KEY)).isEmpty();
        }

        @Test
        @Order(1)
        void leavesEntries(Quorate client, EmbeddedEnsemble ensemble) throws Exception {
            write(client);
            for (int i = 0; i < 300; i++) {
                client.commit(Commit.builder()
                        .create(Key.of("/many/" + i), Bytes.utf8("value"))
                        .build());
            }
        }

        @Test
        @Order(2)
        void findsNone(EmbeddedEnsemble ensemble, Quorate client) throws Exception {
            assertThat(client.session().join().snapshot(Key.ROOT).join().entries())
                    .isEmpty();
        }
    }

    @Test
    void everyTestBeginsWithAnEmptyState() {
        assertAllPass(Emptied.class, 2);
    }

    @QuorateTest(members = 1)
    static class KeptClient {
        static final List<Quorate> CLIENTS = new CopyOnWriteArrayList<>();

        @BeforeAll
        static void takes(Quorate client) {
            CLIENTS.add(client);
        }

        @Test
        void usesIt() {
            assertThat(CLIENTS.get(0).session().join().state()).isEqualTo(SessionState.CONNECTED);
        }

        @Test
        void usesItAgain() {
            usesIt();
        }
    }

    @Test
    void clientThatBeforeAllTakesLivesAsLongAsTheClass() {
        assertAllPass(KeptClient.class, 2);
        assertThat(KeptClient.CLIENTS.get(0).session()).isCompletedExceptionally();
    }

    // ---- whose the ensemble is

    static class OneForTheClass {
        static final List<EmbeddedEnsemble> SEEN = new CopyOnWriteArrayList<>();

        @RegisterExtension
        static final QuorateExtension QUORATE = QuorateExtension.inMemory(1);

        @Test
        void one(EmbeddedEnsemble ensemble) {
            SEEN.add(ensemble);
        }

        @Test
        void other(EmbeddedEnsemble ensemble) {
            SEEN.add(ensemble);
        }

        @Nested
        class Inside {
            @Test
            void inside(EmbeddedEnsemble ensemble) {
                SEEN.add(ensemble);
            }
        }
    }

    @Test
    void extensionInAStaticFieldHasOneEnsembleForTheClass() {
        assertAllPass(OneForTheClass.class, 3);
        assertThat(OneForTheClass.SEEN).hasSize(3).allMatch(seen -> seen == OneForTheClass.SEEN.get(0));
        assertThat(OneForTheClass.SEEN.get(0).status())
                .as("it ends with the class")
                .allMatch(member -> member.condition() == MemberStatus.Condition.STOPPED);
    }

    static class OneForEachTest {
        static final List<EmbeddedEnsemble> SEEN = new CopyOnWriteArrayList<>();

        @RegisterExtension
        final QuorateExtension quorate = QuorateExtension.inMemory(1);

        @Test
        void one(EmbeddedEnsemble ensemble, Quorate client) {
            SEEN.add(ensemble);
        }

        @Test
        void other(EmbeddedEnsemble ensemble) {
            SEEN.add(ensemble);
        }
    }

    @Test
    void extensionInAnInstanceFieldHasOneEnsembleForEachTest() {
        assertAllPass(OneForEachTest.class, 2);
        assertThat(OneForEachTest.SEEN)
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allSatisfy(ensemble -> assertThat(ensemble.status())
                        .allMatch(member -> member.condition() == MemberStatus.Condition.STOPPED));
    }

    // ---- what a failure tells

    @QuorateTest
    static class Failing {
        @Test
        void fails(Faults faults, Quorate client) {
            faults.killLeader();
            faults.cut(client).heal();
            throw new IllegalStateException("the application is wrong");
        }
    }

    @Test
    void testThatFailsTellsTheFaultsWithTheirTimes() {
        EngineExecutionResults results = run(Failing.class);

        Throwable failure = failures(results.testEvents()).get(0);
        assertThat(failure).hasMessage("the application is wrong");
        assertThat(failure.getSuppressed())
                .hasSize(1)
                .allSatisfy(report -> assertThat(report).hasMessageMatching("""
                        (?s)faults of this test, counted from its beginning:
                         *\\+\\d+\\.\\d ms  killLeader\\(\\): member \\d dies
                         *\\+\\d+\\.\\d ms  cut\\(Failing.fails-\\w+\\)
                         *\\+\\d+\\.\\d ms  healed: cut\\(Failing.fails-\\w+\\)
                        at its end: .*member \\d STOPPED.*"""));
        assertThat(results.testEvents().reportingEntryPublished().stream())
                .as("published too")
                .hasSize(1)
                .allSatisfy(event -> assertThat(event.toString()).contains("killLeader()"));
    }

    @QuorateTest
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Unhealed {
        @Test
        @Order(1)
        void healsNothing(Faults faults, Quorate client) {
            faults.killLeader();
            faults.delay(Duration.ofMillis(20));
            faults.skewClock(Duration.ofSeconds(2));
            faults.cut(client);
        }

        @Test
        @Order(2)
        void findsNoFault(EmbeddedEnsemble ensemble, Faults faults, Quorate client) throws Exception {
            assertThat(faults.history()).isEmpty();
            assertThat(ensemble.leader()).isPresent();
            write(client);
        }
    }

    @Test
    void faultsThatLastAreHealedForTheNextTest() {
        assertAllPass(Unhealed.class, 2);
    }

    // ---- leaks

    @QuorateTest(members = 1)
    static class KeepsALock {
        @Test
        void keepsALock(Quorate client) throws Exception {
            LockLease unused = client.lock("orders/42").acquire();
        }
    }

    @Test
    void entryThatIsNotGivenBackIsNamedWithItsOwner() {
        assertThat(failure(KeepsALock.class))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the test has left behind:\n  entry /locks/orders/42/")
                .hasMessageContaining("of 'KeepsALock.keepsALock-")
                .hasMessageContaining("close the lease");
    }

    @QuorateTest(members = 1)
    static class KeepsAWatch {
        @Test
        void keepsAWatch(Quorate client) {
            client.session().join().watch(Key.of("/orders"), Scope.SUBTREE, batch -> {});
        }
    }

    @Test
    void watchThatIsOpenIsNamedWithItsOwner() {
        assertThat(failure(KeepsAWatch.class))
                .hasMessageContaining("watch /orders (SUBTREE) of 'KeepsAWatch.keepsAWatch-");
    }

    @QuorateTest(members = 1)
    static class KeepsASession {
        static final List<Quorate> OPENED = new CopyOnWriteArrayList<>();

        @Test
        void keepsASession(EmbeddedEnsemble ensemble) throws Exception {
            OPENED.add(
                    Quorate.open(ensemble.backend(), QuorateOptions.defaults().withOwnerName("forgotten")));
            OPENED.get(0).lock("orders").acquire();
        }
    }

    @Test
    void sessionOfAClientOfTheTestsOwnIsNamedWithWhatItHolds() {
        assertThat(failure(KeepsASession.class))
                .hasMessageContaining("of 'forgotten' is open: the test has opened this client and must close it")
                .hasMessageContaining("it owns [/locks/orders/");
        KeepsASession.OPENED.forEach(Quorate::close);
    }

    static class KeepsAThread {
        static final CountDownLatch END = new CountDownLatch(1);

        @RegisterExtension
        static final QuorateExtension QUORATE = QuorateExtension.inMemory(1)
                .withOptions(QuorateOptions.defaults().withOperationTimeout(Duration.ofMillis(200)));

        @Test
        void keepsAThread(Quorate client) throws Exception {
            CountDownLatch begun = new CountDownLatch(1);
            // What depends on a future that is done runs in the thread of the test: this one is not done while the lock
            // is held.
            LockLease before = client.lock("orders").acquire();
            client.lock("orders").acquireAsync().thenAccept(lease -> {
                lease.close();
                begun.countDown();
                awaitEnd();
            });
            before.close();
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        }

        private static void awaitEnd() {
            try {
                END.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void threadOfAClientThatDoesNotEndIsNamedWithThePlaceWhereItIs() {
        assertThat(failure(KeepsAThread.class))
                .hasMessageContaining("thread quorate-callback-KeepsAThread.keepsAThread-")
                .hasMessageContaining("KeepsAThread.awaitEnd(");
        KeepsAThread.END.countDown();
    }

    @QuorateTest(members = 1, checkLeaks = false)
    static class MayLeak {
        @Test
        void keepsALock(Quorate client) throws Exception {
            LockLease unused = client.lock("orders").acquire();
        }

        @Test
        void keepsTheSameLock(Quorate client) throws Exception {
            LockLease unused = client.lock("orders").acquire();
        }
    }

    @Test
    void testsThatMayLeakDoNotDisturbEachOther() {
        assertAllPass(MayLeak.class, 2);
    }

    @QuorateTest(members = 1)
    static class LeaksAndFails {
        @Test
        void leaksAndFails(Quorate client) throws Exception {
            LockLease unused = client.lock("orders").acquire();
            throw new IllegalStateException("the application is wrong");
        }
    }

    @Test
    void leakDoesNotHideTheFailureOfATest() {
        assertThat(failure(LeaksAndFails.class)).hasMessage("the application is wrong");
    }
}
