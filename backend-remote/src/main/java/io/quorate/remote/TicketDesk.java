package io.quorate.remote;

import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** How tickets are named and how a queue's children read as places. */
final class TicketDesk {

    private static final Comparator<QueueEntry> FIFO = Comparator.comparing(QueueEntry::name, TicketName.FIFO);

    /**
     * The largest number that tells a ticket's place. ZooKeeper's counter has 32 bits, and at its end a server gives out the same number again
     * and again; whoever draws a larger number than this one has to make the queue count anew. What lies between is for those who try
     * that while others still have their place in the queue.
     */
    static final int LAST_SEQUENCE = Integer.MAX_VALUE - (1 << 20);

    private TicketDesk() {}

    /**
     * Returns a new ticket id: the session's number and 64 random bits.
     *
     * <p>Session numbers are unique in an ensemble, so that names collide only if one session draws a number twice. That the
     * owner can be read off a name lets a watch tell, without asking, whether one transaction may have removed several
     * tickets; see {@link QueueWatch}.
     */
    static String newId(long session) {
        return String.format(
                Locale.ROOT, "%016x%016x", session, ThreadLocalRandom.current().nextLong());
    }

    /** Returns the part of a ticket's id that tells its owner. */
    static String owner(TicketName name) {
        return name.id().substring(0, 16);
    }

    /** Returns whether a ticket's number does not tell its place. */
    static boolean isBeyondLast(TicketName name) {
        return name.sequence() > LAST_SEQUENCE || name.sequence() < 0;
    }

    /** Returns the tickets among the children of a queue, first come first. */
    static List<QueueEntry> places(Key queue, List<String> children) {
        List<QueueEntry> places = new ArrayList<>();
        for (String child : children) {
            TicketName.parse(child).ifPresent(name -> places.add(new QueueEntry(queue.child(child), name)));
        }
        places.sort(FIFO);
        return places;
    }

    /** Returns those who come before a ticket. */
    static List<QueueEntry> ahead(List<QueueEntry> places, TicketName own) {
        return places.stream()
                .filter(place -> TicketName.FIFO.compare(place.name(), own) < 0)
                .toList();
    }

    static Comparator<QueueEntry> fifo() {
        return FIFO;
    }

    static Ticket ticket(SessionContext context, Key queue, TicketName own, long revision, List<String> children) {
        QueueEntry place = new QueueEntry(queue.child(own.toString()), own);
        return new Ticket(queue, place, revision, context.id(), ahead(places(queue, children), own));
    }
}
