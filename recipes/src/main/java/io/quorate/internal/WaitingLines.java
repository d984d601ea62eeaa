package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntFunction;

/**
 * All waiting lines of one session. Confined to the session's lane, but for its construction.
 *
 * <p>A line that nobody uses keeps what it knows of the queue's terms for a little while, since what was just given back is often acquired again
 * soon; then it is dropped. The number of such idle lines is bounded.
 */
public final class WaitingLines {

    /** How long an idle line is kept. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    /** How many idle lines are kept at most. */
    private static final int MAX_IDLE = 64;

    private final Session session;
    private final Map<Key, WaitingLine> lines = new LinkedHashMap<>();
    private boolean sweeping;

    /** Creates it without a line; {@link #start()} connects it to the session. */
    public WaitingLines(Session session) {
        this.session = session;
    }

    /** Begins to follow the state of the session. */
    public void start() {
        session.onState(this::sessionIs);
    }

    /** Returns how many tickets are in a queue as far as the session knows; zero if it has none there. */
    int sizeOf(Key queue) {
        WaitingLine line = lines.get(queue);
        return line == null ? 0 : line.size();
    }

    /** Takes a place at the end of a queue. */
    Place join(
            Key queue,
            String label,
            Bytes value,
            GrantRule rule,
            WaitingLine.Grants grants,
            WaitingLine.Waiter waiter) {
        CompletableFuture<Ticket> enqueued = session.enqueue(queue, label, value);
        Place place = new Place(rule, waiter, enqueued, () -> enqueued.cancel(false));
        expect(queue, place, grants);
        return place;
    }

    /** Begins to watch the terms of a queue, ahead of a place that is taken there right after. */
    void watchTerms(Key queue, QueueTerms terms) {
        line(queue).watchTerms(terms);
    }

    /** Takes note of tickets that were seen to share their turn, ahead of a place that is taken there right after. */
    void noteSharing(Key queue, Set<QueueEntry> entries) {
        if (!entries.isEmpty()) {
            line(queue).noteSharing(entries);
        }
    }

    /**
     * Takes a place at the end of each of several queues, as one commit. As long as not every one of them is granted, whoever takes them answers for
     * leaving the others.
     */
    List<Place> joinAll(
            List<Key> queues,
            String label,
            Bytes value,
            GrantRule rule,
            WaitingLine.Grants grants,
            IntFunction<WaitingLine.Waiter> waiters) {
        CompletableFuture<List<Ticket>> enqueued = session.enqueueAll(queues, label, value);
        List<CompletableFuture<Ticket>> parts = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < queues.size(); i++) {
            CompletableFuture<Ticket> part = new CompletableFuture<>();
            parts.add(part);
            Place place = new Place(rule, waiters.apply(i), part, () -> enqueued.cancel(false));
            places.add(place);
            expect(queues.get(i), place, grants);
        }
        enqueued.whenComplete((tickets, failure) -> {
            for (int i = 0; i < parts.size(); i++) {
                if (tickets == null) {
                    parts.get(i).completeExceptionally(failure);
                } else {
                    parts.get(i).complete(tickets.get(i));
                }
            }
        });
        return places;
    }

    private void expect(Key queue, Place place, WaitingLine.Grants grants) {
        line(queue).expect(place, grants);
        dropSurplus();
        sweepLater();
    }

    private WaitingLine line(Key queue) {
        WaitingLine line = lines.remove(queue);
        if (line == null) {
            line = new WaitingLine(session, queue);
        }
        // Put in again at the end, so that the order of the map is that of the last use.
        lines.put(queue, line);
        return line;
    }

    void leave(Key queue, Place place) {
        WaitingLine line = lines.get(queue);
        if (line != null) {
            line.leave(place);
        }
    }

    /** Ends all that is held and waited for, because the session is about to be closed. */
    void end() {
        tell(SessionState.CLOSED);
    }

    private void sessionIs(SessionState state) {
        tell(state);
        if (state.isTerminal()) {
            lines.clear();
        }
    }

    private void tell(SessionState state) {
        List<WaitingLine> all = List.copyOf(lines.values());
        if (state.isTerminal()) {
            // Whoever is told by one line leaves the others as well, where nobody must be granted anything or be looked
            // at any more.
            all.forEach(line -> line.sessionEnds(state));
        }
        all.forEach(line -> line.sessionIs(state));
    }

    private void dropSurplus() {
        if (lines.size() <= MAX_IDLE) {
            // Nothing can be too much, and this is part of every acquisition.
            return;
        }
        long idle = lines.values().stream().filter(WaitingLine::isIdle).count();
        var each = lines.values().iterator();
        while (idle > MAX_IDLE && each.hasNext()) {
            WaitingLine line = each.next();
            if (line.isIdle()) {
                each.remove();
                line.close();
                idle--;
            }
        }
    }

    private void sweepLater() {
        if (sweeping) {
            return;
        }
        try {
            session.scheduler().schedule(this::sweep, LINGER);
            sweeping = true;
        } catch (RejectedExecutionException e) {
            // The session has ended, and its watches with it.
            lines.clear();
        }
    }

    /** Drops what has been idle since the last sweep at the latest. */
    private void sweep() {
        sweeping = false;
        lines.values().removeIf(line -> {
            boolean drop = line.wasIdleBefore();
            if (drop) {
                line.close();
            }
            return drop;
        });
        if (!lines.isEmpty()) {
            sweepLater();
        }
    }
}
