package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.backend.Session;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.session.EmbeddedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.IntStream;

/**
 * The faults that a test injects into its ensemble, one method each.
 *
 * <p>A method returns as soon as the fault is there. Most return a handle by which it is {@linkplain Fault#heal() healed}; what
 * lasts to the end of the test is healed then. Several faults may last at the same time, and add up. Each is written down with its
 * time, and the list is part of what a test reports that fails.
 *
 * <p>Members are named by their ids, counted from 1. A client is a {@link Quorate} that the extension has handed out, or that
 * the test has opened on a {@linkplain EmbeddedEnsemble#backend() backend} of the ensemble. All clients share the process and
 * reach all members: only {@link #cut}, {@link #pause(Quorate)} and {@link #loseReplyAfterCommit(Quorate)} come between them.
 *
 * <p>A method that names a member or a client that does not exist throws {@link IllegalArgumentException} and does nothing. Safe
 * for use by many threads.
 */
public final class Faults {

    private final TestEnsemble ensemble;
    private final FaultEnvironment environment;
    private final FaultHistory history;
    private final Deque<Fault> active = new ConcurrentLinkedDeque<>();

    Faults(TestEnsemble ensemble, FaultEnvironment environment, FaultHistory history) {
        this.ensemble = ensemble;
        this.environment = environment;
        this.history = history;
    }

    private Fault inject(String description, Runnable effect, Runnable cure) {
        history.add(description);
        effect.run();
        Fault fault = new Fault(description, () -> {
            cure.run();
            history.add("healed: " + description);
        });
        active.add(fault);
        return fault;
    }

    private void check(int member) {
        if (member < 1 || member > ensemble.members()) {
            throw new IllegalArgumentException("there is no member " + member + ", but 1 to " + ensemble.members());
        }
    }

    private Runnable onLoop(Runnable task) {
        return () -> environment.controls().onLoop(() -> {
            task.run();
            return true;
        });
    }

    // ---- members that die

    /**
     * Ends the leader without a farewell, as if its process had died; waits for a leader if there is none at the moment. The others
     * elect another one.
     *
     * @return heals by starting the member again, which catches up by itself
     * @throws AssertionError if no leader is established within 30 seconds
     */
    public Fault killLeader() {
        return kill("killLeader()", ensemble.awaitLeader());
    }

    /**
     * Ends a member without a farewell, as if its process had died. What it had made durable is there when it starts again.
     *
     * @return heals by starting the member again, which catches up by itself
     */
    public Fault kill(int member) {
        check(member);
        return kill("kill(" + member + ")", member);
    }

    private Fault kill(String verb, int member) {
        return inject(
                verb + ": member " + member + " dies",
                () -> ensemble.ensemble().kill(member),
                () -> startUnlessRunning(member));
    }

    /** Starts a member that was killed or has failed; ends one that runs first, as {@link #kill} does. Does not wait until it serves. */
    public void restart(int member) {
        check(member);
        history.add("restart(" + member + ")");
        ensemble.ensemble().kill(member);
        ensemble.ensemble().start(member);
    }

    private void startUnlessRunning(int member) {
        if (ensemble.isDown(member)) {
            ensemble.ensemble().kill(member);
            ensemble.ensemble().start(member);
        }
    }

    // ---- the network between members

    /**
     * Parts the members into groups that hear nothing of each other. Nobody is told that a connection broke: as with a pulled cable,
     * silence is all there is. What is sent meanwhile arrives when the partition is healed, over connections that have not been given
     * up by then.
     *
     * @param groups ids of members, each at most once; those that no group names form one more
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // The array is read at once and not kept.
    public final Fault partition(Set<Integer>... groups) {
        List<Set<Integer>> all = complete(List.of(groups));
        List<int[]> cuts = new ArrayList<>();
        for (Set<Integer> one : all) {
            for (Set<Integer> other : all) {
                if (one != other) {
                    one.forEach(from -> other.forEach(to -> cuts.add(new int[] {from, to})));
                }
            }
        }
        return cut("partition(" + all + ")", cuts);
    }

    private List<Set<Integer>> complete(List<Set<Integer>> groups) {
        Set<Integer> rest = new HashSet<>();
        IntStream.rangeClosed(1, ensemble.members()).forEach(rest::add);
        for (Set<Integer> group : groups) {
            for (int member : group) {
                check(member);
                if (!rest.remove(member)) {
                    throw new IllegalArgumentException("member " + member + " is in two groups: name each once");
                }
            }
        }
        List<Set<Integer>> all = new ArrayList<>(groups);
        if (!rest.isEmpty()) {
            all.add(rest);
        }
        return all;
    }

    /** Loses what one member sends to another; what comes back arrives. Otherwise as {@link #partition}. */
    public Fault cutOneWay(int from, int to) {
        check(from);
        check(to);
        return cut("cutOneWay(" + from + ", " + to + ")", List.of(new int[] {from, to}));
    }

