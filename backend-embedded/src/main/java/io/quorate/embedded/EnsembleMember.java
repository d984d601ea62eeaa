package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.InsecureConfigurationException;
import io.quorate.embedded.log.EnsembleMismatchException;
import io.quorate.embedded.member.DirectoryDisks;
import io.quorate.embedded.member.EnsembleDirectory;
import io.quorate.embedded.member.EnsembleLoop;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.FrontEnd;
import io.quorate.embedded.session.LaneThreads;
import io.quorate.embedded.transport.PeerAddress;
import io.quorate.embedded.transport.TcpNetwork;
import io.quorate.embedded.transport.TcpSettings;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member, in this process, of an ensemble whose members live in several.
 *
 * <pre>{@code
 * try (EnsembleMember member = EnsembleMember.of(MemberConfig.load(Path.of("quorate.properties"))).start()) {
 *     Backend backend = member.backend();
 *     ...
 * }
 * }</pre>
 *
 * <p>An application with three instances starts one member in each, and needs no servers. The sessions of this process are served by
 * its own member, which sends what they write to the leader; while fewer than a quorum of the members run and reach each other they wait, as
 * long as they live.
 *
 * <p>The member has a daemon thread for itself and one for its disk, one that accepts connections, one for each member with a smaller id that it
 * connects to, and two for each connection; their names begin with {@code quorate-}. Nothing is started before {@link #start()}. Safe for use by
 * many threads.
 */
public final class EnsembleMember implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EnsembleMember.class);

    /** A connection that is silent for longer is given up; the leader's heartbeats are watched beside that. */
    private static final int SILENT_ELECTIONS = 2;

    private static final long STOP_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LIFE_SHIFT = 20;

    private final MemberConfig config;
    private final SecureRandom random = new SecureRandom();
    private final EnsembleDirectory directory;
    private final SoleMember sole;
    private final PeerTrust trust;
    private final TcpNetwork network;
    private final MemberManagement management;
    private final EnsembleLoop loop;
    private final LaneThreads lanes;
    private final FrontEnd frontEnd;
    private final Set<EmbeddedBackend> backends = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Held while anything is acquired or released, so that an end finds all that a beginning has taken, and nothing is taken behind it. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private volatile int port;
    private volatile boolean ending;

    private EnsembleMember(MemberConfig config, Function<TcpSettings, TcpNetwork> networks) {
        this.config = config;
        PlainEnvironment environment = new PlainEnvironment();
        int id = config.id();
        UUID cluster = clusterId(config.cluster());
        this.loop = new EnsembleLoop(
                "quorate-member-" + id, new Driven(), SoleMember.tickNanos(config), environment.monotonicNanos(id));
        // Greater than that of any earlier life, unless the clock was set back, and different from it even then.
        long life = (environment.wallMillis(id).getAsLong() << LIFE_SHIFT) | random.nextInt(1 << LIFE_SHIFT);
        this.directory = new EnsembleDirectory(
                new DirectoryDisks(config.directory()),
                config.members().size(),
                () -> cluster,
                () -> sole().beginsAsNew());
        this.sole = new SoleMember(config, directory, life, loop::wakeUp, loop, environment);
        this.trust = new PeerTrust(config.security(), random);
        this.network = networks.apply(new TcpSettings(
                cluster,
                id,
                life,
                config.listenAddress(),
                config.addresses(),
                trust,
                config.electionTimeout().multipliedBy(SILENT_ELECTIONS),
                sole::standing,
                random,
                environment.monotonicNanos(id),
                loop));
        this.management = new MemberManagement(
                config,
                () -> new MemberAttributes(config, sole(), network()::pendingBytes, network()::refusedConnections));
        this.lanes =
                new LaneThreads(environment.ticker(), loop, Runtime.getRuntime().availableProcessors());
        this.frontEnd = new FrontEnd(
                sole::members,
                loop::wakeUp,
                environment.ticker(),
                environment.lanes(lanes),
                random,
                config.connectionTimeout());
    }

    private SoleMember sole() {
        return sole;
    }

    private TcpNetwork network() {
        return network;
    }

    /** Returns a member; it is not started, and nothing is read, created or opened before. */
    public static EnsembleMember of(MemberConfig config) {
        return new EnsembleMember(config, TcpNetwork::new);
    }

    /** Returns a member that is connected to the others by what a function makes. */
    static EnsembleMember of(MemberConfig config, Function<TcpSettings, TcpNetwork> networks) {
        return new EnsembleMember(config, networks);
    }

    /** The same name is the same cluster, so that its members need not agree on an id first. */
    static UUID clusterId(String name) {
        return UUID.nameUUIDFromBytes(("quorate cluster " + name).getBytes(StandardCharsets.UTF_8));
    }

    // ---- life

    /**
     * Starts the member and returns as soon as it takes part, or waits for the others to begin a new cluster with it. It does not
     * wait for a leader: that needs other members, which may be started after this one; see {@link #awaitServing}. A member that
     * failed to start is closed; to try again, create another one.
     *
     * @return this
     * @throws InsecureConfigurationException if the member would be reachable from other machines, and neither mutual TLS protects it nor
     *     the configuration says that this is accepted; nothing was opened
     * @throws DataDirectoryException if the directory cannot be used
     * @throws BackendUnavailableException if the port cannot be opened, or a file of the configuration cannot be used, or the directory was not
     *     recovered within {@link MemberConfig#startTimeout()}, or the thread was interrupted (it still is then), or another one closed the
     *     member meanwhile
     * @throws IllegalStateException if the member was started or closed before
     */
    public EnsembleMember start() {
        if (closed.get()) {
            throw new IllegalStateException("this member is closed; create another one");
        }
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("this member was started before");
        }
        try {
            begin();
            sole.begun().get(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new BackendUnavailableException("interrupted while the member started; it is closed", e);
        } catch (TimeoutException e) {
            String status = String.valueOf(status());
            close();
            throw new BackendUnavailableException(
                    "the directory was not recovered within " + config.startTimeout() + ": " + status
                            + "; the member is closed. Look at its disk, then create another one",
                    e);
        } catch (ExecutionException e) {
            close();
            throw DataDirectoryException.translate(e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException | Error e) {
            // No thread is left, most of all. What was opened until then must not stay open, whatever it was.
            close();
            throw e;
        }
    }

    private void begin() {
        lifecycle.lock();
        try {
            acquire();
        } finally {
            lifecycle.unlock();
        }
    }

    /** What was acquired until it fails is released by the stop that follows. */
    private void acquire() {
        checkSecure();
        checkNotClosed();
        trust.open();
        checkNotClosed();
        boolean unused = openDirectory();
        checkNotClosed();
        try {
            port = network.bind();
        } catch (IOException e) {
            throw new BackendUnavailableException(
                    "member " + config.id() + " cannot listen on " + config.listenAddress() + ": " + e.getMessage()
                            + "; end whoever uses the port, or configure another bind address",
                    e);
        }
        checkNotClosed();
        log.info(
                "member {} of {} of cluster {} listens on {} and keeps its data in {}",
                config.id(),
                config.members().size(),
                config.cluster(),
                listening(),
                config.directory());
        loop.start();
        if (unused && config.bootstrap() && config.members().size() > 1) {
            sole.waitsForOthers();
            askOthers();
        } else {
            if (unused && !config.bootstrap()) {
                log.info(
                        "member {} finds its directory empty, and may not begin a cluster: it waits for a leader that has the data",
                        config.id());
            }
            frontEnd.submit(() -> sole.start(unused && config.bootstrap(), network));
        }
    }

    private void askOthers() {
        try {
            network.probeAll(standing -> frontEnd.submit(() -> sole.startAs(standing, network)));
        } catch (IllegalStateException e) {
            throw new BackendUnavailableException(
                    "member " + config.id() + " cannot ask the others whether it may begin: " + e.getMessage()
                            + "; raise the limit on threads, then create another one",
                    e);
        }
    }

    /** Who closes the member waits for the lifecycle lock, and releases what there is behind this. */
    private void checkNotClosed() {
        if (closed.get()) {
            throw closedMeanwhile();
        }
    }

    private BackendUnavailableException closedMeanwhile() {
        return new BackendUnavailableException(
                "member " + config.id() + " was closed while it started; create another one", null);
    }

    private PeerAddress listening() {
        return new PeerAddress(config.listenAddress().host(), port);
    }

    private boolean openDirectory() {
        try {
            UUID found = directory.open();
            UUID wanted = clusterId(config.cluster());
            if (!found.equals(wanted)) {
                throw new EnsembleMismatchException(config.directory()
                        + " belongs to cluster " + found + ", and not to " + wanted + ", which is \"" + config.cluster()
                        + "\"; configure the name that it was made with, or choose another directory");
            }
            directory.checkHoldsOnly(config.id());
            return directory.isUnused(config.id());
        } catch (IOException | RuntimeException e) {
            throw DataDirectoryException.translate(e);
        }
    }

    private void checkSecure() {
        if (!(config.security() instanceof MemberSecurity.SharedKey)) {
            return;
        }
        String exposed = exposedAddress();
        if (exposed.isEmpty()) {
            return;
        }
        if (!config.allowInsecureNetwork()) {
            throw new InsecureConfigurationException("member " + config.id() + " would use " + exposed
                    + ", which is not loopback, and a shared key neither encrypts nor signs what members say;"
                    + " configure mutual TLS, or accept it with allowInsecureNetwork");
        }
        log.warn(
                "member {} uses {} with a shared key only: whoever is on the way between members can read and change what they"
                        + " say",
                config.id(),
                exposed);
    }

    private String exposedAddress() {
        if (!isLoopback(config.listenAddress())) {
            return config.listenAddress().toString();
        }
        for (Map.Entry<Integer, PeerAddress> member : config.addresses().entrySet()) {
            if (!isLoopback(member.getValue())) {
                return member.getValue().toString();
            }
        }
        return "";
    }

    private static boolean isLoopback(PeerAddress address) {
        try {
            return address.isLoopback();
        } catch (UnknownHostException e) {
            // A name that means nothing now may come to mean another machine.
            return false;
        }
    }

    private final class Driven implements EnsembleLoop.Work {
        @Override
        public boolean runOnce() {
            boolean worked = lanes.runTimers();
            worked |= frontEnd.runOnce();
            return sole.runOnce() || worked;
        }

        @Override
        public boolean runInBackground() {
            return sole.runInBackground();
        }

        @Override
        public void tick() {
            sole.tick();
            lanes.tick();
        }

        @Override
        public long nanosToTimer() {
            return Math.min(frontEnd.nanosToTimer(), lanes.nanosToTimer());
        }

        @Override
        public boolean isDone() {
            return ending && sole.isReleased();
        }
    }

    /**
     * Stops the member in good order: its sessions are closed, a leader finishes what it has proposed and hands its seat over, and what was
     * acknowledged is on its disk. A member that does not reach a quorum waits for nobody: the ensemble expires its sessions, and what they have
     * in flight fails. Returns when everything is released, or with a warning in the log if the disk holds it up for longer
     * than {@link MemberConfig#startTimeout()}. A stopped member is closed; to start it again, create another one. Idempotent. An interrupt does
     * not end the wait, and is kept for the caller.
     */
    public void stop() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // Whoever is still in start() does not take an end for a beginning.
        boolean unused = sole.begun().completeExceptionally(closedMeanwhile());
        boolean interrupted = Thread.interrupted();
        lifecycle.lock();
        try {
            frontEnd.leave();
            EmbeddedBackend.closeAll(List.copyOf(backends));
            if (loop.liveThread() != null) {
                frontEnd.submit(sole::stop);
                interrupted |= awaitReleased();
                ending = true;
                loop.wakeUp();
            }
            network.close();
            interrupted |= joinThreads();
            sole.publishStopped();
            management.unregister();
            releaseDirectory();
        } finally {
            lifecycle.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    private boolean awaitReleased() {
        long limit = frontEnd.now() + config.startTimeout().toNanos();
        boolean interrupted = false;
        while (!sole.isReleased()) {
            if (frontEnd.now() - limit > 0) {
                log.warn("member {} has not released its disk yet; it goes on by itself: {}", config.id(), status());
                return interrupted;
            }
            LockSupport.parkNanos(this, STOP_POLL_NANOS);
            interrupted |= Thread.interrupted();
        }
        return interrupted;
    }

    private boolean joinThreads() {
        boolean interrupted = false;
        long limit = config.startTimeout().toMillis();
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
        try {
            directory.close();
        } catch (IOException e) {
            log.warn("the directory of member {} could not be given up in good order", config.id(), e);
        }
    }

    // ---- use

    /**
     * Returns a new client, whose sessions are served by this member. Closing it closes its sessions and leaves the member alone. A client may
     * be made before the member is started; its sessions open as soon as there is a leader, or fail after
     * {@link MemberConfig#connectionTimeout()}.
     *
     * @throws IllegalStateException if the member is closed
     */
    public Backend backend() {
        if (closed.get()) {
            throw new IllegalStateException("this member is closed; create another one");
        }
        EmbeddedBackend[] made = new EmbeddedBackend[1];
        EmbeddedBackend backend = new EmbeddedBackend(frontEnd, this::describe, () -> backends.remove(made[0]));
        made[0] = backend;
        backends.add(backend);
        return backend;
    }

    /**
     * Waits until this member serves its sessions: it leads, or follows a leader, and a quorum is with it.
     *
     * @param timeout how long at most
     * @return whether it does
     */
    public boolean awaitServing(Duration timeout) throws InterruptedException {
        return sole.awaitServing(timeout.toNanos());
    }

    /** Returns what this member looked like a moment ago. Never blocks. */
    public MemberStatus status() {
        return sole.status();
    }

    /**
     * Returns what the ensemble looked like a moment ago, as far as this member knows: its own role, and of the others whether they lead and whether
     * it is connected to them. Never blocks.
     */
    public BackendView describe() {
        return sole.describe();
    }

    /**
     * Shows this member over JMX, as {@link EnsembleMemberMXBean}, until it is stopped. Nothing is shown unless this is called; it may be called
     * before the start.
     *
     * @param server where to register it, such as that of {@code ManagementFactory.getPlatformMBeanServer()}
     * @return the name: {@code io.quorate:type=EnsembleMember,cluster=NAME,member=ID}
     * @throws IllegalStateException if the member is closed, or a member of that id and cluster is registered there already
     */
    public ObjectName register(MBeanServer server) {
        lifecycle.lock();
        try {
            if (closed.get()) {
                throw new IllegalStateException("this member is closed; create another one");
            }
            return management.register(server);
        } finally {
            lifecycle.unlock();
        }
    }

    /** Returns the id of the member that leads as far as this one knows, 0 if none. */
    public int leader() {
        return sole.leader();
    }

    /** Returns the port that it listens on, which the system has chosen if the configuration says 0; 0 before the start. */
    public int port() {
        return port;
    }

    /** Returns how many connections to its port were closed because they had not proved in time to be a member's. */
    public long refusedConnections() {
        return network.refusedConnections();
    }

    @Override
    public String toString() {
        return "EnsembleMember[" + status() + "]";
    }
}
