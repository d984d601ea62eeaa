package io.quorate.embedded.session;

import io.quorate.backend.Ticker;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All sessions of one process, driven by the thread that drives the members. */
public final class FrontEnd {

    /** A thing to do later, until it is cancelled. */
    static final class Timer {
        final long due;
        final long number;
        final Runnable task;
        boolean cancelled;

        Timer(long due, long number, Runnable task) {
            this.due = due;
            this.number = number;
            this.task = task;
        }

        void cancel() {
            cancelled = true;
        }
    }

    private final Supplier<List<Member>> members;
    private final Runnable wakeUp;
    private final Ticker ticker;
    private final EventLane.Factory lanes;
    private final RandomGenerator random;
    private final Duration connectionTimeout;
    private final Admission admission = new Admission();
    private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Set<ClientSession> sessions = new LinkedHashSet<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.due).thenComparingLong(timer -> timer.number));
    private final List<LaneOutbox> outboxes = new ArrayList<>();
    private boolean leaving;
    private long roundNanos;
    private long timerNumber;
    private long seenVersion = -1;
    private int nextMember;

    /**
     * Creates a front end without sessions.
     *
     * @param members the members that run in this process, asked anew each time
     * @param wakeUp wakes the loop
     * @param ticker the time of the sessions
     * @param lanes makes the event lanes of the sessions
     * @param random where passwords and ticket ids come from
     * @param connectionTimeout how long to wait for an ensemble that does not serve
     */
    public FrontEnd(
            Supplier<List<Member>> members,
            Runnable wakeUp,
            Ticker ticker,
            EventLane.Factory lanes,
            RandomGenerator random,
            Duration connectionTimeout) {
        this.members = members;
        this.wakeUp = wakeUp;
        this.ticker = ticker;
        this.lanes = lanes;
        this.random = random;
        this.connectionTimeout = connectionTimeout;
        this.roundNanos = ticker.nanos();
    }

    Admission admission() {
        return admission;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Returns the time of the sessions in nanoseconds. */
    public long now() {
        return ticker.nanos();
    }

    /** Returns the time at which the present round of the loop began, in nanoseconds. */
    long roundNanos() {
        return roundNanos;
    }

    EventLane openLane(String name) {
        return lanes.open(name);
    }

    RandomGenerator random() {
        return random;
    }

    Duration connectionTimeout() {
        return connectionTimeout;
    }

    /** Hands a command over to the loop. Called by any thread. */
    public void submit(Runnable command) {
        commands.add(command);
        wakeUp.run();
    }

    /** Hands a command of a session over, which is done by the caller if it carries the session's lane. Called by any thread. */
    void submit(EventLane lane, Runnable command) {
        commands.add(command);
        if (!lane.willHelp()) {
            wakeUp.run();
        }
    }

    /** Does what there is to do; returns whether there was anything. */
    public boolean runOnce() {
        boolean worked = false;
        roundNanos = ticker.nanos();
        handOver();
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            worked = true;
            command.run();
        }
        worked |= runTimers();
        long version = 0;
        for (Member member : members.get()) {
            version += member.servingVersion() * 31 + 1;
        }
        if (version != seenVersion) {
            seenVersion = version;
            worked = true;
            List.copyOf(sessions).forEach(ClientSession::reconsider);
        }
        if (isForsaken()) {
            List.copyOf(sessions).forEach(ClientSession::endIfClosing);
        }
        handOver();
        return worked;
    }

    /**
     * From now on a session that is being closed, or opened, does not wait for members that would have to come first: this process leaves its
     * ensemble. Called by any thread.
     */
    public void leave() {
        submit(() -> leaving = true);
    }

    /** Returns whether sessions should wait for nobody. */
    boolean isForsaken() {
        return leaving && members.get().stream().noneMatch(Member::mayServe);
    }

    /** Has an outbox emptied when the loop comes round here. */
    void handOverSoon(LaneOutbox outbox) {
        outboxes.add(outbox);
        wakeUp.run();
    }

    private void handOver() {
        outboxes.forEach(LaneOutbox::handOver);
        outboxes.clear();
    }

    private boolean runTimers() {
        boolean worked = false;
        for (Timer timer = timers.peek(); timer != null; timer = timers.peek()) {
            if (!timer.cancelled && timer.due - roundNanos > 0) {
                return worked;
            }
            timers.remove();
            if (!timer.cancelled) {
                worked = true;
                timer.task.run();
            }
        }
        return worked;
    }

    /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
    public long nanosToTimer() {
        Timer timer = timers.peek();
        return timer == null ? Long.MAX_VALUE : Math.max(0, timer.due - ticker.nanos());
    }

    Timer after(Duration delay, Runnable task) {
        Timer timer = new Timer(ticker.nanos() + delay.toNanos(), timerNumber++, task);
        timers.add(timer);
        return timer;
    }

    /** Runs something once a delay has passed. */
    public void runAfter(Duration delay, Runnable task) {
        Timer unused = after(delay, task);
    }

    /** Returns the sessions that are open. */
    public List<ClientSession> sessions() {
        return List.copyOf(sessions);
    }

    /**
     * Returns a member that serves in the newest epoch and whose state is no older than an index, another one each time.
     *
     * <p>A quorum has promised to hear no leader of an epoch before the newest, so a member that still serves in one, because it
     * was paused or cut off and has not noticed, will never confirm anything again.
     */
    @Nullable
    Member servingMember(long index) {
        List<Member> running = members.get();
        long newest = newestEpoch();
        for (int i = 0; i < running.size(); i++) {
            Member member = running.get((nextMember + i) % running.size());
            if (member.isServing() && member.epoch() == newest && member.applied() >= index) {
                nextMember = (nextMember + i + 1) % running.size();
                return member;
            }
        }
        return null;
    }

    /** Returns the newest epoch in which any member serves, 0 if none does. */
    long newestEpoch() {
        long newest = 0;
        for (Member member : members.get()) {
            if (member.isServing()) {
                newest = Math.max(newest, member.epoch());
            }
        }
        return newest;
    }

    boolean isAnyAlive() {
        return members.get().stream().anyMatch(member -> member.life() == Life.RUNNING);
    }

    void add(ClientSession session) {
        sessions.add(session);
    }

    void remove(ClientSession session) {
        sessions.remove(session);
    }

    /** Returns how long a retry waits. */
    static Duration retryDelay() {
        return Duration.ofNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
}
