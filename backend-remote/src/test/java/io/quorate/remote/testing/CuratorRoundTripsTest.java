package io.quorate.remote.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.remote.testing.LockRoundTrips.Figures;
import io.quorate.remote.testing.LockRoundTrips.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The figures we publish beside our own are Curator's, and a comparison is worth what its baseline is. */
class CuratorRoundTripsTest {
    private static final Map<Step, Figures> CURATOR_MUTEX = Map.of(
            Step.COLD_ACQUIRE, new Figures(12, 6, 12),
            Step.RELEASE, new Figures(1, 1, 1),
            Step.ACQUIRE, new Figures(2, 1, 2),
            Step.ACQUIRE_AT_ONCE_IN_VAIN, new Figures(4, 2, 4),
            Step.ENQUEUE, new Figures(3, 1, 3),
            Step.HAND_OVER, new Figures(2, 1, 2));

    @Test
    void everyStepOfCuratorsMutexCostsWhatWePublish() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone()) {
            LockRoundTrips run = new LockRoundTrips(servers, CuratorLockSubject::open);
            Map<Step, Figures> measured = run.measure();
            assertThat(measured).as(run.trace()).isEqualTo(CURATOR_MUTEX);
        }
    }
}
