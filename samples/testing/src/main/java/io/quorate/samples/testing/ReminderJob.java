package io.quorate.samples.testing;

import io.quorate.Quorate;
import io.quorate.leader.LeaderLatch;
import java.time.Duration;

/**
 * Sends a reminder every ten seconds, from one instance of the application: the one that leads. It has no thread: time comes from a {@link Timer},
 * which is a scheduled executor in production and the clock of a test.
 */
public final class ReminderJob implements AutoCloseable {

    /** How long the job pauses between two reminders. */
    public static final Duration PERIOD = Duration.ofSeconds(10);

    /** Runs something later. */
    public interface Timer {

        /** Runs a task once a delay has passed. */
        void after(Duration delay, Runnable task);
    }

    /** Sends reminders. */
    public interface Sender {

        /** Sends one, in a term of leadership that whoever stores it can be asked to check. */
        void remind(long term);
    }

    private final LeaderLatch latch;
    private final Timer timer;
    private final Sender sender;
    private boolean closed;

    /**
     * Creates a job that is not started.
     *
     * @param quorate the client of this instance; it stays the caller's to close
     */
    public ReminderJob(Quorate quorate, Timer timer, Sender sender) {
        this.latch = quorate.leaderLatch("reminders");
        this.timer = timer;
        this.sender = sender;
    }

    /** Begins to compete for the job. */
    public void start() {
        latch.start();
        timer.after(PERIOD, this::nextPeriod);
    }

    /** Returns whether this instance does the job at the moment. */
    public boolean leads() {
        return latch.hasLeadership();
    }

    private void nextPeriod() {
        if (!closed) {
            latch.leadership().ifPresent(leadership -> sender.remind(leadership.term()));
            timer.after(PERIOD, this::nextPeriod);
        }
    }

    /** Stops; another instance takes over at once. */
    @Override
    public void close() {
        closed = true;
        latch.close();
    }
}
