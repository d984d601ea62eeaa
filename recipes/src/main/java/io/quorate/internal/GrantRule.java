package io.quorate.internal;

import io.quorate.backend.Entry;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a place in a queue has its turn, and if not, whom it waits for.
 *
 * <p>A rule must be monotone in two ways. As long as a place waits, nobody behind it has a turn that its own place does not allow, so that
 * the places of one queue can be judged from the front and the first that has to wait ends the round. And whoever has a turn keeps it
 * when others leave: a rule may be asked about a queue some of whose members have left already, and is then merely too careful.
 */
@FunctionalInterface
public interface GrantRule {

    /** Only the first of the queue has its turn: mutual exclusion. */
    GrantRule FIRST_ONLY = queue -> queue.ahead().isEmpty()
            ? Verdict.turn()
            : Verdict.behind(List.of(queue.ahead().get(queue.ahead().size() - 1)));

    /** Judges a place by those who are ahead of it. */
    Verdict judge(Standing queue);

    /**
     * What is known about those who are ahead of a place.
     *
     * @param ahead who is ahead, first come first; some of them may have left
     * @param sharing those of them who were granted the exclusive turn and have turned it into a shared one
     * @param terms the entry that holds the terms of the queue; empty if it has none, or they are not known yet
     */
    record Standing(List<QueueEntry> ahead, Set<QueueEntry> sharing, Optional<Entry> terms) {}

    /** What a rule says about a place. */
    sealed interface Verdict {

        /** It has its turn. */
        record Turn() implements Verdict {}

        /**
         * It waits.
         *
         * @param blockers some of those ahead, enough to keep it waiting for as long as all of them stay; empty if it waits for the terms
         */
        record Behind(List<QueueEntry> blockers) implements Verdict {}

        /**
         * It will never have its turn.
         *
         * @param cause why
         */
        record Refused(QuorateException cause) implements Verdict {}

        /** Returns that it has its turn. */
        static Verdict turn() {
            return new Turn();
        }

        /** Returns that it waits. */
        static Verdict behind(List<QueueEntry> blockers) {
            return new Behind(List.copyOf(blockers));
        }

        /** Returns that it will never have its turn. */
        static Verdict refused(QuorateException cause) {
            return new Refused(cause);
        }
    }
}
