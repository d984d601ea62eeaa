package io.quorate.embedded.member;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/**
 * Finds the sessions that an established leader has not heard of for their time-out.
 *
 * <p>A sign of life only notes the time. A session is looked at when it would end had nothing been heard since it was last looked
 * at, so that idle time costs one look per session and time-out, however many there are. Confined to the member's thread.
 */
final class SessionExpiry {

    private static final class Heard {
        final long session;
        final long timeoutNanos;
        long at;
        long lookAt;
        boolean over;

        Heard(long session, long timeoutNanos, long at) {
            this.session = session;
            this.timeoutNanos = timeoutNanos;
            this.at = at;
            this.lookAt = at + timeoutNanos;
        }
    }

    private final long deafNanos;
    private final Map<Long, Heard> sessions = new HashMap<>();
    private final PriorityQueue<Heard> looks = new PriorityQueue<>(Comparator.comparingLong(heard -> heard.lookAt));
    private long lastLook;

    /** Time in which nothing could be heard; it is taken off all other times. */
    private long deaf;

    /**
     * Creates it without sessions.
     *
     * @param deafNanos a leader that did not look for so long cannot tell the silence of a session from its own deafness
     */
    SessionExpiry(long deafNanos, long nowNanos) {
        this.deafNanos = deafNanos;
        this.lastLook = nowNanos;
    }

    /** A session has been opened, or a new leader begins to listen. */
    void opened(long session, long timeoutNanos, long nowNanos) {
        Heard heard = new Heard(session, timeoutNanos, nowNanos - deaf);
        Heard old = sessions.put(session, heard);
        if (old != null) {
            old.over = true;
        }
        looks.add(heard);
    }

    /** A session has ended. */
    void closed(long session) {
        Heard heard = sessions.remove(session);
        if (heard != null) {
            heard.over = true;
        }
    }

    /** The end of a session is being proposed. */
    void expiring(long session) {
        Heard heard = sessions.get(session);
        if (heard != null) {
            heard.over = true;
        }
    }

    /**
     * Whether a session has ended, or its end is being proposed: a sign of life comes too late then.
     *
     * @param applied all sessions opened up to this index have been named
     */
    boolean isGone(long session, long applied) {
        Heard heard = sessions.get(session);
        return heard == null ? session <= applied : heard.over;
    }

    /** A session gave a sign of life. */
    void heardOf(long session, long nowNanos) {
        Heard heard = sessions.get(session);
        if (heard != null) {
            heard.at = nowNanos - deaf;
        }
    }

    /** Names each session that was silent for more than its time-out, once. */
    void look(long nowNanos, LongConsumer expired) {
        long since = nowNanos - lastLook;
        lastLook = nowNanos;
        if (since > deafNanos) {
            deaf += since;
        }
        long now = nowNanos - deaf;
        for (Heard next = looks.peek(); next != null && now - next.lookAt > 0; next = looks.peek()) {
            looks.remove();
            if (!next.over) {
                lookAt(next, now, expired);
            }
        }
    }

    private void lookAt(Heard heard, long now, LongConsumer expired) {
        heard.lookAt = heard.at + heard.timeoutNanos;
        if (now - heard.lookAt > 0) {
            heard.over = true;
            expired.accept(heard.session);
        } else {
            looks.add(heard);
        }
    }
}
