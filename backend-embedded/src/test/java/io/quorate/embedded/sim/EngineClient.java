package io.quorate.embedded.sim;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Ticket;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A simulated client process: the real session front end on a clock of its own, and a load of random operations whose answers
 * go to a {@link SessionRecord}.
 */
final class EngineClient implements ClientProcess.Resident {

    private static final List<Key> KEYS = List.of(
            Key.of("/a"), Key.of("/a/x"), Key.of("/a/y"), Key.of("/b"), Key.of("/b/x"), Key.of("/e/1"), Key.of("/e/2"));
    private static final List<Key> PARENTS = List.of(Key.of("/a"), Key.of("/b"), Key.of("/e"), Key.of("/q"));
    private static final List<Key> QUEUES = List.of(Key.of("/q"), Key.of("/a/q"));
    private static final int MAX_WATCHES = 4;
    private static final int MAX_TICKETS = 3;

    private record OpenWatch(Watch watch, WatchModel model) {}

    private final EngineWorld world;
    private final ClientProcess process;
    private final Backend backend;
    private final Duration timeout;
    private final List<OpenWatch> watches = new ArrayList<>();
    private final List<Ticket> tickets = new ArrayList<>();
    private @Nullable Session session;
    private @Nullable SessionRecord record;
    private final List<SessionRecord> records = new ArrayList<>();
    private boolean opening;
    private boolean closing;
    private boolean retired;

    EngineClient(EngineWorld world, int number, SimClock clock, Duration timeout, long laneDelay) {
        this.world = world;
        this.process = world.newProcess(number, clock, laneDelay, this);
        this.timeout = timeout;
        this.backend = process.newBackend();
    }

    ClientProcess process() {
        return process;
    }

    String name() {
        return "c" + process.number();
    }

    EngineWorld world() {
        return world;
    }

    @Override
    public @Nullable Session session() {
        return session;
    }

    boolean isDead() {
        return process.isDead();
    }

    // ---- sessions

    /** Does something random. */
    void act() {
        if (process.isDead() || process.isPaused() || retired) {
            return;
        }
        Session present = session;
        if (present == null) {
            open();
        } else if (!closing && !present.state().isTerminal()) {
            operate(present);
        }
        process.planRun();
    }

    private SessionRecord record() {
        SessionRecord present = record;
        if (present == null) {
            throw new IllegalStateException("no session");
        }
        return present;
    }

    /** Opens a session, unless that is being done. */
    void open() {
        if (opening) {
            return;
        }
        opening = true;
        CompletableFuture<Session> attempt =
                backend.open(SessionOptions.of(name()).withTimeout(timeout));
        CompletableFuture<?> unused = attempt.whenComplete((opened, failure) -> guarded(() -> {
            opening = false;
            if (opened == null) {
                world.count(Sometimes.OPENING_FAILED);
            } else {
                begin(opened);
            }
        }));
    }

    private void begin(Session opened) {
        world.count(Sometimes.SESSION_OPENED);
        world.trace(name(), "session " + opened.id());
        SessionRecord begun = new SessionRecord(world, name(), opened);
        session = opened;
        closing = false;
        record = begun;
        records.add(begun);
        watches.clear();
        tickets.clear();
        opened.onState(state -> guarded(() -> {
            begun.onState(state);
            if (state.isTerminal() && session == opened) {
                session = null;
            }
        }));
        if (retired) {
            close();
        }
    }

    /** Runs a check where exceptions would be swallowed. */
    private void guarded(Runnable check) {
        try {
            check.run();
        } catch (PropertyViolated violation) {
            world.violated(violation);
        }
    }

    // ---- load

    private <T> T any(List<T> list) {
        return list.get(world.random().below(list.size()));
    }

    private void operate(Session on) {
        SimRandom random = world.random();
        int what = random.below(100);
        if (what < 42) {
            commit(on);
        } else if (what < 62) {
            record().get(on, any(KEYS), random.chance(0.5) ? Read.ANY : Read.LATEST);
        } else if (what < 68) {
            record().list(on, any(PARENTS), Content.ENTRIES, random.chance(0.5) ? Read.ANY : Read.LATEST);
        } else if (what < 72) {
            record().snapshot(on, any(PARENTS));
        } else if (what < 82) {
            queue(on);
        } else if (what < 92) {
            watch(on);
        } else if (what < 93) {
            close();
        } else {
            burst(on);
        }
    }

