package io.quorate.leader;

import io.quorate.backend.QuorateException;
import java.util.Optional;

/** What a latch is doing at the moment. Every state but the last two leads to leadership in the end. */
public sealed interface LeaderLatchState {

    /** It was not started. */
    record Idle() implements LeaderLatchState {}

    /**
     * It is about to take its place in the queue, or to try again.
     *
     * @param lastFailure why the last attempt failed, if it did
     */
    record Joining(Optional<QuorateException> lastFailure) implements LeaderLatchState {}

    /** It has its place, and others are ahead. */
    record Waiting() implements LeaderLatchState {}

    /**
     * It leads.
     *
     * @param leadership the term
     */
    record Leading(Leadership leadership) implements LeaderLatchState {}

    /**
     * It has given up, because repeating what failed cannot help. Terminal, but for {@link LeaderLatch#close()}.
     *
     * @param cause why
     */
    record Failed(QuorateException cause) implements LeaderLatchState {}

    /** It was closed, or its client was. Terminal. */
    record Closed() implements LeaderLatchState {}
}
