package io.quorate.embedded.testing;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.embedded.member.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble and its clients in virtual time: the members, the sessions and the recipes of production, run one step after another
 * in the thread of the test.
 *
 * <pre>{@code
 * try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
 *     VirtualClient first = ensemble.client("first");
 *     VirtualClient second = ensemble.client("second");
 *     LockLease lease = first.quorate().lock("report").acquire();
 *     first.pause();
 *     LockLease next = second.quorate().lock("report").acquire(); // waits for 10 s of virtual time, the session time-out
 *     assertThat(lease.isHeld()).isFalse();
 * }
 * }</pre>
 *
 * <p>No thread runs but the test's, and no time passes but while it waits: in {@link VirtualClock#advance}, in {@link #runUntil}, or in a blocking
 * call of a client. What happens is decided by the calls of the test and the seed, so that the same test has the same {@link #trace()} each
 * time. Messages between members take 0.2 to 1 ms, as the seed has it; disks and everything else take no time.
 *
 * <p>Code under test takes part if it runs in the thread of the test: on callbacks of the client, in tasks of the
 * {@link VirtualClock}, or called by the test. A thread of its own does not, and is refused where it would wait.
 */
public final class VirtualEnsemble implements AutoCloseable {

    static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

    /** How long a wait without a limit may take before it is taken for one without an end. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private static final long TICK_NANOS = 100_000_000;
    private static final int TRACE_LINES_IN_A_FAILURE = 40;

    private final long seed;
    private final SplittableRandom random;
    private final VirtualClock clock = new VirtualClock();
    private final VirtualNetwork network;
    private final List<VirtualMember> members = new ArrayList<>();
    private final Map<String, VirtualClient> clients = new LinkedHashMap<>();
    private final List<Throwable> uncaught = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private List<Member> running = List.of();
    private int leader;

    private VirtualEnsemble(int count, long seed) {
        if (count < 1 || count > 7) {
            throw new IllegalArgumentException("an ensemble has 1 to 7 members, not " + count);
        }
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.network = new VirtualNetwork(clock, count, () -> random.nextLong(200_000, 1_000_001));
        for (int id = 1; id <= count; id++) {
            members.add(new VirtualMember(this, clock, network, id, count, TICK_NANOS));
        }
    }

    /** Starts an ensemble in virtual time with seed 1, and returns when it has a leader. */
    public static VirtualEnsemble start(int members) {
        return start(members, 1);
    }

    /**
     * Starts an ensemble in virtual time, and returns when it has a leader.
     *
     * @param members 1 to 7
     * @param seed decides everything that is random
     */
    public static VirtualEnsemble start(int members, long seed) {
        VirtualEnsemble ensemble = new VirtualEnsemble(members, seed);
        ensemble.members.forEach(VirtualMember::start);
        ensemble.membersChanged();
        ensemble.runUntil(() -> ensemble.leader().isPresent());
        return ensemble;
    }

    /** Returns the clock, which lets time pass. */
    public VirtualClock clock() {
        return clock;
    }

    // ---- clients

    /** Returns the process of that name: the same one each time, and a new one the first time. */
    public VirtualClient client(String name) {
        return clients.computeIfAbsent(name, made -> new VirtualClient(this, clock, made, random.split()));
    }

    /** Returns the backend of a new process. Clients on it need {@link VirtualClient#options()}: see there. */
    public Backend backend() {
        return client("client-" + (clients.size() + 1)).backend();
    }

    // ---- waiting

    /**
     * Lets time pass until a condition holds, which is asked after everything that happens.
     *
     * @throws AssertionError if it does not come to hold within an hour of virtual time
     */
    public void runUntil(BooleanSupplier condition) {
        if (!runUntil(condition, PATIENCE)) {
            throw failure("the condition did not come to hold");
        }
    }

    /** Lets time pass until a condition holds, at most for the given time; returns whether it holds. */
    public boolean runUntil(BooleanSupplier condition, Duration atMost) {
        return clock.runUntil(condition, atMost.toNanos());
    }

    /**
     * Lets time pass until a future is done, and returns its result. It takes the place of {@link CompletableFuture#join()}, which
     * would wait for ever in a thread that has to do the work itself.
     *
     * @throws CompletionException if the future failed with a checked exception; unchecked ones are thrown as they are
     * @throws AssertionError if it is not done within an hour of virtual time
     */
    public <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        runUntil(future::isDone);
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Lets time pass until a future is done, at most for the given time; a wait without a limit must end some time. */
    void await(CompletableFuture<?> future, Duration atMost) {
        boolean endless = atMost.compareTo(PATIENCE) > 0;
        boolean done = runUntil(future::isDone, endless ? PATIENCE : atMost);
        if (!done && endless) {
            throw failure("a blocking call waits for what does not happen");
        }
    }

    private AssertionError failure(String what) {
        List<String> tail = trace.subList(Math.max(0, trace.size() - TRACE_LINES_IN_A_FAILURE), trace.size());
        return new AssertionError(what + " by " + clock.elapsed() + " (seed " + seed + "); members "
                + describe().members() + ", clients " + clients.values() + ". The trace ends with\n"
                + String.join("\n", tail));
    }

    // ---- members

    /** Returns the id of the member that leads and takes writes; empty while there is none. */
    public OptionalInt leader() {
        for (VirtualMember member : members) {
            if (!member.isPaused()
                    && member.member().filter(Member::takesWrites).isPresent()) {
                return OptionalInt.of(member.id());
            }
        }
        return OptionalInt.empty();
    }

    /** Returns what the members look like, in the order of their ids. */
    public BackendView describe() {
        return new BackendView(
                "virtual",
                leader().isPresent(),
                members.stream().map(VirtualMember::view).toList());
    }

    /** Ends a member without a farewell, as if its process had died; what it has stored stays. */
    public void kill(int id) {
        note("member " + id + " dies");
        member(id).kill();
    }

    /**
     * Ends the member that leads, as {@link #kill} does, and returns its id.
     *
     * @throws IllegalStateException if nobody leads
     */
    public int killLeader() {
        int id = leader().orElseThrow(() -> new IllegalStateException("nobody leads now: runUntil somebody does"));
        kill(id);
        return id;
    }

    /** Stops a member in good order; it is over some virtual time later. */
    public void stop(int id) {
        note("member " + id + " is stopped");
        member(id).stop();
    }

    /**
     * Starts a member that was killed or stopped, on what it has stored.
     *
     * @throws IllegalStateException if it runs
     */
    public void restart(int id) {
        note("member " + id + " is started");
        member(id).start();
        membersChanged();
    }

    /** Lets a member stand still until {@link #resume}, as if its process got no time. */
    public void pause(int id) {
        note("member " + id + " pauses");
        member(id).pause();
        membersChanged();
    }

    /** Lets a member go on. */
    public void resume(int id) {
        note("member " + id + " goes on");
        member(id).resume();
        membersChanged();
    }

    /**
     * Divides the members in two, which do not reach each other until the next call or {@link #heal}. Clients reach both sides;
     * {@link VirtualClient#cut} divides those from the ensemble.
     *
     * @param side the ids of the members on one side; all others are on the other one
     */
    public void partition(int... side) {
        note("partition " + Arrays.toString(side));
        Set<Integer> here = Arrays.stream(side).boxed().collect(Collectors.toSet());
        for (VirtualMember one : members) {
            for (VirtualMember other : members) {
                if (one != other) {
                    network.block(one.id(), other.id(), here.contains(one.id()) != here.contains(other.id()));
                }
            }
        }
    }

    /** Lets nothing that one member sends reach another, until {@link #heal}. */
    public void block(int from, int to) {
        note("what " + from + " sends does not reach " + to);
        network.block(member(from).id(), member(to).id(), true);
    }

    /** Opens all ways between members again. */
    public void heal() {
        note("the network is healed");
        for (VirtualMember one : members) {
            for (VirtualMember other : members) {
                network.block(one.id(), other.id(), false);
            }
        }
    }

    private VirtualMember member(int id) {
        if (id < 1 || id > members.size()) {
            throw new IllegalArgumentException("there is no member " + id + ", but 1 to " + members.size());
        }
        return members.get(id - 1);
    }

    // ---- what clients and members tell

    List<Member> running() {
        return running;
    }

    void membersChanged() {
        List<Member> present = new ArrayList<>();
        members.forEach(member -> member.member().ifPresent(present::add));
        running = List.copyOf(present);
        int now = leader().orElse(0);
        if (now != leader) {
            leader = now;
            note(now == 0 ? "nobody leads" : "member " + now + " leads");
        }
        clients.values().forEach(VirtualClient::planRun);
    }

    void expire(long session) {
        running.stream().filter(Member::takesWrites).findFirst().ifPresent(member -> member.expire(session));
    }

    void uncaught(Throwable thrown) {
        uncaught.add(thrown);
        note("a task threw " + thrown);
    }

    void note(String line) {
        trace.add(String.format("%12.6f %s", clock.nanos() / 1e9, line));
    }

    /** Adds a line to the trace. */
    public void trace(String line) {
        note("test: " + line);
    }

    /** Returns what has happened so far: the time in seconds and what it was, one event a line. */
    public List<String> trace() {
        return List.copyOf(trace);
    }

    /** Returns the exceptions that callbacks have thrown. The clients survive them, and a test may insist on none. */
    public List<Throwable> uncaught() {
        return List.copyOf(uncaught);
    }

    /** Returns the seed. */
    public long seed() {
        return seed;
    }

    /** Closes the clients that are alive, and ends the members. */
    @Override
    public void close() {
        clients.values().forEach(VirtualClient::close);
        members.forEach(VirtualMember::kill);
    }

    /** Returns the members and the time. */
    @Override
    public String toString() {
        return "VirtualEnsemble" + describe().members() + " at " + clock.elapsed();
    }
}
