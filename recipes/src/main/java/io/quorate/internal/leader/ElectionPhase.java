package io.quorate.internal.leader;

import io.quorate.backend.QuorateException;
import io.quorate.leader.LeaderElectionState;
import java.util.Optional;

/**
 * The state of an election and its transitions, without any effect. An event that does not fit a state leaves it as it is.
 *
 * <pre>
 *   Idle ── started ─▶ Standing ── elected ─▶ Leading ── stopping ─▶ Stopping
 *                       │    ▲                                        │  both the term and the body are over
 *                       │    └──────────────── standing ──────────────┤
 *                       └── failed ─▶ Failed                          └── over ─▶ Over       any ── closed ─▶ Closed
 * </pre>
 */
sealed interface ElectionPhase {

    /** Not started. */
    record Idle() implements ElectionPhase {}

    /** On its way into the queue, or in it. */
    record Standing(Optional<Throwable> lastFailure) implements ElectionPhase {}

    /** First in the queue, with a body that may work. */
    record Leading(Term term) implements ElectionPhase {}

    /** The body is to stop or has ended, or the term is over; not yet both. */
    record Stopping(Term term) implements ElectionPhase {}

    /** Over by its own policy. */
    record Over(Optional<Throwable> failure) implements ElectionPhase {}

    /** Given up. */
    record Failed(QuorateException cause) implements ElectionPhase {}

    /** Closed. */
    record Closed(boolean clean) implements ElectionPhase {}

    default ElectionPhase started() {
        return this instanceof Idle ? new Standing(Optional.empty()) : this;
    }

    default ElectionPhase elected(Term term) {
        return this instanceof Standing ? new Leading(term) : this;
    }

    default ElectionPhase stopping() {
        return this instanceof Leading leading ? new Stopping(leading.term()) : this;
    }

    default ElectionPhase standing(Optional<Throwable> lastFailure) {
        return this instanceof Stopping ? new Standing(lastFailure) : this;
    }

    default ElectionPhase over(Optional<Throwable> failure) {
        return this instanceof Stopping ? new Over(failure) : this;
    }

    default ElectionPhase retrying(QuorateException failure) {
        return this instanceof Standing ? new Standing(Optional.of(failure)) : this;
    }

    default ElectionPhase failed(QuorateException cause) {
        return this instanceof Standing ? new Failed(cause) : this;
    }

    default ElectionPhase closed(boolean clean) {
        return this instanceof Closed ? this : new Closed(clean);
    }

    /**
     * Returns the state as a user sees it.
     *
     * @param waiting whether the place in the queue is taken
     */
    default LeaderElectionState visible(boolean waiting) {
        if (this instanceof Leading leading) {
            return leading.term().isHeld()
                    ? new LeaderElectionState.Leading(leading.term())
                    : new LeaderElectionState.Stopping(leading.term());
        }
        if (this instanceof Stopping stopping) {
            return new LeaderElectionState.Stopping(stopping.term());
        }
        if (this instanceof Standing standing) {
            return waiting
                    ? new LeaderElectionState.Waiting()
                    : new LeaderElectionState.Joining(standing.lastFailure());
        }
        return end();
    }

    private LeaderElectionState end() {
        if (this instanceof Over over) {
            return new LeaderElectionState.Ended(over.failure());
        }
        if (this instanceof Failed failed) {
            return new LeaderElectionState.Failed(failed.cause());
        }
        return this instanceof Closed closed
                ? new LeaderElectionState.Closed(closed.clean())
                : new LeaderElectionState.Idle();
    }
}
