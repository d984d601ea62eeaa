package io.quorate.backend;

import java.util.List;

/**
 * A session's own place in a queue.
 *
 * @param queue the key of the queue
 * @param place the ticket's key and name
 * @param revision the revision at which the ticket was created: the fencing token. It is greater than that of every
 *     earlier ticket of the queue.
 * @param owner the session that owns the ticket and with which it vanishes
 * @param ahead who was ahead when the ticket was created, first come first. Nobody can come in ahead later: this list
 *     only shrinks. If the connection was lost before the ticket was told, these may be those of them only who are there
 *     still, and the ticket may have been deleted before the others left: whoever acts on that looks at the ticket first.
 */
public record Ticket(Key queue, QueueEntry place, long revision, SessionId owner, List<QueueEntry> ahead) {

    /** Copies the list. */
    public Ticket {
        ahead = List.copyOf(ahead);
    }

    /** Returns the ticket's key. */
    public Key key() {
        return place.key();
    }
}
