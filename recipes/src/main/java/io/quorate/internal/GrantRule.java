package io.quorate.internal;

import io.quorate.backend.QueueEntry;
import java.util.NavigableSet;

/**
 * Decides whether a place in a queue has its turn.
 *
 * <p>A rule must be monotone: as long as a place waits, nobody behind it has a turn that its own place does not allow, so that the
 * places of one queue can be judged from the front and the first that has to wait ends the round.
 */
@FunctionalInterface
public interface GrantRule {

    /** Only the first of the queue has its turn: mutual exclusion. */
    GrantRule FIRST_ONLY = (ahead, own) -> ahead.isEmpty();

    /**
     * Returns whether it is the turn of a place.
     *
     * @param ahead who is ahead of it, first come first
     * @param own the place
     */
    boolean grants(NavigableSet<QueueEntry> ahead, QueueEntry own);
}
