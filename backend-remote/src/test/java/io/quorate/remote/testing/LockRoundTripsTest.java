package io.quorate.remote.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.remote.testing.LockRoundTrips.Figures;
import io.quorate.remote.testing.LockRoundTrips.Step;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The figures that the README publishes: what each step of our lock costs, and beside it, measured in the same run by the same
 * means, what it costs with Curator's, since a comparison is worth what its baseline is.
 */
class LockRoundTripsTest {
    private static final Map<Step, Figures> QUORATE_LOCK = Map.of(
            Step.COLD_ACQUIRE, new Figures(9, 6, 2),
            Step.RELEASE, new Figures(1, 1, 1),
            Step.ACQUIRE, new Figures(3, 1, 1),
            Step.ACQUIRE_AT_ONCE_IN_VAIN, new Figures(2, 0, 1),
            Step.ENQUEUE, new Figures(4, 1, 2),
            Step.HAND_OVER, new Figures(1, 1, 1),
            Step.HAND_OVER_AT_WAITER, new Figures(0, 0, 0));

    private static final Map<Step, Figures> CURATOR_MUTEX = Map.of(
            Step.COLD_ACQUIRE, new Figures(12, 6, 12),
            Step.RELEASE, new Figures(1, 1, 1),
            Step.ACQUIRE, new Figures(2, 1, 2),
            Step.ACQUIRE_AT_ONCE_IN_VAIN, new Figures(4, 2, 4),
            Step.ENQUEUE, new Figures(3, 1, 3),
            Step.HAND_OVER, new Figures(2, 1, 2),
            Step.HAND_OVER_AT_WAITER, new Figures(1, 0, 1));

    @Test
    void everyStepCostsWhatWePublish() throws Exception {
        LockRoundTrips quorate;
        LockRoundTrips curator;
        Map<Step, Figures> ours;
        Map<Step, Figures> theirs;
        try (ZooKeeperServers servers = ZooKeeperServers.standalone()) {
            quorate = new LockRoundTrips(servers, QuorateLockSubject::open);
            ours = quorate.measure();
        }
        // On a server of its own, where the lock's parents are missing as well.
        try (ZooKeeperServers servers = ZooKeeperServers.standalone()) {
            curator = new LockRoundTrips(servers, CuratorLockSubject::open);
            theirs = curator.measure();
        }
        System.out.println(table(ours, theirs));

        assertThat(ours).as(quorate.trace()).isEqualTo(QUORATE_LOCK);
        assertThat(theirs).as(curator.trace()).isEqualTo(CURATOR_MUTEX);
    }

    @Test
    void releaseDoesNotWaitForTheServer() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone()) {
            assertThat(new LockRoundTrips(servers, QuorateLockSubject::open).releaseWaitsForTheServer())
                    .isFalse();
            assertThat(new LockRoundTrips(servers, CuratorLockSubject::open).releaseWaitsForTheServer())
                    .isTrue();
        }
    }

    private static String table(Map<Step, Figures> ours, Map<Step, Figures> theirs) {
        String head = String.format(
                Locale.ROOT,
                "%n%-25s | %8s %6s %11s | %8s %6s %11s%n%-25s | %27s | %27s%n",
                "step",
                "requests",
                "writes",
                "round trips",
                "requests",
                "writes",
                "round trips",
                "",
                "Quorate",
                "Curator InterProcessMutex");
        return Arrays.stream(Step.values())
                .map(step -> String.format(
                        Locale.ROOT,
                        "%-25s | %s | %s%n",
                        step.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        row(requireNonNull(ours.get(step))),
                        row(requireNonNull(theirs.get(step)))))
                .collect(Collectors.joining("", head, ""));
    }

    private static String row(Figures figures) {
        return String.format(Locale.ROOT, "%8d %6d %11d", figures.requests(), figures.writes(), figures.roundTrips());
    }
}
