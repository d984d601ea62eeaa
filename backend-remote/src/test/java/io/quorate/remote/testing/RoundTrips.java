package io.quorate.remote.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The number of times one connection's client had to wait before it could go on.
 *
 * <p>Requests form groups. A request joins the current group while the client has received no reply to any request of that
 * group; the first request sent after such a reply opens the next group. The number of groups is the number of round trips:
 *
 * <ul>
 *   <li>requests sent back to back, without waiting for a reply, are one round trip, however many they are;
 *   <li>requests of which each waits for the reply to the one before are one round trip each;
 *   <li>a request sent after the first but before the last reply of a batch opens a new round trip, since it may depend on
 *       what it has seen: the figure is the longest chain of requests that can have depended on each other, and so never
 *       too low.
 * </ul>
 *
 * Notifications are no replies: a request sent in answer to one opens a round trip by the same rule as any other.
 */
final class RoundTrips {
    private final Map<Integer, Integer> groupOfUnanswered = new HashMap<>();
    private int groups;
    private boolean currentGroupAnswered = true;

    /** Counts those of all connections in a trace, by such requests only as their client waits for. */
    static int in(List<Frame> trace, Predicate<Frame> waitedFor) {
        Map<Integer, RoundTrips> byConnection = new HashMap<>();
        for (Frame frame : trace) {
            if (frame.op().isRequest()) {
                RoundTrips ofConnection = byConnection.computeIfAbsent(frame.connection(), number -> new RoundTrips());
                if (frame.direction() == Frame.Direction.TO_CLIENT) {
                    ofConnection.answered(frame.xid());
                } else if (waitedFor.test(frame)) {
                    ofConnection.requested(frame.xid());
                }
            }
        }
        return byConnection.values().stream().mapToInt(RoundTrips::count).sum();
    }

    void requested(int xid) {
        if (currentGroupAnswered) {
            groups++;
            currentGroupAnswered = false;
        }
        groupOfUnanswered.put(xid, groups);
    }

    /** A reply reached the client. One to a request that was not counted, or sent before the count began, is none of this count's. */
    void answered(int xid) {
        Integer group = groupOfUnanswered.remove(xid);
        if (group != null && group == groups) {
            currentGroupAnswered = true;
        }
    }

    int count() {
        return groups;
    }
}
