package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.QuorateException;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final EnsembleConfig config;
    private final @Nullable EnsembleDirectory directory;
    private final EnsembleMembers members;
    private final EnsembleLoop loop;
    private final LaneThreads lanes;
    private final FrontEnd frontEnd;
    private final MemberControl control;
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
        this.members = new EnsembleMembers(config, directory, loop::wakeUp, loop, environment);
        Ticker ticker = environment.ticker();
        this.lanes = new LaneThreads(ticker, loop, Runtime.getRuntime().availableProcessors());
        this.frontEnd = new FrontEnd(
                members::reachable, loop::wakeUp, ticker, environment.lanes(lanes), random, config.connectionTimeout());
        this.control = new MemberControl(members, frontEnd, loop, this::isRunning, config, System::nanoTime);
    }

    /**
     * Returns an ensemble that keeps its data in memory; it is not started.
     *
     * @param members the number of members, 1 to 7
     * @throws IllegalArgumentException if the number is another one
     */
    public static EmbeddedEnsemble inMemory(int members) {
        return of(EnsembleConfig.inMemory(members));
    }

    /**
     * Returns an ensemble that keeps its data below a directory; it is not started, and nothing is read or created before.
     *
     * @param directory where; it is created if it is absent, with its parents
     * @param members the number of members, 1 to 7; the number that the directory was made with, if it was used before
     * @throws IllegalArgumentException if the number is another one
     */
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
     * Starts all members and returns as soon as a write would succeed. Idempotent: if the ensemble runs it returns as soon as it
     * has served for the first time. An ensemble that failed to start is closed; to try again, create another one.
     *
     * @return this
     * @throws DataDirectoryException if too many members could not use their directories, or one of them for a reason that
     *     somebody must mend; the ensemble is closed then
     * @throws BackendUnavailableException if no leader was established within {@link EnsembleConfig#startTimeout()}, or the
     *     thread was interrupted (it still is then), or another one closed the ensemble; the ensemble is closed then
     * @throws IllegalStateException if the ensemble was closed before
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
            String members = String.valueOf(status());
            close();
            throw new BackendUnavailableException(
                    "no leader was established within " + config.startTimeout() + " among " + members
                            + "; the ensemble is closed. Look at what its members logged, then create another one",
                    e);
        } catch (ExecutionException e) {
            close();
            throw DataDirectoryException.translate(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Starts all members and does not wait. */
    void begin() {
        checkOpen();
        if (started.compareAndSet(false, true)) {
            announce();
            frontEnd.submit(members::startAll);
            loop.help();
            loop.start();
        }
    }

    private void announce() {
        int size = config.members();
        log.info("starting {}", config);
        if (size % 2 == 0) {
            log.warn(
                    "an ensemble of {} members goes on without {} of them, as one of {} does: choose an odd number",
                    size,
                    (size - 1) / 2,
                    size - 1);
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("this ensemble is closed; create another one");
        }
    }

    private boolean isRunning() {
        return started.get() && !closed.get();
    }

    /** Completes with why the ensemble could not start if it could not, on any thread. */
    CompletableFuture<QuorateException> startFailure() {
        CompletableFuture<QuorateException> told = new CompletableFuture<>();
        CompletableFuture<?> unused = members.ready().whenComplete((nothing, failure) -> {
            if (failure != null) {
                told.complete(DataDirectoryException.translate(failure));
            }
        });
        return told;
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
     * Closes all backends of this ensemble with their sessions, then stops the members and joins their threads; what was
     * acknowledged is on their disks, if they have any. Idempotent: further calls return at once, even while the first is under
     * way. An interrupt does not end the wait, and is kept for the caller. If a disk holds a member up for longer than
     * {@link EnsembleConfig#startTimeout()} the method returns with a warning in the log, and the rest ends by itself.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // Whoever is interrupted wants to be done soon, but not to leave files behind that somebody still writes
            // to.
            boolean interrupted = Thread.interrupted();
            try {
                interrupted |= closeInGoodOrder();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** Returns whether the thread was interrupted meanwhile. */
    private boolean closeInGoodOrder() {
        frontEnd.leave();
        EmbeddedBackend.closeAll(List.copyOf(backends));
        members.ready().completeExceptionally(new BackendUnavailableException("the ensemble was closed", null));
        if (!started.get()) {
            return false;
        }
        frontEnd.submit(() -> {
            members.killAll();
            ending = true;
        });
        boolean interrupted = joinThreads();
        String unfinished = loop.liveThread();
        if (unfinished != null) {
            log.warn(
                    "{} has not ended yet; it goes on by itself until the disks of the members let it: {}",
                    unfinished,
                    status());
        }
        members.publishStopped();
        releaseDirectory();
        return interrupted;
    }

    private boolean joinThreads() {
        long limit = config.startTimeout().toMillis();
        boolean interrupted = false;
        while (true) {
            try {
                loop.join(limit);
                lanes.close(limit);
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
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
     * Returns a new client of this ensemble. Closing it closes its sessions and leaves the ensemble alone. A client may be made
     * before the ensemble is started; its sessions open as soon as there is a leader, or fail after
     * {@link EnsembleConfig#connectionTimeout()}.
     *
     * @throws IllegalStateException if the ensemble is closed
     */
    public Backend backend() {
        return newBackend(() -> {});
    }

    EmbeddedBackend newBackend(Runnable onClose) {
        checkOpen();
        EmbeddedBackend[] made = new EmbeddedBackend[1];
        EmbeddedBackend backend = new EmbeddedBackend(frontEnd, this::describe, () -> {
            backends.remove(made[0]);
            onClose.run();
        });
        made[0] = backend;
        backends.add(backend);
        return backend;
    }

    /** Returns what the members looked like a moment ago, in the order of their ids. Never blocks. */
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

    /**
     * Returns the id of the member that leads and takes writes; empty while there is none, and before the start and after the
     * end of the ensemble.
     */
    public OptionalInt leader() {
        return leadingMember().map(Member::id).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    /**
     * Stops a member in good order and returns when it has released what it held. Its sessions move to other members first; a leader
     * finishes what it has proposed and hands its seat over, so that callers notice a pause at most. Does nothing if the
     * member does not run.
     *
     * <p>If those that remain are no quorum, more than half of all members, nothing is served before enough are started again: operations wait
     * for that as long as their sessions live. An interrupt does not end the wait; it is kept for the caller.
     *
     * @param id 1 to the number of members
     * @throws IllegalArgumentException if there is no such member
     * @throws IllegalStateException if the ensemble is not started or is closed, or the member's disk holds it up for longer
     *     than {@link EnsembleConfig#startTimeout()}
     */
    public void stop(int id) {
        control.stop(id);
    }

    /**
     * Ends a member without a farewell, as if its process had died, and returns when it has released what it held. Does nothing
     * if the member does not run. For the rest the same as {@link #stop(int)}.
     *
     * @param id 1 to the number of members
     * @throws IllegalArgumentException if there is no such member
     * @throws IllegalStateException if the ensemble is not started or is closed, or the member's disk holds it up for longer
     *     than {@link EnsembleConfig#startTimeout()}
     */
    public void kill(int id) {
        control.kill(id);
    }

    /**
     * Starts a member that was stopped or killed, or failed, and returns at once; the member catches up by itself. Whether it could
     * use its directory is told by its {@linkplain #status() status}.
     *
     * @param id 1 to the number of members
     * @throws IllegalArgumentException if there is no such member
     * @throws IllegalStateException if the member runs, or the ensemble is not started or is closed
     */
    public void start(int id) {
        control.start(id);
    }

    // ---- what tests do

    /** Runs something as the members do, one at a time, and returns its result. */
    <T> T onLoop(Supplier<T> task) {
        return control.onLoop(task);
    }

    boolean isClosed() {
        return closed.get();
    }

    List<Member> members() {
        return members.running();
    }

    Optional<Member> leadingMember() {
        if (!isRunning()) {
            return Optional.empty();
        }
        // One that was deposed may not know it yet.
        return onLoop(() ->
                members.reachable().stream().filter(Member::takesWrites).max(Comparator.comparingLong(Member::epoch)));
    }

    /** Lets a member stand still until {@link #resume}, as if its process got no time. */
    void pause(int id) {
        control.pause(id);
    }

    void resume(int id) {
        control.resume(id);
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
