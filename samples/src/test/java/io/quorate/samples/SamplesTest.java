package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs each sample as a user would, on each backend by its one argument, and looks at what it tells. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SamplesTest {

    private static final Pattern BEGINNING = Pattern.compile("(?:ana|ben) begins job (\\d+), which takes (\\d).*");
    private static final Pattern END = Pattern.compile("(?:ana|ben) ends job (\\d+)");

    private SampleServer server = new SampleServer("zookeeper://not.started.yet", Duration.ZERO, List.of());

    @BeforeAll
    void startServer() throws Exception {
        server = SampleServer.start();
    }

    @AfterAll
    void stopServer() throws Exception {
        server.close();
    }

    Stream<String> backends() {
        return Stream.of("embedded:", server.uri());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void firstLockPacksTheOrder(String uri) throws Exception {
        assertThat(Output.of(() -> FirstLock.main(new String[] {uri})))
                .anyMatch(line -> line.matches("Packed order 42 under token \\d+"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void firstLatchLeads(String uri) throws Exception {
        assertThat(Output.of(() -> FirstLatch.main(new String[] {uri})))
                .singleElement()
                .asString()
                .matches("Leads billing in term \\d+");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void jobIsDoneByTheLeaderOnlyAndTakenOverWhenItIsShutDown(String uri) throws Exception {
        List<String> lines = Output.ofTimeline(() -> LeaderOnlyJob.main(new String[] {uri}));

        assertThat(lines)
                .containsSubsequence(
                        "ana writes the report",
                        "ben offers to do the job, too",
                        "ana is shut down",
                        "ben writes the report");
        int handOver = Output.indexOf(lines, "ben leads");
        assertThat(lines.subList(handOver, lines.size()))
                .as("she had stopped before he began")
                .noneMatch(line -> line.startsWith("ana writes"));
        assertThat(lines.subList(0, handOver)).noneMatch(line -> line.startsWith("ben writes"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void liveConfigurationRefusesABadValueAndRollsBack(String uri) throws Exception {
        assertThat(Output.of(() -> LiveConfiguration.main(new String[] {uri})))
                .containsExactly(
                        "runs Shop[pool=Pool[minSize=2, maxSize=8, timeout=PT30S], upload=10MiB, password=******]",
                        "changed [password, pool/maxSize, pool/minSize, upload]",
                        " ben publishes maxSize = 16",
                        "changed [pool/maxSize]",
                        "runs Pool[minSize=2, maxSize=16, timeout=PT30S]",
                        " ben publishes maxSize = 1",
                        "refused [pool: minSize is above maxSize]",
                        "still Pool[minSize=2, maxSize=16, timeout=PT30S]",
                        "differs [pool/maxSize]",
                        " ana rolls back to what she published",
                        "changed [pool/maxSize]",
                        "runs Pool[minSize=2, maxSize=8, timeout=PT30S]");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void thirdInstanceIsSparedByWhatTheOthersHaveLearned(String uri) throws Exception {
        List<String> lines = Output.ofTimeline(() -> SharedBreaker.main(new String[] {uri}));

        assertThat(lines)
                .containsSubsequence(
                        "ana is answered with 200",
                        "service breaks down",
                        "cleo is refused, state open by CLUSTER",
                        "cleo was spared: 0 requests of hers got through",
                        "service is repaired",
                        "cleo is answered with 200");
        List<Long> processes = Output.processes(lines);
        if (BackendArgument.isShared(uri)) {
            assertThat(processes)
                    .hasSize(3)
                    .doesNotHaveDuplicates()
                    .doesNotContain(ProcessHandle.current().pid())
                    .allSatisfy(pid -> assertThat(ProcessHandle.of(pid))
                            .as("is left behind")
                            .isEmpty());
        } else {
            assertThat(processes).isEmpty();
            assertThat(lines.get(0)).contains("no other process can reach it");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void breakerTakesANewConfigurationWhileItRuns(String uri) throws Exception {
        assertThat(Output.of(() -> ReconfiguredBreaker.main(new String[] {uri})))
                .containsExactly("The breaker opens at 0.5", "The breaker opens at 0.8 from now on");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void writerWaitsForTheReadersAndReadsOnAfterTheChange(String uri) throws Exception {
        assertThat(Output.of(() -> SharedCatalog.main(new String[] {uri})).stream()
                        .map(line -> line.replaceAll("\\d+", "N"))
                        .toList())
                .containsExactly(
                        "ana reads N under token N",
                        "ben reads N at the same time, under token N",
                        "cleo waits to write until these have read: [ana, ben]",
                        "cleo changes the price under token N",
                        "cleo reads N under the same token, N, with no writer in between");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void limitedJobsKeepTheLimit(String uri) throws Exception {
        List<String> lines = Output.ofTimeline(() -> LimitedJobs.main(new String[] {uri}));

        Map<String, Integer> running = new TreeMap<>();
        int begun = 0;
        for (String line : lines) {
            Matcher beginning = BEGINNING.matcher(line);
            Matcher end = END.matcher(line);
            if (beginning.matches()) {
                begun++;
                running.put(beginning.group(1), Integer.valueOf(beginning.group(2)));
            } else if (end.matches()) {
                assertThat(running.remove(end.group(1))).isNotNull();
            }
            assertThat(running.values().stream().mapToInt(Integer::intValue).sum())
                    .as("in use after: " + line)
                    .isLessThanOrEqualTo(4);
        }
        assertThat(begun).isEqualTo(8);
        assertThat(running).isEmpty();
        assertThat(lines).last().isEqualTo("all may use 6 units from now on");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void moneyTransferKeepsTheSum(String uri) throws Exception {
        assertThat(Output.of(() -> MoneyTransfer.main(new String[] {uri}))).containsExactly("ana has 75, ben has 125");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void politeHolderLetsGoWhenAsked(String uri) throws Exception {
        assertThat(Output.of(() -> PoliteHolder.main(new String[] {uri})))
                .containsExactly("operator asks: maintenance at noon", "operator holds the lock: true");
    }
}
