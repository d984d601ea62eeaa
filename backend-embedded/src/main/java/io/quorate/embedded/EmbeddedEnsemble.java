package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Ticker;
import io.quorate.embedded.member.DirectoryDisks;
import io.quorate.embedded.member.EnsembleDirectory;
import io.quorate.embedded.member.EnsembleDisks;
import io.quorate.embedded.member.EnsembleLoop;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.member.MemberSettings;
import io.quorate.embedded.member.MemberSlot;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.FrontEnd;
import io.quorate.embedded.session.LaneThreads;
import io.quorate.embedded.transport.InMemoryNetwork;
import io.quorate.embedded.tree.TreeLimits;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.ZabConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
    private static final int TICKS_PER_ELECTION = 10;

    private final EnsembleConfig config;
    private final InMemoryNetwork network = new InMemoryNetwork();
    private final @Nullable EnsembleDirectory directory;
    private final List<MemberSlot> slots;
    private final EnsembleLoop loop;
    private final LaneThreads lanes;
    private final FrontEnd frontEnd;
    private final Set<EmbeddedBackend> backends = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile List<Member> members = List.of();
    private volatile List<MemberStatus> status;
    private volatile boolean ending;

    private EmbeddedEnsemble(EnsembleConfig config, @Nullable EnsembleDisks disks) {
        this.config = config;
        SecureRandom random = new SecureRandom();
        this.directory = disks == null
                ? null
                : new EnsembleDirectory(disks, config.members(), () -> new UUID(random.nextLong(), random.nextLong()));
        this.slots = IntStream.rangeClosed(1, config.members())
                .mapToObj(id ->
                        new MemberSlot(id, directory, config.electionTimeout().toNanos()))
                .toList();
        this.loop = new EnsembleLoop("quorate-ensemble", new Driven(), tickNanos(), System::nanoTime);
        this.lanes = new LaneThreads(Ticker.system(), loop, Runtime.getRuntime().availableProcessors());
        this.frontEnd =
                new FrontEnd(() -> members, loop::wakeUp, Ticker.system(), lanes, random, config.connectionTimeout());
        this.status = slots.stream().map(slot -> unreachable(slot.id())).toList();
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
        return new EmbeddedEnsemble(
                config, config.directory().map(DirectoryDisks::new).orElse(null));
    }

    /** Returns an ensemble that keeps its data on other disks than those that the configuration names. */
    static EmbeddedEnsemble on(EnsembleDisks disks, EnsembleConfig config) {
        return new EmbeddedEnsemble(config, disks);
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
            ready.get(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
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
            frontEnd.submit(() -> slots.forEach(slot -> startMember(slot)));
            loop.help();
            loop.start();
        }
    }

    /** Tells why the ensemble could not start, if it could not; on any thread, or at once. */
    void whenStartFails(Consumer<Throwable> listener) {
        ready.whenComplete((nothing, failure) -> {
            if (failure != null) {
                listener.accept(DataDirectoryException.translate(failure));
            }
        });
    }

    private void startMember(MemberSlot slot) {
        List<Integer> ids = slots.stream().map(MemberSlot::id).toList();
        MemberSettings settings = new MemberSettings(
                ZabConfig.of(slot.id(), System.nanoTime(), ids),
                limits(),
                config.snapshotRecords(),
                config.snapshotBytes(),
                tickNanos(),
                System::nanoTime,
                System::currentTimeMillis);
        slot.start(settings, network, loop::wakeUp);
        publishMembers();
    }

    private long tickNanos() {
        return config.electionTimeout().toNanos() / TICKS_PER_ELECTION;
    }

    private static TreeLimits limits() {
        TreeLimits base = TreeLimits.DEFAULT;
        return new TreeLimits(
                base.dataBytes(),
                base.commitSize(),
                base.txnBytes(),
                base.children(),
                base.nodes(),
                base.totalBytes(),
                base.sessions(),
                base.ephemerals(),
                base.ephemeralPathBytes(),
                1024);
    }

    private void publishMembers() {
        List<Member> present = new ArrayList<>();
        slots.forEach(slot -> slot.member().ifPresent(present::add));
        members = List.copyOf(present);
    }

    private final class Driven implements EnsembleLoop.Work {
        private int ticks;

        @Override
        public boolean runOnce() {
            boolean worked = lanes.runTimers();
            worked |= frontEnd.runOnce();
            for (Member member : members) {
                worked |= member.runOnce();
            }
            if (!ready.isDone()) {
                lookWhetherReady();
            }
            return worked;
        }

        @Override
        public void tick() {
            members.forEach(Member::tick);
            lanes.tick();
            if (ticks++ % 2 == 0) {
                publishStatus();
            }
        }

        @Override
        public long nanosToTimer() {
            return Math.min(frontEnd.nanosToTimer(), lanes.nanosToTimer());
        }

        @Override
        public boolean isDone() {
            return ending && members.stream().allMatch(Member::isReleased);
        }
    }

    private void lookWhetherReady() {
        if (members.stream().anyMatch(Member::takesWrites)) {
            publishStatus();
            ready.complete(null);
            return;
        }
        for (Member member : members) {
            Throwable failure = member.failure();
            if (member.life() == Life.HALTED && failure != null && preventsStart(failure)) {
                publishStatus();
                ready.completeExceptionally(failure);
            }
        }
        if (members.stream().allMatch(member -> member.life() == Life.RUNNING)) {
            List<Integer> lost = members.stream()
                    .filter(member -> !member.mayVote())
                    .map(Member::id)
                    .toList();
            if (config.members() - lost.size() < quorum()) {
                ready.completeExceptionally(DataDirectoryException.lost(lost, config.members(), quorum()));
            }
        }
    }

    private int quorum() {
        return config.members() / 2 + 1;
    }

    /** A disk that fails is what the other members are there for; a wrong directory is a mistake that somebody must mend. */
    private boolean preventsStart(Throwable failure) {
        long halted =
                members.stream().filter(member -> member.life() == Life.HALTED).count();
        return config.members() - halted < quorum() || DataDirectoryException.isMistake(failure);
    }

    private void publishStatus() {
        status = slots.stream()
                .map(slot -> slot.member().map(EmbeddedEnsemble::statusOf).orElseGet(() -> unreachable(slot.id())))
                .toList();
    }

    private static MemberStatus unreachable(int id) {
        return new MemberStatus(
                id,
                MemberStatus.Condition.STOPPED,
                BackendView.Role.UNREACHABLE,
                0,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty());
    }

    private static MemberStatus statusOf(Member member) {
        Throwable failure = member.failure();
        return new MemberStatus(
                member.id(),
                conditionOf(member),
                roleOf(member),
                member.epoch(),
                member.applied(),
                member.state().digest(),
                member.servedSessions(),
                member.alert(),
                Optional.ofNullable(failure).map(Throwable::toString));
    }

    private static MemberStatus.Condition conditionOf(Member member) {
        return switch (member.life()) {
            case RECOVERING -> MemberStatus.Condition.RECOVERING;
            case RUNNING, STOPPING, CLOSING -> MemberStatus.Condition.RUNNING;
            case STOPPED -> MemberStatus.Condition.STOPPED;
            case HALTED -> MemberStatus.Condition.FAILED;
        };
    }

    private static BackendView.Role roleOf(Member member) {
        boolean runs = member.life() == Life.RUNNING || member.life() == Life.STOPPING;
        if (!runs) {
            return BackendView.Role.UNREACHABLE;
        }
        if (!member.isServing()) {
            return BackendView.Role.LOOKING;
        }
        return member.role() == RoleName.LEADING ? BackendView.Role.LEADER : BackendView.Role.FOLLOWER;
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
        ready.completeExceptionally(new BackendUnavailableException("the ensemble was closed", null));
        if (!started.get()) {
            return;
        }
        frontEnd.submit(() -> {
            slots.forEach(slot -> slot.member().ifPresent(Member::kill));
            ending = true;
        });
        try {
            loop.join(config.startTimeout().toMillis());
            lanes.close(config.startTimeout().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        status = slots.stream().map(slot -> unreachable(slot.id())).toList();
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
        return status;
    }

    private BackendView describe() {
        List<MemberStatus> now = status;
        boolean available = now.stream().anyMatch(member -> member.role() == BackendView.Role.LEADER);
        return new BackendView(
                "embedded", available, now.stream().map(EmbeddedEnsemble::view).toList());
    }

    private static BackendView.Member view(MemberStatus member) {
        boolean reachable = member.role() != BackendView.Role.UNREACHABLE;
        return new BackendView.Member(
                "member-" + member.id(),
                member.role(),
                reachable ? OptionalLong.of(member.epoch()) : OptionalLong.empty(),
                Optional.empty(),
                reachable ? OptionalInt.of(member.sessions()) : OptionalInt.empty(),
                OptionalInt.empty());
    }

    // ---- what tests do to members

    /** Runs something on the thread of the members and returns its result. */
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
        return result.orTimeout(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    boolean isClosed() {
        return closed.get();
    }

    List<Member> members() {
        return members;
    }

    Optional<Member> leader() {
        return onLoop(() -> members.stream().filter(Member::takesWrites).findFirst());
    }

    /** Stops a member in good order, or kills it, and waits until it has released what it held. */
    void stop(int id, boolean gracefully) {
        onLoop(() -> {
            slot(id).member().ifPresent(gracefully ? Member::stop : Member::kill);
            return true;
        });
        awaitThat(() -> slot(id).member().map(Member::isReleased).orElse(true));
        onLoop(() -> {
            slot(id).clear();
            publishMembers();
            publishStatus();
            return true;
        });
        log.debug("member {} is stopped", id);
    }

    /** Starts a member that was stopped. */
    void start(int id) {
        onLoop(() -> {
            startMember(slot(id));
            return true;
        });
    }

    private MemberSlot slot(int id) {
        return slots.get(id - 1);
    }

    private void awaitThat(BooleanSupplier condition) {
        long limit = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!onLoop(condition::getAsBoolean)) {
            if (System.nanoTime() - limit > 0) {
                throw new IllegalStateException("a member does not stop");
            }
        }
    }
}
