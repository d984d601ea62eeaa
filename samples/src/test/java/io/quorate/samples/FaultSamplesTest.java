package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the samples that need a backend of their own, because they kill its leader or cut its network, and looks at what they tell. */
final class FaultSamplesTest {

    @Test
    void failoverLosesNothingAndCountsNothingTwice() throws Exception {
        List<String> lines = Output.ofTimeline(() -> Failover.main(new String[0]));

        String holder = lines.get(Output.indexOf(lines, "quorum has lost member ") - 1);
        assertThat(holder).contains(" holds the lock under token ");
        assertThat(lines.get(Output.indexOf(lines, "quorum has lost member ") + 1))
                .as("the same lease goes on")
                .isEqualTo(holder.replace("holds the lock", "counts 150"));
        assertThat(lines).contains("count is 300 = 3 workers x 100 rounds: nothing was lost, nothing happened twice");
        assertThat(lines.get(lines.size() - 1)).contains("leader of epoch 2").contains("unreachable");
    }

    @Test
    void threeProcessesGoOnWithoutTheLeaderThatWasKilledWhileItHeldTheLock() throws Exception {
        List<String> lines = Output.ofTimeline(() -> ThreeProcesses.main(new String[0]));

        int kill = Output.indexOf(lines, "story kills member ");
        String killed = lines.get(kill).substring("story kills ".length(), "story kills member N".length());
        List<String> before = lines.subList(0, kill);
        List<String> after = lines.subList(kill + 1, lines.size());
        assertThat(before)
                .anyMatch(line -> line.matches("member \\d leads the work in term \\d+"))
                .anyMatch(line -> line.startsWith(killed + " holds the lock under token "))
                .anyMatch(line -> line.startsWith(killed + " INFO Outlet - " + killed + " leads epoch "));
        assertThat(after)
                .contains(killed + " has ended with exit status 137")
                .anyMatch(line -> line.matches("(member \\d) INFO Outlet - \\1 leads epoch \\d+, .*"))
                .noneMatch(line -> line.startsWith(killed + " counts"))
                .endsWith("count is 30: nothing was lost, nothing happened twice");
        assertThat(before).anyMatch(line -> line.endsWith(" publishes a faster pace, as the leader of the work"));
        assertThat(Output.processes(lines))
                .hasSize(3)
                .doesNotHaveDuplicates()
                .allSatisfy(pid ->
                        assertThat(ProcessHandle.of(pid)).as("is left behind").isEmpty());
    }

    @Test
    void fencedLockRefusesTheLateWriteAndLosesNothing() throws Exception {
        List<String> lines = Output.ofTimeline(() -> FencedLock.main(new String[0]));

        assertThat(lines)
                .containsSubsequence(
                        "ben queues up behind ana",
                        "cleo queues up behind ana",
                        "ana is stopped: nothing gets in or out of her machine")
                .anyMatch(line -> line.startsWith("ana has lost the lock by her own clock"))
                .anyMatch(line -> line.startsWith("backend refuses her write: nothing was committed"))
                .anyMatch(line -> line.startsWith("printer refuses her receipt: token "))
                .endsWith("balance is 130 = 100 + 10 + 20: nothing was lost");
        assertThat(Output.indexOf(lines, "ana has lost the lock"))
                .as("she knew before the next one held it")
                .isLessThan(Output.indexOf(lines, "ben holds the lock"));
        assertThat(Output.indexOf(lines, "ben holds the lock"))
                .isLessThan(Output.indexOf(lines, "cleo holds the lock"));
    }

    @Test
    void guardedStoreRefusesWhileItsBackendIsSilentAndComesBack() throws Exception {
        assertThat(Output.of(() -> GuardedStore.main(new String[0])))
                .containsExactly(
                        "The guard is CLOSED",
                        "The operation is refused; it says when to try again: true",
                        "The guard is closed again; there is an entry: false");
    }
}
