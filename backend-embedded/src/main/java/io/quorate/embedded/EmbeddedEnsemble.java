package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Ticker;
import io.quorate.embedded.member.DirectoryDisks;
import io.quorate.embedded.member.EnsembleDirectory;
import io.quorate.embedded.member.EnsembleDisks;
import io.quorate.embedded.member.EnsembleLoop;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.session.ClientSession;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.EnsembleControls;
import io.quorate.embedded.session.Environment;
import io.quorate.embedded.session.FrontEnd;
import io.quorate.embedded.session.LaneThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ensemble whose members live in this process.
 *
 * <pre>{@code
 * try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start()) {
 *     Backend backend = ensemble.backend();
 *     ...
 * }
 * }</pre>
 *
 * <p>One daemon thread drives all members; each durable member has another one for its disk. A few more run the event lanes
 * of the sessions, as long as no blocked caller does. Nothing is started before {@link #start()}. Safe for use by many threads.
 */
public final class EmbeddedEnsemble implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedEnsemble.class);
    private static final Duration LOOP_LIMIT = Duration.ofSeconds(30);
    private static final long RELEASE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EnsembleConfig config;
    private final @Nullable EnsembleDirectory directory;
    private final EnsembleMembers members;
    private final EnsembleLoop loop;
    private final LaneThreads lanes;
    private final FrontEnd frontEnd;
    private final Set<EmbeddedBackend> backends = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean ending;

    private EmbeddedEnsemble(EnsembleConfig config, @Nullable EnsembleDisks disks, Environment.Factory surroundings) {
        this.config = config;
        SecureRandom random = new SecureRandom();
        this.directory = disks == null
                ? null
                : new EnsembleDirectory(disks, config.members(), () -> new UUID(random.nextLong(), random.nextLong()));
        this.loop =
                new EnsembleLoop("quorate-ensemble", new Driven(), EnsembleMembers.tickNanos(config), System::nanoTime);
        Environment environment = surroundings.around(new PlainEnvironment(), new Controls());
        this.members = new EnsembleMembers(config, directory, loop::wakeUp, environment);
        Ticker ticker = environment.ticker();
        this.lanes = new LaneThreads(ticker, loop, Runtime.getRuntime().availableProcessors());
        this.frontEnd = new FrontEnd(
                members::reachable, loop::wakeUp, ticker, environment.lanes(lanes), random, config.connectionTimeout());
    }

    /** Returns an ensemble that keeps its data in memory; it is not started. */
    public static EmbeddedEnsemble inMemory(int members) {
        return of(EnsembleConfig.inMemory(members));
    }

    /** Returns an ensemble that keeps its data below a directory; it is not started. */
    public static EmbeddedEnsemble durable(Path directory, int members) {
        return of(EnsembleConfig.durable(directory, members));
    }

    /** Returns an ensemble; it is not started. */
    public static EmbeddedEnsemble of(EnsembleConfig config) {
        return of(config, (plain, controls) -> plain);
    }

    /**
     * Returns an ensemble in surroundings that let things go wrong; it is not started. For
     * {@code io.quorate.embedded.testing}, which is what users see of it: the type of the argument is not exported.
     */
    @SuppressWarnings("exports")
    public static EmbeddedEnsemble of(EnsembleConfig config, Environment.Factory surroundings) {
        return new EmbeddedEnsemble(
                config, config.directory().map(DirectoryDisks::new).orElse(null), surroundings);
    }

    /** Returns an ensemble that keeps its data on other disks than those that the configuration names. */
    static EmbeddedEnsemble on(EnsembleDisks disks, EnsembleConfig config) {
        return new EmbeddedEnsemble(config, disks, (plain, controls) -> plain);
    }

    // ---- life

    /**
     * Starts all members and returns as soon as a write would succeed. Idempotent.
     *
     * @return this
     * @throws DataDirectoryException if a member could not use its directory; all members are stopped then
     * @throws BackendUnavailableException if no leader was established in time, or the ensemble was closed
     */
    public EmbeddedEnsemble start() {
        begin();
        try {
            members.ready().get(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new BackendUnavailableException("interrupted while the ensemble started; it is closed", e);
        } catch (TimeoutException e) {
            close();
            throw new BackendUnavailableException(
                    "no leader was established within " + config.startTimeout() + "; the members are stopped", e);
        } catch (ExecutionException e) {
            close();
            throw DataDirectoryException.translate(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Starts all members and does not wait. */
    void begin() {
        if (closed.get()) {
            throw new BackendUnavailableException("this ensemble is closed; create another one", null);
        }
        if (started.compareAndSet(false, true)) {
            frontEnd.submit(members::startAll);
            loop.help();
            loop.start();
        }
    }

    /** Tells why the ensemble could not start, if it could not; on any thread, or at once. */
    void whenStartFails(Consumer<Throwable> listener) {
        CompletableFuture<?> unused = members.ready().whenComplete((nothing, failure) -> {
            if (failure != null) {
                listener.accept(DataDirectoryException.translate(failure));
            }
        });
    }

    private final class Driven implements EnsembleLoop.Work {
        @Override
        public boolean runOnce() {
            boolean worked = lanes.runTimers();
            worked |= frontEnd.runOnce();
            return members.runOnce() || worked;
        }

        @Override
        public boolean runInBackground() {
            return members.runInBackground();
        }

        @Override
        public void tick() {
            members.tick();
            lanes.tick();
        }

        @Override
        public long nanosToTimer() {
            return Math.min(frontEnd.nanosToTimer(), lanes.nanosToTimer());
        }

        @Override
        public boolean isDone() {
            return ending && members.areReleased();
        }
    }

    /**
     * Closes all backends of this ensemble with their sessions, then stops the members and joins their threads. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        List.copyOf(backends).forEach(EmbeddedBackend::close);
        members.ready().completeExceptionally(new BackendUnavailableException("the ensemble was closed", null));
        if (!started.get()) {
            return;
        }
        frontEnd.submit(() -> {
            members.killAll();
            ending = true;
        });
        try {
            loop.join(config.startTimeout().toMillis());
            lanes.close(config.startTimeout().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        members.publishStopped();
        releaseDirectory();
    }

    private void releaseDirectory() {
        if (directory != null) {
            try {
                directory.close();
            } catch (IOException e) {
                log.warn("the directory of the ensemble could not be given up in good order", e);
            }
        }
    }

    // ---- use

    /**
     * Returns a new client of this ensemble. Closing it closes its sessions and leaves the ensemble alone.
     *
     * @throws IllegalStateException if the ensemble is closed
     */
    public Backend backend() {
        return newBackend(() -> {});
    }

    EmbeddedBackend newBackend(Runnable onClose) {
        if (closed.get()) {
            throw new IllegalStateException("this ensemble is closed");
        }
        EmbeddedBackend[] made = new EmbeddedBackend[1];
        EmbeddedBackend backend = new EmbeddedBackend(frontEnd, this::describe, () -> {
            backends.remove(made[0]);
            onClose.run();
        });
        made[0] = backend;
        backends.add(backend);
        return backend;
    }

    /** Returns what the members looked like a moment ago, in the order of their ids. */
    public List<MemberStatus> status() {
        return members.status();
    }

    private BackendView describe() {
        List<MemberStatus> now = members.status();
        boolean available = now.stream().anyMatch(member -> member.role() == BackendView.Role.LEADER);
        return new BackendView(
                "embedded", available, now.stream().map(MemberStatus::view).toList());
    }

    // ---- members

    /** Returns the id of the member that leads and takes writes; empty while there is none. */
    public OptionalInt leader() {
        return leadingMember().map(Member::id).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    /**
     * Stops a member in good order and returns when it has released what it held. Its sessions move to other members first; a leader
     * finishes what it has proposed and hands its seat over, so that callers notice a pause at most. Does nothing if the
     * member does not run.
     *
     * @param id 1 to the number of members
     * @throws IllegalStateException if the ensemble is not started or is closed
     */
    public void stop(int id) {
        stop(id, true);
    }

    /**
     * Ends a member without a farewell, as if its process had died, and returns when it has released what it held. Does nothing
     * if the member does not run.
     *
     * @param id 1 to the number of members
     * @throws IllegalStateException if the ensemble is not started or is closed
     */
    public void kill(int id) {
        stop(id, false);
    }

    /**
     * Starts a member that was stopped or killed, or failed, and returns at once; the member catches up by itself.
     *
     * @param id 1 to the number of members
     * @throws IllegalStateException if the member runs, or the ensemble is not started or is closed
     */
    public void start(int id) {
        check(id);
        onLoop(() -> {
            members.start(id);
            return true;
        });
    }

    private void check(int id) {
        if (id < 1 || id > config.members()) {
            throw new IllegalArgumentException("there is no member " + id + ", but 1 to " + config.members());
        }
        if (!started.get() || closed.get()) {
            throw new IllegalStateException("the ensemble is not running; start it first");
        }
    }

    void stop(int id, boolean gracefully) {
        check(id);
        onLoop(() -> {
            members.member(id).ifPresent(gracefully ? Member::stop : Member::kill);
            return true;
        });
        awaitReleased(id);
        onLoop(() -> {
            members.clear(id);
            return true;
        });
    }

    private void awaitReleased(int id) {
        long limit = System.nanoTime() + config.startTimeout().toNanos();
        while (!onLoop(() -> members.isReleased(id))) {
            if (System.nanoTime() - limit > 0) {
                throw new IllegalStateException("member " + id + " has not released its storage in time; "
                        + "look at its disk, then call again");
            }
            LockSupport.parkNanos(this, RELEASE_POLL_NANOS);
        }
    }

    // ---- what tests do

    /** Runs something as the members do, one at a time, and returns its result. */
    <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        frontEnd.submit(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        loop.help();
        try {
            return result.orTimeout(LOOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    boolean isClosed() {
        return closed.get();
    }

    List<Member> members() {
        return members.running();
    }

    Optional<Member> leadingMember() {
        if (!started.get() || closed.get()) {
            return Optional.empty();
        }
        // One that was deposed may not know it yet.
        return onLoop(() ->
                members.reachable().stream().filter(Member::takesWrites).max(Comparator.comparingLong(Member::epoch)));
    }

    /** Lets a member stand still until {@link #resume}, as if its process got no time. */
    void pause(int id) {
        onLoop(() -> {
            members.pause(id);
            return true;
        });
    }

    void resume(int id) {
        onLoop(() -> {
            members.resume(id);
            return true;
        });
    }

    private final class Controls implements EnsembleControls {
        @Override
        public <T> T onLoop(Supplier<T> task) {
            return EmbeddedEnsemble.this.onLoop(task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            frontEnd.runAfter(delay, task);
        }

        @Override
        public List<Member> members() {
            return members.running();
        }

        @Override
        public void pause(int member) {
            EmbeddedEnsemble.this.pause(member);
        }

        @Override
        public void resume(int member) {
            EmbeddedEnsemble.this.resume(member);
        }

        @Override
        public EmbeddedBackend newClient() {
            return newBackend(() -> {});
        }

        @Override
        public List<ClientSession> sessions() {
            return frontEnd.sessions();
        }
    }

    /** Returns a line for each member. */
    @Override
    public String toString() {
        return "EmbeddedEnsemble" + status();
    }
}
