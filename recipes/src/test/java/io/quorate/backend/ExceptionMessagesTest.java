package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.QuorateException.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every failure says what the caller may conclude, names what it is about, and what to do next. */
class ExceptionMessagesTest {

    private static final Key KEY = Key.of("/some/key");
    private static final SessionId SESSION = new SessionId(0x2a);

    static Stream<Arguments> failures() {
        Entry entry = new Entry(KEY, null, 3, 7, null, Instant.EPOCH);
        return Stream.of(
                failure(new KeyExistsException(2, KEY), Outcome.DID_NOT_HAPPEN, "operation 2", "/some/key"),
                failure(new NoSuchKeyException(2, KEY), Outcome.DID_NOT_HAPPEN, "operation 2", "/some/key"),
                failure(new NotEmptyException(2, KEY), Outcome.DID_NOT_HAPPEN, "operation 2", "delete them first"),
                failure(new SessionOwnedHasNoChildrenException(2, KEY), Outcome.DID_NOT_HAPPEN, "operation 2", "below"),
                failure(
                        new UnexpectedRevisionException(2, KEY, 7),
                        Outcome.DID_NOT_HAPPEN,
                        "revision 7",
                        "read it again"),
                failure(new GuardFailedException(1, Guard.exists(KEY)), Outcome.DID_NOT_HAPPEN, "guard 1", "not exist"),
                failure(
                        new GuardFailedException(1, Guard.unchanged(entry)),
                        Outcome.DID_NOT_HAPPEN,
                        "guard 1",
                        "revision 7",
                        "read it again"),
                failure(
                        new GuardFailedException(1, new Guard.HeldBy(KEY, 99)),
                        Outcome.DID_NOT_HAPPEN,
                        "guard 1",
                        "token 99",
                        "acquire anew"),
                failure(new InvalidKeyException("a rule", 4), Outcome.DID_NOT_HAPPEN, "a rule", "position 4"),
                failure(new TooLargeException("things", 3, 5), Outcome.DID_NOT_HAPPEN, "things", "3", "5", "split"),
                failure(
                        new TimeoutExceededException("acquiring", Duration.ofSeconds(2), "busy"),
                        Outcome.DID_NOT_HAPPEN,
                        "acquiring",
                        "PT2S",
                        "busy"),
                failure(new SessionClosedException(SESSION), Outcome.GONE, "0x2a", "open a new session"),
                failure(new SessionExpiredException(SESSION), Outcome.GONE, "0x2a", "open a new session"),
                failure(
                        new OwnershipLostException("lock /a", 17, "expired"),
                        Outcome.GONE,
                        "lock /a",
                        "17",
                        "expired",
                        "acquire anew"));
    }

    private static Arguments failure(QuorateException failure, Outcome outcome, String... parts) {
        return Arguments.of(failure, outcome, List.of(parts));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void messageNamesWhatHappenedAndWhatToDo(QuorateException failure, Outcome outcome, List<String> parts) {
        assertThat(failure.outcome()).isEqualTo(outcome);
        assertThat(failure).hasMessageContainingAll(parts.toArray(CharSequence[]::new));
    }

    @Test
    void failuresOfACommitNameTheirPosition() {
        for (CommitFailedException failure : List.of(
                new KeyExistsException(2, KEY),
                new NoSuchKeyException(2, KEY),
                new NotEmptyException(2, KEY),
                new UnexpectedRevisionException(2, KEY, 1),
                new SessionOwnedHasNoChildrenException(2, KEY),
                new GuardFailedException(2, Guard.exists(KEY)))) {
            assertThat(failure.index()).isEqualTo(2);
            assertThat(failure.key()).isEqualTo(KEY);
        }
    }

    @Test
    void failuresWithAMessageOfTheirBackendKeepItAndTheirCause() {
        IllegalStateException cause = new IllegalStateException("cause");
        assertThat(List.of(
                        new BackendUnavailableException("m", cause),
                        new NoQuorumException("m", cause),
                        new OverloadedException("m", cause),
                        new StorageFullException("m", cause),
                        new StaleClusterException("m", cause),
                        new AccessDeniedException("m", cause)))
                .allSatisfy(failure -> {
                    assertThat(failure).hasMessage("m").hasCause(cause);
                    assertThat(failure.outcome()).isEqualTo(Outcome.DID_NOT_HAPPEN);
                });
        assertThat(new OutcomeUnknownException("m", cause).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(new InsecureConfigurationException("m").outcome()).isEqualTo(Outcome.DID_NOT_HAPPEN);
    }

    @Test
    void unavailableBackendMaySayWhenToRetry() {
        assertThat(new BackendUnavailableException("m", Duration.ofSeconds(3), null).retryAfter())
                .contains(Duration.ofSeconds(3));
        assertThat(new BackendUnavailableException("m", null).retryAfter()).isEmpty();
    }
}
