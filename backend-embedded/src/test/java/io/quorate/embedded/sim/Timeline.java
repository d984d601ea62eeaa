package io.quorate.embedded.sim;

import java.util.PriorityQueue;

/** Virtual time in microseconds, and what is to happen when. What is due at one time happens in the order it was planned. */
final class Timeline {

    private final PriorityQueue<Planned> queue = new PriorityQueue<>(256);
    private long now;
    private long planned;

    private record Planned(long time, long order, Runnable action) implements Comparable<Planned> {
        @Override
        public int compareTo(Planned other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    long now() {
        return now;
    }

    void at(long time, Runnable action) {
        queue.add(new Planned(Math.max(time, now), planned++, action));
    }

    void after(long delay, Runnable action) {
        at(now + delay, action);
    }

    /** Lets the next thing happen, if it is due by then. */
    boolean advance(long limit) {
        Planned next = queue.peek();
        if (next == null || next.time > limit) {
            now = Math.max(now, limit);
            return false;
        }
        queue.remove();
        now = next.time;
        next.action.run();
        return true;
    }

    /** Lets everything happen that is due within a time. */
    void runFor(long time) {
        long limit = now + time;
        boolean more = true;
        while (more) {
            more = advance(limit);
        }
    }
}
