package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A connection between a client and the model service: two pipes that keep the order of what is put into them and take a
 * random time for each message.
 *
 * <p>When it breaks, each pipe either loses what is under way or still delivers it, as the kernels at the two ends may. The
 * client learns of the break as the last thing that arrives. A message is a closure that runs at the other end.
 */
final class ModelConnection {

    private final VirtualTime time;
    private final Pipe toService;
    private final Pipe toClient;
    private final Consumer<ModelConnection> onBroken;
    private boolean open = true;
    private boolean hanging;

    /**
     * @param onBroken runs at the client's end when it learns that the connection is broken
     */
    ModelConnection(VirtualTime time, Duration maxLatency, Consumer<ModelConnection> onBroken) {
        this.time = time;
        this.toService = new Pipe(maxLatency);
        this.toClient = new Pipe(maxLatency);
        this.onBroken = onBroken;
    }

    boolean isOpen() {
        return open;
    }

    void toService(Runnable message) {
        if (open) {
            toService.send(message);
        }
    }

    void toClient(Runnable message) {
        if (open) {
            toClient.send(message);
        }
    }

    /** Breaks the connection; both ends notice. */
    void breakUp() {
        if (!open) {
            return;
        }
        open = false;
        hanging = false;
        loseOrNot(toService);
        loseOrNot(toClient);
        toClient.send(() -> onBroken.accept(this));
    }

    /** Breaks the connection as the client's own decision: it hears no more of it. */
    void abandon() {
        open = false;
        loseOrNot(toService);
        toClient.lose();
    }

    void hang() {
        hanging = open;
    }

    void resume() {
        hanging = false;
        toService.release();
        toClient.release();
    }

    private void loseOrNot(Pipe pipe) {
        if (!time.hasJitter() || time.random().nextBoolean()) {
            pipe.lose();
        } else {
            pipe.release();
        }
    }

    /** One direction: a queue, and one event per message at which the head of the queue arrives. */
    private final class Pipe {

        private final long maxLatencyNanos;
        private final Deque<Runnable> underWay = new ArrayDeque<>();
        private long lastArrivalNanos;
        private int heldUp;
        private int losses;

        Pipe(Duration maxLatency) {
            this.maxLatencyNanos = maxLatency.toNanos();
        }

        void send(Runnable message) {
            underWay.add(message);
            scheduleArrival();
        }

        private void scheduleArrival() {
            long arrival = time.nowNanos() + 1 + time.random().nextLong(maxLatencyNanos);
            lastArrivalNanos = Math.max(lastArrivalNanos, arrival);
            int lossesBefore = losses;
            time.at(lastArrivalNanos, () -> {
                if (lossesBefore == losses) {
                    arrive();
                }
            });
        }

        private void arrive() {
            if (hanging) {
                heldUp++;
            } else {
                requireNonNull(underWay.poll()).run();
            }
        }

        void lose() {
            losses++;
            heldUp = 0;
            underWay.clear();
        }

        void release() {
            for (; heldUp > 0; heldUp--) {
                scheduleArrival();
            }
        }
    }
}
