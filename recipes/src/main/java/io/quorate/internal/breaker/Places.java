package io.quorate.internal.breaker;

import io.quorate.backend.Key;
import io.quorate.backend.Ticket;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The queues in which a session has a ticket, or has asked for one. */
final class Places {

    private final Map<Key, Integer> asked = new ConcurrentHashMap<>();

    /** The keys of the tickets. A set is only touched within a computation of its map. */
    private final Map<Key, Set<Key>> taken = new ConcurrentHashMap<>();

    void asked(Key queue) {
        asked.merge(queue, 1, Integer::sum);
    }

    /** Takes note that one request is over; its ticket, if there is one, was {@linkplain #taken} before. */
    void answered(Key queue) {
        asked.computeIfPresent(queue, (key, count) -> count == 1 ? null : count - 1);
    }

    void taken(Ticket ticket) {
        taken.compute(ticket.queue(), (queue, known) -> {
            Set<Key> tickets = known == null ? new HashSet<>() : known;
            tickets.add(ticket.key());
            return tickets;
        });
    }

    void givenBack(Ticket ticket) {
        taken.computeIfPresent(ticket.queue(), (queue, tickets) -> {
            tickets.remove(ticket.key());
            return tickets.isEmpty() ? null : tickets;
        });
    }

    boolean includes(Key queue) {
        return asked.containsKey(queue) || taken.containsKey(queue);
    }
}
