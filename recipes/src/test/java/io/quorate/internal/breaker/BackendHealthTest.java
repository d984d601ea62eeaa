package io.quorate.internal.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.BackendView.Role;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.SessionClosedException;
import io.quorate.breaker.CallCounts;
import io.quorate.breaker.GuardedBackendConfig;
import io.quorate.internal.breaker.BackendHealth.Sign;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class BackendHealthTest {

    private static final GuardedBackendConfig DEFAULTS = GuardedBackendConfig.defaults();

    @Test
    void majorityOfTheMembersIsEnoughUnlessMoreAreAskedFor() {
        BackendView view = view(true, member(Role.LEADER), member(Role.OBSERVER), member(Role.UNREACHABLE));

        assertThat(BackendHealth.complaint(view, DEFAULTS)).isEmpty();
        assertThat(BackendHealth.complaint(view, DEFAULTS.withMembers(3, 1, Duration.ofSeconds(1))))
                .contains("2 of 3 members serve, 3 are needed");
    }

    @Test
    void memberWithoutALeaderDoesNotServe() {
        assertThat(BackendHealth.complaint(
                        view(true, member(Role.LEADER), member(Role.LOOKING), member(Role.LOOKING)), DEFAULTS))
                .contains("1 of 3 members serve, 2 are needed");
    }

    @Test
    void memberIsNotJudgedByItsAverageLatency() {
        BackendView.Member slow =
                member(Role.STANDALONE, DEFAULTS.slowThreshold().multipliedBy(10), 1);

        assertThat(BackendHealth.complaint(view(true, slow), DEFAULTS)).isEmpty();
    }

    @Test
    void memberWithTooManyConnectionsDoesNotServe() {
        GuardedBackendConfig config = DEFAULTS.withMembers(0, 100, Duration.ofSeconds(1));

        assertThat(BackendHealth.complaint(view(true, member(Role.STANDALONE, Duration.ZERO, 101)), config))
                .isPresent();
        assertThat(BackendHealth.complaint(view(true, member(Role.STANDALONE, Duration.ZERO, 100)), config))
                .isEmpty();
    }

    @Test
    void backendThatCallsItselfUnavailableIsBelieved() {
        assertThat(BackendHealth.complaint(view(false, member(Role.LEADER)), DEFAULTS))
                .contains("the backend describes itself as unavailable");
    }

    @Test
    void failuresAndSlowOperationsAddUpToTheRatio() {
        assertThat(BackendHealth.complaint(new CallCounts(20, 5, 4), DEFAULTS)).isEmpty();
        assertThat(BackendHealth.complaint(new CallCounts(20, 5, 5), DEFAULTS))
                .contains("of 20 operations 5 failed and 5 were slow");
        assertThat(BackendHealth.complaint(new CallCounts(19, 19, 0), DEFAULTS)).isEmpty();
    }

    @Test
    void endOfAnOperationSaysWhatItsKindOfFailureSays() {
        assertThat(BackendHealth.sign(null)).isEqualTo(Sign.ANSWERED);
        assertThat(BackendHealth.sign(new KeyExistsException(0, Key.of("/a")))).isEqualTo(Sign.ANSWERED);
        assertThat(BackendHealth.sign(new BackendUnavailableException("gone", null)))
                .isEqualTo(Sign.FAILED);
        assertThat(BackendHealth.sign(new CompletionException(new OutcomeUnknownException("lost", null))))
                .isEqualTo(Sign.FAILED);
        assertThat(BackendHealth.sign(new IllegalStateException("broken"))).isEqualTo(Sign.FAILED);
        assertThat(BackendHealth.sign(new SessionClosedException("closed"))).isEqualTo(Sign.NOTHING);
        assertThat(BackendHealth.sign(new CancellationException())).isEqualTo(Sign.NOTHING);
        assertThat(BackendHealth.sign(new TimeoutException())).isEqualTo(Sign.NOTHING);
    }

    private static BackendView view(boolean available, BackendView.Member... members) {
        return new BackendView("test", available, List.of(members));
    }

    private static BackendView.Member member(Role role) {
        return new BackendView.Member(
                "member", role, OptionalLong.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    }

    private static BackendView.Member member(Role role, Duration latency, int connections) {
        return new BackendView.Member(
                "member",
                role,
                OptionalLong.empty(),
                Optional.of(latency),
                OptionalInt.of(connections),
                OptionalInt.empty());
    }
}
