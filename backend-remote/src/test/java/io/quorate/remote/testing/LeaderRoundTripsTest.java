package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What each step of our latch costs, and beside it, measured in the same run by the same means, what it costs with Curator's, since a
 * comparison is worth what its baseline is.
 */
class LeaderRoundTripsTest {

    /** A step of a candidate. */
    private enum Step {
        /** Stand for a leadership that nobody has, where candidates have been before, until leading. */
        START,
        /** Stand behind another leader, up to where the only thing left is to wait. */
        QUEUE_UP,
        /** From the leader's stepping down until the next one leads; both clients' figures together. */
        HAND_OVER,
        /** What the next leader sends of that, once it has been notified. */
        HAND_OVER_AT_NEXT
    }

    private static final Map<Step, Integer> QUORATE =
            Map.of(Step.START, 1, Step.QUEUE_UP, 2, Step.HAND_OVER, 1, Step.HAND_OVER_AT_NEXT, 0);

    private static final Map<Step, Integer> CURATOR =
            Map.of(Step.START, 3, Step.QUEUE_UP, 3, Step.HAND_OVER, 3, Step.HAND_OVER_AT_NEXT, 2);

    private final StringBuilder trace = new StringBuilder();

    @Test
    void everyStepCostsWhatWePublish() throws Exception {
        Map<Step, Integer> ours = measure(QuorateLatchSubject::open);
        Map<Step, Integer> theirs = measure(CuratorLatchSubject::open);
        System.out.println("round trips of a leader latch, Quorate: " + ours + ", Curator: " + theirs);

        assertThat(ours).as(trace.toString()).isEqualTo(QUORATE);
        assertThat(theirs).as(trace.toString()).isEqualTo(CURATOR);
    }

    private Map<Step, Integer> measure(LatchSubject.Opener opener) throws Exception {
        Map<Step, Integer> roundTrips = new EnumMap<>(Step.class);
        // On servers of its own, so that neither finds what the other left.
        try (ZooKeeperServers servers = ZooKeeperServers.standalone();
                ZooKeeperProxy firstProxy = ZooKeeperProxy.start(servers.leaderAddress());
                ZooKeeperProxy nextProxy = ZooKeeperProxy.start(servers.leaderAddress());
                LatchSubject earlier = opener.open(servers.connectString());
                LatchSubject first = opener.open(firstProxy.connectString());
                LatchSubject next = opener.open(nextProxy.connectString())) {
            earlier.start().get(20, TimeUnit.SECONDS);
            earlier.stepDown();
            awaitEntries(servers, earlier, 0);

            note(
                    first,
                    roundTrips,
                    Step.START,
                    firstProxy.measure(() -> first.start().get(20, TimeUnit.SECONDS)));
            Recording queueing = nextProxy.startCounting();
            CompletableFuture<Void> leads = next.start();
            awaitEntries(servers, next, 2);
            note(first, roundTrips, Step.QUEUE_UP, queueing.stop());
            assertThat(leads).isNotDone();
            Recording atFirst = firstProxy.startCounting();
            Recording atNext = nextProxy.startCounting();
            first.stepDown();
            leads.get(20, TimeUnit.SECONDS);
            Counts countsOfNext = atNext.stop();
            note(first, roundTrips, Step.HAND_OVER, atFirst.stop(), countsOfNext);
            note(first, roundTrips, Step.HAND_OVER_AT_NEXT, countsOfNext);
            next.stepDown();
            awaitEntries(servers, next, 0);
        }
        return roundTrips;
    }

    private void note(LatchSubject subject, Map<Step, Integer> roundTrips, Step step, Counts... counts) {
        for (Counts part : counts) {
            trace.append('\n').append(step).append(": ").append(part);
            roundTrips.merge(step, subject.roundTrips(part), Integer::sum);
        }
    }

    private static void awaitEntries(ZooKeeperServers servers, LatchSubject candidate, int count) {
        await().until(() -> servers.ephemerals().values().stream()
                        .flatMap(paths -> paths.stream())
                        .filter(path -> path.startsWith(candidate.path() + "/"))
                        .count()
                == count);
    }
}
