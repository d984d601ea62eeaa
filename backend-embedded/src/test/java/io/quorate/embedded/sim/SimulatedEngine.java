package io.quorate.embedded.sim;

import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.embedded.member.RuntimeFlaw;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The full engine under the faults of a seed, with every property of it checked after every event, for clients that another
 * package runs on it.
 */
public final class SimulatedEngine {

    /** A majority that can talk must have a leader, and commit, within this many election time-outs. */
    private static final int PATIENCE = 50;

    /** Half of what recipes allow for, as the clocks of two processes differ by twice as much. */
    private static final double DRIFT = 0.0005;

    /** How often one who looks at a client finds it between two tasks, in runs in which its lanes run beside each other. */
    private static final double PREEMPTION = 0.2;

    private final Swarm swarm;
    private final SimRandom random;
    private final EngineWorld world;
    private final EngineFaults faults;
    private final double drift;

    /** Creates the engine of a seed; nothing runs before {@link #begin}. */
    public SimulatedEngine(long seed) {
        this.swarm = new Swarm(seed);
        this.random = swarm.random;
        int snapshotRecords = random.chance(0.5) ? 10 + random.below(60) : 100_000;
        this.drift = random.chance(0.5) ? DRIFT : 0;
        this.world =
                new EngineWorld(swarm.members, swarm.times, snapshotRecords, swarm, random, drift, RuntimeFlaw.NONE);
        world.oracle().letValuesRepeat();
        double spaceLow = random.chance(0.2) ? 0.2 : 0;
        world.reserve(spaceLow > 0 || random.chance(0.3) ? EngineWorld.RESERVE : 0);
        this.faults = new EngineFaults(
                world,
                swarm,
                new EngineFaults.Odds(
                        random.chance(0.7) ? 0.5 * random.below(100) / 100 : 0,
                        random.chance(0.3) ? 0.05 : 0,
                        random.chance(0.4) ? 0.2 * random.below(100) / 100 : 0,
                        random.chance(0.15) ? 0.1 : 0,
                        random.chance(0.2) ? 0.4 : 0,
                        spaceLow,
                        false));
    }

    /** Returns the source of all chance. */
    public SimRandom random() {
        return random;
    }

    /** Starts the members, and lets the faults strike. */
    public void begin() {
        faults.begin();
    }

    /** Begins a process of clients, which faults will hurt until it is {@linkplain #remove removed}. */
    public ClientProcess newProcess(int number, ClientProcess.Resident resident) {
        long laneDelay = random.chance(0.2) ? 40_000 : 200;
        ClientProcess process = world.newProcess(number, world.newClock(drift), laneDelay, resident);
        if (random.chance(0.5)) {
            process.interleaveLanes(PREEMPTION);
        }
        return process;
    }

    /** Forgets a process that is dead. */
    public void remove(ClientProcess process) {
        world.processes().remove(process);
    }

    // ---- time

    /** Returns the true time in microseconds. */
    public long now() {
        return world.timeline().now();
    }

    /** Lets something happen after so many microseconds of true time, whatever becomes of any process. */
    public void after(long micros, Runnable action) {
        world.timeline().after(micros, action);
    }

    /** Lets the next thing happen, if it is due by then; returns whether there was one. */
    public boolean step(long limit) {
        return world.timeline().advance(limit);
    }

    /** Returns how many events there were. */
    public long events() {
        return world.events();
    }

    /** Returns how many of them were of clients. */
    public long clientEvents() {
        return world.clientEvents();
    }

    /** Returns a number that two runs share if they are the same run. */
    public long traceHash() {
        return world.traceHash();
    }

    /** Has each event told, one line at a time. */
    public void trace(Consumer<String> tracer) {
        world.trace(tracer);
    }

    /** Returns whether anybody is told. */
    public boolean isTracing() {
        return world.isTracing();
    }

    /** Tells what a client does. */
    public void trace(String who, String what) {
        world.trace(who, what);
    }

    // ---- the end of faults

    /** Lets no fault strike any more, and heals a majority and all clients for good. */
    public void heal() {
        faults.end();
        for (ClientProcess process : world.processes()) {
            process.resume();
            process.restore();
        }
    }

    /** Returns in how many microseconds a healed majority must be at work. */
    public long patience() {
        return (long) PATIENCE * swarm.times.election() * EngineWorld.TICK;
    }

    // ---- what is true

    /** Returns an entry as it is in the committed state; {@code null} if there is none. */
    public @Nullable Entry committed(Key key) {
        Optional<Entry> entry = world.oracle().state().get(key);
        return entry.orElse(null);
    }

    /** Returns an entry as it was at an index; {@code null} if there was none. */
    public @Nullable Entry committed(Key key, long index) {
        return world.oracle().entryAt(key, index);
    }

    /** Returns what an entry was at an index, and what it became one after another from there on; absence is left out. */
    public List<Entry> versionsSince(Key key, long index) {
        return world.oracle().versionsSince(key, index);
    }

    /** Returns the index at which an entry of an index was deleted; the one after the last if it is there still. */
    public long deletionOf(Key key, long index) {
        return world.oracle().deletionOf(key, index);
    }

    /** Returns the entries at or below a key as they were at an index, by key. */
    public NavigableMap<Key, Entry> committedBelow(Key prefix, long index) {
        return world.oracle().below(prefix, index);
    }

    /** Returns whether anything at or below a key has changed behind an index. */
    public boolean hasChangedSince(Key prefix, long index) {
        return world.oracle().hasChangedSince(prefix, index);
    }

    /** Returns the last committed index. */
    public long committedIndex() {
        return world.oracle().lastIndex();
    }

    /** Returns whether a session has been opened and not ended in the committed state. */
    public boolean isOpen(long session) {
        return world.oracle().state().session(session).isPresent();
    }

    /** Returns the open sessions of the committed state. */
    public Set<Long> sessions() {
        Set<Long> open = new TreeSet<>();
        world.oracle().state().sessions().forEach(session -> open.add(session.id()));
        return open;
    }

    // ---- violations

    /** Notes that something does not hold, and ends the run. */
    public void violated(String property, String detail) {
        PropertyViolated violation = new PropertyViolated(property, detail);
        world.violated(violation);
        throw violation;
    }

    /** Throws what does not hold, if anything does not that was swallowed on its way. */
    public void throwPending() {
        world.throwPending();
    }

    /** Checks what can be checked at the end only. */
    public void checkEnd() {
        world.oracle().state().checkInvariants();
        world.throwPending();
    }

    /** Returns a line for each member and each process. */
    public List<String> describe() {
        return world.describe();
    }
}
