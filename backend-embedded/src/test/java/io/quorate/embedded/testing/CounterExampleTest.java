package io.quorate.embedded.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.linearizability.testing.HistoryRecorder;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.Verdict;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The examples of the guide's pages on virtual time and on linearizability. */
final class CounterExampleTest {

    private static final Key COUNTER = Key.of("/counter");

    /** What a counter may do: each increment answers the number that follows. */
    record CounterModel() implements Model<Long, String, Long> {

        @Override
        public Long initial() {
            return 0L;
        }

        @Override
        public Set<Long> step(Long state, String input, Long output) {
            return output == state + 1 ? Set.of(output) : Set.of();
        }

        @Override
        public Set<Long> stepUnknown(Long state, String input) {
            return Set.of(state + 1);
        }

        @Override
        public boolean isReadOnly(String input) {
            return false;
        }
    }

    /** A counter in an entry, changed by everybody; the guard makes it right. */
    private static void increment(
            HistoryRecorder<String, Long> recorder, int client, Session session, boolean guarded) {
        HistoryRecorder.Invocation<String, Long> call = recorder.call(client, "increment");
        long[] next = new long[1];
        session.get(COUNTER, Read.LATEST)
                .thenCompose(found -> {
                    next[0] = number(found) + 1;
                    Bytes value = Bytes.utf8(Long.toString(next[0]));
                    Commit.Builder commit = Commit.builder();
                    if (guarded && found.isPresent()) {
                        commit.guard(Guard.unchanged(found.get()));
                    }
                    return session.commit(
                            (found.isPresent() ? commit.update(COUNTER, value) : commit.create(COUNTER, value))
                                    .build());
                })
                .whenComplete((result, failure) -> {
                    if (failure == null) {
                        call.returned(next[0]);
                    } else if (failure.getCause() instanceof CommitFailedException) {
                        call.failed();
                    } else {
                        call.unknown();
                    }
                });
    }

    private static long number(Optional<Entry> found) {
        return found.flatMap(Entry::optionalValue)
                .map(Bytes::utf8)
                .map(Long::parseLong)
                .orElse(0L);
    }

    @Test
    void guardedCounterIsLinearizableThroughTheDeathOfTheLeader() {
        for (long seed = 1; seed <= 20; seed++) {
            HistoryRecorder<String, Long> recorder = HistoryRecorder.counting();
            run(seed, recorder, true);
            LinearizabilityChecker.of(new CounterModel()).assertLinearizable(recorder.history());
        }
    }

    @Test
    void counterWithoutAGuardIsFoundOut() {
        HistoryRecorder<String, Long> recorder = HistoryRecorder.counting();
        run(1, recorder, false);
        assertThat(LinearizabilityChecker.of(new CounterModel())
                        .check(recorder.history())
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    private static void run(long seed, HistoryRecorder<String, Long> recorder, boolean guarded) {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3, seed)) {
            for (int id = 1; id <= 3; id++) {
                int self = id;
                VirtualClient client = ensemble.client("client-" + id);
                Session session = ensemble.await(client.quorate().session());
                for (int i = 0; i < 20; i++) {
                    ensemble.clock()
                            .after(Duration.ofMillis(7L * i), () -> increment(recorder, self, session, guarded));
                }
            }
            ensemble.clock().advance(Duration.ofMillis(50));
            ensemble.client("client-2").loseNextReply();
            ensemble.killLeader();
            ensemble.clock().advance(Duration.ofSeconds(30));
        }
    }
}
