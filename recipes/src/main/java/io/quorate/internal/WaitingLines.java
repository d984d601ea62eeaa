package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * All waiting lines of one session. Confined to the session's lane, but for its construction.
 *
 * <p>A line that nobody uses keeps its watch for a little while, since a lock that was just released is often acquired again soon; then it
 * is dropped. The number of such idle lines is bounded.
 */
public final class WaitingLines {

    /** How long an idle line keeps its watch. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    /** How many idle lines keep their watch at most. */
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

    /** Returns whether the session's view of a queue is in step and shows nobody there. */
    public boolean isKnownEmpty(Key queue) {
        WaitingLine line = lines.get(queue);
        return line != null && line.isKnownEmpty();
    }

    /** Returns how many tickets are in a queue by the session's view of it; zero if it has none. */
    int sizeOf(Key queue) {
        WaitingLine line = lines.get(queue);
        return line == null ? 0 : line.size();
    }

    Place join(
            Key queue,
            String label,
            Bytes value,
            GrantRule rule,
            WaitingLine.Grants grants,
            WaitingLine.Waiter waiter) {
        WaitingLine line = lines.remove(queue);
        if (line == null) {
            line = new WaitingLine(session, queue);
        }
        // Put in again at the end, so that the order of the map is that of the last use.
        lines.put(queue, line);
        try {
            return line.join(label, value, rule, grants, waiter);
        } finally {
            dropSurplus();
            sweepLater();
        }
    }

    void leave(Key queue, Place place) {
        WaitingLine line = lines.get(queue);
        if (line != null) {
            line.leave(place);
        }
    }

    /** Ends all that is held and waited for, because the session is about to be closed. */
    void end() {
        Map.copyOf(lines).values().forEach(line -> line.sessionIs(SessionState.CLOSED));
    }

    private void sessionIs(SessionState state) {
        Map.copyOf(lines).values().forEach(line -> line.sessionIs(state));
        if (state.isTerminal()) {
            lines.clear();
        }
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