    private Fault cut(String description, List<int[]> ways) {
        UnreliableNetwork network = environment.unreliableNetwork();
        return inject(
                description,
                onLoop(() -> ways.forEach(way -> network.cut(way[0], way[1]))),
                onLoop(() -> ways.forEach(way -> network.mend(way[0], way[1]))));
    }

    /**
     * Delays everything that members send each other. The order on each connection stays.
     *
     * @param by not negative; delays that last at the same time add up
     */
    public Fault delay(Duration by) {
        List<int[]> ways = new ArrayList<>();
        for (int from = 1; from <= ensemble.members(); from++) {
            for (int to = 1; to <= ensemble.members(); to++) {
                if (from != to) {
                    ways.add(new int[] {from, to});
                }
            }
        }
        return delay("delay(" + by + ")", ways, by);
    }

    /**
     * Delays what one member sends to another. The order on each connection stays.
     *
     * @param by not negative; delays that last at the same time add up
     */
    public Fault delay(int from, int to, Duration by) {
        check(from);
        check(to);
        return delay("delay(" + from + ", " + to + ", " + by + ")", List.of(new int[] {from, to}), by);
    }

    private Fault delay(String description, List<int[]> ways, Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, but is " + by);
        }
        UnreliableNetwork network = environment.unreliableNetwork();
        return inject(
                description,
                onLoop(() -> ways.forEach(way -> network.delay(way[0], way[1], by))),
                onLoop(() -> ways.forEach(way -> network.delay(way[0], way[1], by.negated()))));
    }

    // ---- pauses

    /**
     * Lets a member stand still, as in a long pause of its garbage collector: it handles nothing and sends nothing, and its time goes
     * on. What reaches it meanwhile it handles afterwards. Its sessions turn to other members after a while.
     */
    public Fault pause(int member) {
        check(member);
        return inject(
                "pause(" + member + ")",
                () -> environment.controls().pause(member),
                () -> environment.controls().resume(member));
    }

    /**
     * Lets a client stand still, as in a long pause of its garbage collector: nothing is sent or received, no result, watch batch or
     * timer has its turn, and time goes on. Afterwards all that was held up happens at once. What a thread of the test does
     * with the client meanwhile is not stopped: checks that need no message, such as {@code isHeld()}, tell what the client's own code
     * would be told once it runs again.
     */
    public Fault pause(Quorate client) {
        EmbeddedBackend backend = ensemble.backendOf(client);
        List<PausableLane> lanes = backend.lanes().stream()
                .filter(PausableLane.class::isInstance)
                .map(PausableLane.class::cast)
                .toList();
        return inject(
                "pause(" + ensemble.nameOf(backend) + ")",
                () -> {
                    lanes.forEach(PausableLane::pause);
                    backend.hang();
                },
                () -> {
                    backend.restore();
                    lanes.forEach(PausableLane::resume);
                });
    }

    // ---- clients and their sessions

    /**
     * Has the ensemble end the session of a client, as if it had been silent for its time-out; returns when that has happened. The client
     * learns of it on its own. There is nothing to heal: its next operation opens a new session.
     *
     * @throws IllegalStateException if the client has no session now and gets none within 10 seconds
     */
    public void expire(Quorate client) {
        history.add("expire(" + ensemble.nameOf(ensemble.backendOf(client)) + ")");
        ensemble.expire(ensemble.sessionOf(client).id().value());
    }

    /** Has the ensemble end a session, as if it had been silent for its time-out; returns when that has happened. */
    public void expire(Session session) {
        history.add("expire(session " + session.id() + ")");
        ensemble.expire(session.id().value());
    }

    /**
     * Breaks the connections of a client, and lets it make no others until this is healed. Its session ends if that takes longer than
     * its time-out.
     */
    public Fault cut(Quorate client) {
        EmbeddedBackend backend = ensemble.backendOf(client);
        return inject("cut(" + ensemble.nameOf(backend) + ")", backend::cut, backend::restore);
    }

    /**
     * Lets the next write of a client be committed, and its answer be lost together with the connection. The client connects again
     * and asks what became of it.
     *
     * @return heals by losing no answer, unless one was lost already
     */
    public Fault loseReplyAfterCommit(Quorate client) {
        EmbeddedBackend backend = ensemble.backendOf(client);
        return inject(
                "loseReplyAfterCommit(" + ensemble.nameOf(backend) + ")", backend::loseNextReply, backend::keepReplies);
    }

    /** Does what {@link #loseReplyAfterCommit(Quorate)} does to each client that the extension has handed out to this test. */
    public Fault loseReplyAfterCommit() {
        List<EmbeddedBackend> backends = ensemble.handedOut();
        return inject(
                "loseReplyAfterCommit()",
                () -> backends.forEach(EmbeddedBackend::loseNextReply),
                () -> backends.forEach(EmbeddedBackend::keepReplies));
    }

    // ---- disks

    /**
     * Lets the next fsync of a member fail. The member then halts, because nobody knows what its disk holds; the others go on without
     * it.
     *
     * @return heals by mending the disk, and by starting the member again if it has halted
     */
    public Fault failFsync(int member) {
        check(member);
        DiskFaults disk = environment.disk(member);
        return inject("failFsync(" + member + ")", () -> disk.setFailsForce(true), () -> {
            disk.setFailsForce(false);
            startUnlessRunning(member);
        });
    }

    /**
     * Fills the disk of a member up to its reserve. While enough other members have room, it stands aside, and a leader hands its seat
     * over before; if not, writes that need space fail with {@link io.quorate.backend.StorageFullException} until somebody frees
     * some.
     *
     * @return heals by freeing the space; the member then takes part again
     */
    public Fault fillDisk(int member) {
        check(member);
        DiskFaults disk = environment.disk(member);
        return inject("fillDisk(" + member + ")", () -> disk.setFull(true), () -> disk.setFull(false));
    }

    // ---- clocks

    /**
     * Lets the clocks of a member jump. A jump forward moves its wall clock and the clock by which it measures silence; a jump back, as of
     * a clock that is set right, its wall clock only.
     *
     * @param ahead negative for a jump back
     * @return heals by setting the wall clock right; what was skipped stays skipped
     */
    public Fault skewClock(int member, Duration ahead) {
        check(member);
        return skew("skewClock(" + member + ", " + ahead + ")", environment.clocks(member), ahead);
    }

    /**
     * Lets the clocks of the process jump in which the clients live, which they share. A jump forward counts as time that has passed, as
     * after a machine was suspended: a lease whose deadline lies within it is lost for whoever asks, until a renewal has proven it
     * anew. A jump back changes nothing for them.
     *
     * @param ahead negative for a jump back
     * @return heals by setting the wall clock right; what was skipped stays skipped
     */
    public Fault skewClock(Duration ahead) {
        return skew("skewClock(" + ahead + ")", environment.clientClocks(), ahead);
    }

    private Fault skew(String description, Clocks clocks, Duration ahead) {
        return inject(
                description,
                () -> {
                    clocks.jump(ahead);
                    // Timers that have become due are looked for.
                    onLoop(() -> {}).run();
                },
                () -> clocks.setRight(ahead));
    }

    // ---- all of them

    /** Heals everything that lasts, the latest first. Returns when that has begun; members that were started catch up by themselves. */
    public void heal() {
        RuntimeException failure = null;
        for (Fault fault = active.pollLast(); fault != null; fault = active.pollLast()) {
            try {
                fault.heal();
            } catch (RuntimeException e) {
                // The others are to be healed all the same.
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns what was injected and healed since the test began, one line each, with its time. */
    public List<String> history() {
        return history.lines();
    }
}
