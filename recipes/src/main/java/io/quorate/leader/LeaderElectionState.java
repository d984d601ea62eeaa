package io.quorate.leader;

import io.quorate.backend.QuorateException;
import java.util.Optional;

/** What an election is doing at the moment. */
public sealed interface LeaderElectionState {

    /** It was not started. */
    record Idle() implements LeaderElectionState {}

    /**
     * It is about to take its place in the queue, or pauses before it tries again.
     *
     * @param lastFailure why the last attempt to queue up failed, or with what the last body failed, if one did
     */
    record Joining(Optional<Throwable> lastFailure) implements LeaderElectionState {}

    /** It has its place, and others are ahead. */
    record Waiting() implements LeaderElectionState {}

    /**
     * It leads, and the body runs.
     *
     * @param leadership the term
     */
    record Leading(Leadership leadership) implements LeaderElectionState {}

    /**
     * The body was told to stop, or has stopped, and the term comes to its end.
     *
     * @param leadership the term, which may be lost already
     */
    record Stopping(Leadership leadership) implements LeaderElectionState {}

    /**
     * It is over by its own {@link Requeue} policy. Terminal, but for {@link LeaderElection#close()}.
     *
     * @param failure with what the last body failed, if it did
     */
    record Ended(Optional<Throwable> failure) implements LeaderElectionState {}

    /**
     * It has given up, because repeating what failed cannot help. Terminal, but for {@link LeaderElection#close()}.
     *
     * @param cause why
     */
    record Failed(QuorateException cause) implements LeaderElectionState {}

    /**
     * It was closed, or its client was. Terminal.
     *
     * @param clean whether the body had ended before the leadership was handed over
     */
    record Closed(boolean clean) implements LeaderElectionState {}
}
