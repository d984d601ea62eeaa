package io.quorate.embedded.session;

import java.util.ArrayList;
import java.util.List;

/**
 * What the loop has for the lane of one session: answers, batches of watches, states, in the order in which it came to know of
 * them.
 *
 * <p>They are handed over when there are many, and otherwise when the loop comes round to its commands the next time. A lane
 * whose thread is faster than the loop would else be woken for each of thousands of answers. Confined to the loop.
 */
final class LaneOutbox {

    private static final int MANY = 64;

    private final FrontEnd frontEnd;
    private final EventLane lane;
    private final Admission.Share share;
    private final List<Runnable> tasks = new ArrayList<>();
    private int released;
    private long releasedBytes;

    LaneOutbox(FrontEnd frontEnd, EventLane lane, Admission.Share share) {
        this.frontEnd = frontEnd;
        this.lane = lane;
        this.share = share;
    }

    /** Hands a task over, soon. */
    void offer(Runnable task) {
        handOverSoon();
        tasks.add(task);
        if (tasks.size() == MANY) {
            handOver();
        }
    }

    /** Gives back what an operation was admitted with, ahead of whatever is offered behind it. */
    void release(Pending<?> operation) {
        handOverSoon();
        released++;
        releasedBytes += operation.bytes;
    }

    private void handOverSoon() {
        if (tasks.isEmpty() && released == 0) {
            frontEnd.handOverSoon(this);
        }
    }

    /** Hands everything over now. */
    void handOver() {
        if (released > 0) {
            share.release(released, releasedBytes);
            released = 0;
            releasedBytes = 0;
        }
        if (!tasks.isEmpty()) {
            lane.offerAll(tasks);
            tasks.clear();
        }
    }
}
