package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.NoQuorumException;
import io.quorate.backend.TimeoutExceededException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class AwaitTest {

    private final CompletableFuture<String> future = new CompletableFuture<>();

    @Test
    void timeOutCancelsTheOperationAndNamesItWithTheReason() {
        assertThatThrownBy(() -> Await.within(
                        Duration.ZERO,
                        future,
                        () -> new TimeoutExceededException("acquiring lock 'a'", Duration.ZERO, "others hold it")))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessage("acquiring lock 'a' did not succeed within PT0S: others hold it");
        assertThat(future).isCancelled();
    }

    @Test
    void interruptCancelsTheOperation() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Await.forever(future)).isInstanceOf(InterruptedException.class);
        assertThat(future).isCancelled();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void resultThatIsThereIsReturnedEvenIfInterrupted() throws InterruptedException {
        future.complete("granted");
        Thread.currentThread().interrupt();

        assertThat(Await.forever(future)).isEqualTo("granted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void failureComesOutAsItselfWithTheCallersStack() {
        NoQuorumException failure = new NoQuorumException("two of three members are down", null);
        future.completeExceptionally(failure);

        assertThatThrownBy(() -> Await.forever(future))
                .isSameAs(failure)
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .anySatisfy(caller -> assertThat(caller.getStackTrace())
                                .anyMatch(frame ->
                                        frame.getClassName().equals(getClass().getName()))));
    }

    @Test
    void limitBeyondAllClocksMeansForever() throws InterruptedException {
        future.complete("granted");

        assertThat(Await.within(Duration.ofSeconds(Long.MAX_VALUE), future, IllegalStateException::new))
                .isEqualTo("granted");
    }
}
