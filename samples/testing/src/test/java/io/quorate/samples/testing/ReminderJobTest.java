package io.quorate.samples.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.testing.VirtualClient;
import io.quorate.embedded.testing.VirtualEnsemble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job of two instances in virtual time: minutes of it take milliseconds, and each run is like the one before. */
class ReminderJobTest {

    /** Who has sent a reminder, and at which second. */
    private final List<String> sent = new ArrayList<>();

    private ReminderJob jobOf(VirtualEnsemble ensemble, VirtualClient process) {
        return new ReminderJob(
                process.quorate(),
                ensemble.clock()::after,
                term -> sent.add(
                        process.name() + " " + ensemble.clock().elapsed().toSeconds()));
    }

    @Test
    void otherInstanceGoesOnWhileTheLeaderIsCutOffForThirtySeconds() {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient first = ensemble.client("first");
            ReminderJob one = jobOf(ensemble, first);
            ReminderJob other = jobOf(ensemble, ensemble.client("second"));
            one.start();
            ensemble.clock().advance(Duration.ofSeconds(1));
            other.start();
            ensemble.clock().advance(Duration.ofSeconds(29));

            first.cut();
            ensemble.clock().advance(Duration.ofSeconds(30));
            assertThat(one.leads()).isFalse();
            first.restore();
            ensemble.clock().advance(Duration.ofSeconds(30));

            // Its proof lasts as long as its session does without it, 15 seconds; then the other one leads, and goes
            // on.
            assertThat(sent)
                    .containsExactly(
                            "first 10",
                            "first 20",
                            "first 30",
                            "first 40",
                            "second 51",
                            "second 61",
                            "second 71",
                            "second 81");
            assertThat(other.leads()).isTrue();
        }
    }

    @Test
    void nobodySendsWithoutAQuorum() {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            ReminderJob job = jobOf(ensemble, ensemble.client("only"));
            job.start();
            ensemble.clock().advance(Duration.ofSeconds(30));
            ensemble.kill(1);
            ensemble.kill(2);
            ensemble.clock().advance(Duration.ofSeconds(30));
            sent.clear();

            ensemble.clock().advance(Duration.ofMinutes(5));
            assertThat(sent).isEmpty();

            ensemble.restart(1);
            ensemble.clock().advance(Duration.ofMinutes(1));
            assertThat(sent).hasSizeBetween(3, 6);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void atMostOneSendsInEachPeriodWheneverTheLeaderIsPaused(long seed) {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3, seed)) {
            VirtualClient first = ensemble.client("first");
            jobOf(ensemble, first).start();
            jobOf(ensemble, ensemble.client("second")).start();
            ensemble.clock().advance(Duration.ofSeconds(7 * seed));

            first.pause(Duration.ofSeconds(30));
            ensemble.clock().advance(Duration.ofMinutes(2));

            List<String> seconds =
                    sent.stream().map(each -> each.substring(each.indexOf(' '))).toList();
            assertThat(seconds).hasSizeGreaterThan(8).doesNotHaveDuplicates();
        }
    }
}
