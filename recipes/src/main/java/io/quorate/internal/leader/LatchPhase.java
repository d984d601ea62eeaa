package io.quorate.internal.leader;

import io.quorate.backend.QuorateException;
import io.quorate.leader.LeaderLatchState;
import java.util.Optional;

/**
 * The state of a latch and its transitions, without any effect. An event that does not fit a state leaves it as it is.
 *
 * <pre>
 *   Idle ── started ─▶ Standing ── elected ─▶ Leading
 *                       │    ▲                 │
 *                       │    └───── ended ─────┘
 *                       └── failed ─▶ Failed            any ── closed ─▶ Closed
 * </pre>
 */
sealed interface LatchPhase {

    /** Not started. */
    record Idle() implements LatchPhase {}

    /** On its way into the queue, or in it. */
    record Standing(Optional<QuorateException> lastFailure) implements LatchPhase {}

    /** First in the queue. */
    record Leading(Term term) implements LatchPhase {}

    /** Given up. */
    record Failed(QuorateException cause) implements LatchPhase {}

    /** Over. */
    record Closed() implements LatchPhase {}

    default LatchPhase started() {
        return this instanceof Idle ? new Standing(Optional.empty()) : this;
    }

    default LatchPhase elected(Term term) {
        return this instanceof Standing ? new Leading(term) : this;
    }

    default LatchPhase ended(long term) {
        return this instanceof Leading leading && leading.term().token() == term
                ? new Standing(Optional.empty())
                : this;
    }

    default LatchPhase retrying(QuorateException failure) {
        return this instanceof Standing ? new Standing(Optional.of(failure)) : this;
    }

    default LatchPhase failed(QuorateException cause) {
        return this instanceof Standing ? new Failed(cause) : this;
    }

    default LatchPhase closed() {
        return new Closed();
    }

    /**
     * Returns the state as a user sees it.
     *
     * @param waiting whether the place in the queue is taken
     */
    default LeaderLatchState visible(boolean waiting) {
        if (this instanceof Leading leading) {
            return leading.term().isHeld()
                    ? new LeaderLatchState.Leading(leading.term())
                    : new LeaderLatchState.Joining(Optional.empty());
        }
        if (this instanceof Standing standing) {
            return waiting ? new LeaderLatchState.Waiting() : new LeaderLatchState.Joining(standing.lastFailure());
        }
        if (this instanceof Failed failed) {
            return new LeaderLatchState.Failed(failed.cause());
        }
        return this instanceof Idle ? new LeaderLatchState.Idle() : new LeaderLatchState.Closed();
    }
}
