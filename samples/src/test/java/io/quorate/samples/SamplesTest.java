package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs each sample as a user would, and looks at what it tells. */
final class SamplesTest {

    /** How many characters of a line of the timeline are the time. */
    private static final int TIME_COLUMN = "  0.00 s  ".length();

    @Test
    void firstLockPacksTheOrder() throws Exception {
        assertThat(outputOf(() -> FirstLock.main(new String[0]))).contains("Packed order 42 under token ");
    }

    @Test
    void failoverLosesNothingAndCountsNothingTwice() throws Exception {
        List<String> lines = outputOf(() -> Failover.main(new String[0]))
                .lines()
                .map(line ->
                        line.substring(Math.min(line.length(), TIME_COLUMN)).replaceAll(" +", " "))
                .toList();

        String holder = lines.get(indexOf(lines, "quorum has lost member ") - 1);
        assertThat(holder).contains(" holds the lock under token ");
        assertThat(lines.get(indexOf(lines, "quorum has lost member ") + 1))
                .as("the same lease goes on")
                .isEqualTo(holder.replace("holds the lock", "counts 150"));
        assertThat(lines).contains("count is 300 = 3 workers x 100 rounds: nothing was lost, nothing happened twice");
        assertThat(lines.get(lines.size() - 1)).contains("leader of epoch 2").contains("unreachable");
    }

    @Test
    void fencedLockRefusesTheLateWriteAndLosesNothing() throws Exception {
        List<String> lines = outputOf(() -> FencedLock.main(new String[0]))
                .lines()
                .map(line ->
                        line.substring(Math.min(line.length(), TIME_COLUMN)).replaceAll(" +", " "))
                .toList();

        assertThat(lines)
                .containsSubsequence(
                        "ben queues up behind ana",
                        "cleo queues up behind ana",
                        "ana is stopped: nothing gets in or out of her machine")
                .anyMatch(line -> line.startsWith("ana has lost the lock by her own clock"))
                .anyMatch(line -> line.startsWith("backend refuses her write: nothing was committed"))
                .anyMatch(line -> line.startsWith("printer refuses her receipt: token "))
                .endsWith("balance is 130 = 100 + 10 + 20: nothing was lost");
        assertThat(indexOf(lines, "ana has lost the lock"))
                .as("she knew before the next one held it")
                .isLessThan(indexOf(lines, "ben holds the lock"));
        assertThat(indexOf(lines, "ben holds the lock")).isLessThan(indexOf(lines, "cleo holds the lock"));
    }

    @Test
    void sharedCatalogReadsOnAfterTheChange() throws Exception {
        assertThat(outputOf(() -> SharedCatalog.main(new String[0])))
                .contains("Two readers at once, tokens rise: true")
                .contains("The price is 110, read under token ");
    }

    @Test
    void limitedJobsKeepTheLimit() throws Exception {
        assertThat(outputOf(() -> LimitedJobs.main(new String[0])))
                .contains("All 8 jobs are done; at most 4 units were in use: true")
                .contains("From now on there are 6 units");
    }

    @Test
    void moneyTransferKeepsTheSum() throws Exception {
        assertThat(outputOf(() -> MoneyTransfer.main(new String[0]))).contains("ana has 75, ben has 125");
    }

    @Test
    void politeHolderLetsGoWhenAsked() throws Exception {
        assertThat(outputOf(() -> PoliteHolder.main(new String[0])))
                .contains("operator asks: maintenance at noon")
                .contains("operator holds the lock: true");
    }

    @Test
    void liveConfigurationRefusesABadValueAndRollsBack() throws Exception {
        assertThat(outputOf(() -> LiveConfiguration.main(new String[0])).lines())
                .containsExactly(
                        "runs     Shop[pool=Pool[minSize=2, maxSize=8, timeout=PT30S], upload=10MiB, password=******]",
                        "changed  [password, pool/maxSize, pool/minSize, upload]",
                        "refused  [pool: minSize is above maxSize]",
                        "still    Pool[minSize=2, maxSize=8, timeout=PT30S]",
                        "differs  [pool/maxSize]",
                        "changed  []",
                        "runs     Pool[minSize=2, maxSize=8, timeout=PT30S]");
    }

    @Test
    void jobIsDoneByTheLeaderOnlyAndTakenOverWhenItIsShutDown() throws Exception {
        List<String> lines = outputOf(() -> LeaderOnlyJob.main(new String[0]))
                .lines()
                .map(line ->
                        line.substring(Math.min(line.length(), TIME_COLUMN)).replaceAll(" +", " "))
                .toList();

        assertThat(lines)
                .containsSubsequence("ana writes the report", "ana is shut down", "ben writes the report")
                .anyMatch(line -> line.startsWith("latch led in term "));
        assertThat(lines.subList(indexOf(lines, "ben leads"), lines.size()))
                .as("she had stopped before he began")
                .noneMatch(line -> line.startsWith("ana writes"));
    }

    @Test
    void thirdInstanceIsSparedByWhatTheOthersHaveLearned() throws Exception {
        assertThat(outputOf(() -> SharedBreaker.main(new String[0])).lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "ana is answered with 200",
                        "cleo is refused, state open by CLUSTER",
                        "cleo was spared, no request got through: true",
                        "cleo is answered with 200",
                        "ana opens at 0.8 from now on");
    }

    @Test
    void guardedStoreRefusesWhileItsBackendIsSilentAndComesBack() throws Exception {
        assertThat(outputOf(() -> GuardedStore.main(new String[0])).lines())
                .containsExactly(
                        "The guard is CLOSED",
                        "The operation is refused; it says when to try again: true",
                        "The guard is closed again; there is an entry: false");
    }

    private static int indexOf(List<String> lines, String beginning) {
        return lines.indexOf(lines.stream()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow());
    }

    private static String outputOf(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        try (PrintStream capturing = new PrintStream(captured, true, StandardCharsets.UTF_8)) {
            System.setOut(capturing);
            program.run();
        } finally {
            System.setOut(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }

    private interface Program {
        void run() throws Exception;
    }
}
