package io.quorate.event;

import io.quorate.backend.QuorateException;
import java.time.Duration;
import java.util.Optional;

/**
 * An operation on the backend has ended.
 *
 * @param kind what it was
 * @param took from the call to the result
 * @param outcome how it ended
 * @param failure with what it failed, if it did and was not cancelled
 */
public record OperationEvent(Kind kind, Duration took, Outcome outcome, Optional<QuorateException> failure) {

    /** The operations of a session. */
    public enum Kind {
        /** {@link io.quorate.backend.Session#get}. */
        GET,
        /** {@link io.quorate.backend.Session#list}. */
        LIST,
        /** {@link io.quorate.backend.Session#snapshot}. */
        SNAPSHOT,
        /** {@link io.quorate.backend.Session#commit}. */
        COMMIT,
        /** {@link io.quorate.backend.Session#enqueue}. */
        ENQUEUE,
        /** {@link io.quorate.backend.Session#dequeue}. */
        DEQUEUE
    }

    /** How an operation ended. */
    public enum Outcome {
        /** It happened. */
        DONE,
        /** It certainly did not happen. */
        DID_NOT_HAPPEN,
        /** It may or may not have happened. */
        UNKNOWN,
        /** The session was gone. */
        SESSION_GONE,
        /** Whoever asked for it did not wait for the end. */
        CANCELLED
    }
}