    /** Several operations at once: they must be answered in their order. */
    private void burst(Session on) {
        for (int i = 2 + world.random().below(4); i > 0; i--) {
            commit(on);
            record().get(on, any(KEYS), world.random().chance(0.5) ? Read.ANY : Read.LATEST);
        }
    }

    private Bytes tag() {
        return Bytes.of(
                ByteBuffer.allocate(Long.BYTES).putLong(world.random().next()).array());
    }

    private void commit(Session on) {
        SimRandom random = world.random();
        Commit.Builder commit = Commit.builder();
        Key first = any(KEYS);
        Bytes tag = tag();
        addOp(commit, first, tag);
        Bytes second = null;
        Key other = any(KEYS);
        if (random.chance(0.25) && !other.equals(first)) {
            second = tag();
            addOp(commit, other, second);
        }
        record().commit(on, commit.build());
    }

    private void addOp(Commit.Builder commit, Key key, Bytes tag) {
        int what = world.random().below(10);
        if (what < 3) {
            commit.create(key, tag);
        } else if (what < 5) {
            commit.createOwned(key, tag);
        } else if (what < 8) {
            commit.update(key, tag);
        } else {
            commit.delete(key);
        }
    }

    private void queue(Session on) {
        if (tickets.size() < MAX_TICKETS && world.random().chance(0.6)) {
            record().enqueue(on, any(QUEUES), tickets::add);
        } else if (!tickets.isEmpty()) {
            record().dequeue(on, tickets.remove(world.random().below(tickets.size())));
        }
    }

    private void watch(Session on) {
        if (watches.size() >= MAX_WATCHES
                || (!watches.isEmpty() && world.random().chance(0.3))) {
            OpenWatch closing = watches.remove(world.random().below(watches.size()));
            closing.watch().close();
            record().watchClosed(closing.model());
            return;
        }
        int what = world.random().below(3);
        Scope scope = what == 0 ? Scope.ENTRY : what == 1 ? Scope.SUBTREE : Scope.QUEUE;
        watch(on, scope == Scope.ENTRY ? any(KEYS) : scope == Scope.SUBTREE ? any(PARENTS) : any(QUEUES), scope);
    }

    /** Watches something. */
    void watch(Key key, Scope scope) {
        perform((on, to) -> watch(on, key, scope));
    }

    /** Does something with the session and its record. */
    void perform(BiConsumer<Session, SessionRecord> action) {
        Session present = session;
        if (present == null) {
            throw new IllegalStateException(name() + " has no session");
        }
        action.accept(present, record());
        process.planRun();
    }

    private void watch(Session on, Key key, Scope scope) {
        WatchModel model = new WatchModel(world, name(), key, scope);
        SessionRecord to = record();
        to.watchOpened(model);
        watches.add(new OpenWatch(
                on.watch(key, scope, new WatchListener() {
                    @Override
                    public void onBatch(WatchBatch batch) {
                        guarded(() -> to.onBatch(model, batch));
                    }

                    @Override
                    public void onEnd(QuorateException cause) {
                        model.end();
                    }
                }),
                model));
    }

    void close() {
        Session present = session;
        if (present != null) {
            closing = true;
            CompletableFuture<Void> unused = present.closeAsync();
            process.planRun();
        }
    }

    // ---- the end

    /** Opens no more sessions, and closes the one it has. */
    void retire() {
        retired = true;
        process.resume();
        process.restore();
        close();
    }

    boolean isIdle() {
        return session == null && !opening;
    }

    /** The id of the session that the client has or had, 0 if none. */
    long lastSession() {
        return record == null ? 0 : record.id();
    }

    void checkOutcomes() {
        records.forEach(SessionRecord::checkOutcomes);
    }

    /** Whether all watches of the client show what there is now. */
    boolean isCurrent() {
        return process.isDead() || session == null || record().isCurrent();
    }

    @Override
    public String describe() {
        Session present = session;
        return name() + " "
                + (process.isDead()
                        ? "dead"
                        : process.isPaused()
                                ? "paused"
                                : present == null ? "none" : present.id() + " " + present.state())
                + (record == null ? "" : " " + record.describe());
    }
}
