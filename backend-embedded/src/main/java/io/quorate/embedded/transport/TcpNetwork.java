package io.quorate.embedded.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's port, and its way to the ports of the others: what makes connections over TCP, for as many lives of the member as this
 * process sees.
 *
 * <p>One thread accepts connections. Each runs through its handshake on a thread of its own, of which there are never more than
 * {@link TcpSettings#MAX_HANDSHAKES}; only what has proved who it is reaches a {@link TcpTransport}. Another thread connects to each member
 * with a smaller id. Neither ends before the port is closed, whatever happens to a connection: if the system has no thread left, or no
 * descriptor, they try again. Thread-safe.
 */
public final class TcpNetwork implements Network, Closeable {

    private static final Logger log = LoggerFactory.getLogger(TcpNetwork.class);

    private static final int BACKLOG = 128;
    private static final int SWEEP_MILLIS = 100;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PROBE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSE_MILLIS = 2_000;

    private final TcpSettings settings;
    private final OutgoingBounds bounds;
    private final Handshake handshake;
    private final TransportThreads threads;
    private final PendingHandshakes pending;
    /** Those that have said what a member would say: whoever sends garbage does not take their places away. */
    private final PendingHandshakes greeted;

    private final Dialer dialer;
    private final Reasons reasons = new Reasons();
    private final ConnectionRate rate;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong lastWarning;
    private volatile @Nullable TcpTransport transport;
    /** The transports of lives that have ended, while what they were sending still leaves. */
    private final Set<TcpTransport> leaving = ConcurrentHashMap.newKeySet();
    /** The members that the present transport connects to, and nobody is at it. */
    private final Set<Integer> undialled = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;
    private @Nullable ServerSocket server;

    /** Creates a port that is not open. */
    public TcpNetwork(TcpSettings settings) {
        this(settings, TransportThreads::plain);
    }

    /**
     * Creates a port that is not open.
     *
     * @param factory makes its threads; it names them and makes them daemons itself
     */
    public TcpNetwork(TcpSettings settings, ThreadFactory factory) {
        this(settings, factory, OutgoingBounds.DEFAULT);
    }

    TcpNetwork(TcpSettings settings, ThreadFactory factory, OutgoingBounds bounds) {
        this.settings = settings;
        this.bounds = bounds;
        this.handshake = new Handshake(settings.self(), settings.security().key(), settings.random());
        this.threads = new TransportThreads(settings.member(), factory);
        this.pending = new PendingHandshakes(TcpSettings.MAX_HANDSHAKES, TcpSettings.HANDSHAKE_LIMIT.toNanos());
        this.rate = new ConnectionRate(
                TcpSettings.STRANGER_RATE, TcpSettings.ALL_STRANGERS_RATE, TcpSettings.MEMBER_RATE, now());
        this.greeted = new PendingHandshakes(TcpSettings.MAX_HANDSHAKES, TcpSettings.HANDSHAKE_LIMIT.toNanos());
        this.dialer = new Dialer(settings, handshake, reasons, rate::trust);
        this.lastWarning = new AtomicLong(now() - TimeUnit.DAYS.toNanos(1));
    }

    /**
     * Opens the port and begins to accept connections.
     *
     * @return the port, which the system has chosen if that was asked for
     * @throws IOException if it cannot be opened, or no thread is left to accept connections
     */
    public int bind() throws IOException {
        settings.members().values().forEach(member -> member.literal().ifPresent(rate::trust));
        ServerSocket socket = new ServerSocket();
        boolean accepting = false;
        try {
            socket.setReuseAddress(true);
            InetAddress address = settings.bind().resolve().get(0);
            socket.bind(new InetSocketAddress(address, settings.bind().port()), BACKLOG);
            socket.setSoTimeout(SWEEP_MILLIS);
            threads.start("accept", () -> acceptAll(socket));
            accepting = true;
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            if (!accepting) {
                socket.close();
            }
        }
        server = socket;
        return socket.getLocalPort();
    }

    @Override
    public Transport endpoint(int member) {
        if (member != settings.member()) {
            throw new IllegalArgumentException(
                    "this is the port of member " + settings.member() + ", not of " + member);
        }
        return new TcpTransport(settings, this);
    }

    OutgoingBounds bounds() {
        return bounds;
    }

    TransportThreads threads() {
        return threads;
    }

    Reasons reasons() {
        return reasons;
    }

    /** Returns how many connections were closed before they had proved who they are. */
    public long refusedConnections() {
        return refused.get();
    }

    /** Returns how many bytes wait to be sent to other members. */
    public long pendingBytes() {
        TcpTransport present = transport;
        return present == null ? 0 : present.pendingBytes();
    }

    private long now() {
        return settings.monotonicNanos().getAsLong();
    }

    // ---- accepting

    private void acceptAll(ServerSocket socket) {
        while (!closed) {
            try {
                accepted(socket.accept());
            } catch (SocketTimeoutException e) {
                // It is time to look for those whose time is up.
            } catch (IOException | RuntimeException | Error e) {
                onAcceptFailure(e);
            }
            sweep();
        }
    }

    private void onAcceptFailure(Throwable e) {
        if (!closed) {
            // No file descriptor is left, most of all: connections that end give some back.
            warn("member {} cannot accept connections: {}", e);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void sweep() {
        try {
            pending.expire(now());
            greeted.expire(now());
            dialer.expire();
            leaving.forEach(TcpTransport::endStuck);
            leaving.removeIf(TcpTransport::hasLeft);
            startDialling();
        } catch (RuntimeException | Error e) {
            onAcceptFailure(e);
        }
    }

    private void accepted(Socket socket) {
        boolean taken = false;
        try {
            if (!closed && rate.allows(socket.getInetAddress(), now())) {
                pending.add(socket, now());
                threads.startBounded("handshake", 2 * TcpSettings.MAX_HANDSHAKES, () -> greet(socket));
                taken = true;
            }
        } catch (IllegalStateException e) {
            // There are too many that have not ended yet, or the system has no thread left.
            log.debug("member {} refuses a connection: {}", settings.member(), e.getMessage());
        } finally {
            if (!taken) {
                refuse(socket);
            }
        }
    }

    private void refuse(Socket socket) {
        refused.incrementAndGet();
        pending.remove(socket);
        try {
            // Nothing is left of it then: who is refused thousands of times must not fill the system's tables.
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            log.debug("member {} refuses a connection that has ended already", settings.member(), e);
        }
        PendingHandshakes.close(socket);
    }

    private void greet(Socket socket) {
        boolean used = false;
        try {
            Dialer.prepare(socket);
            PeerSecurity.Secured secured = settings.security().secure(socket, true);
            Handshake.Established established = handshake.accept(
                    TcpLink.buffered(secured.socket().getInputStream()),
                    Dialer.buffered(secured.socket()),
                    secured.certified(),
                    admission(socket));
            used = established != null && use(established, socket, secured.socket());
        } catch (IOException e) {
            tellRefused(socket, e);
        } catch (RuntimeException | Error e) {
            log.error("member {} has closed a connection", settings.member(), e);
        } finally {
            pending.remove(socket);
            greeted.remove(socket);
            if (!used) {
                PendingHandshakes.close(socket);
            }
        }
    }

    private void tellRefused(Socket socket, IOException e) {
        boolean early = e instanceof RefusedException refusal && refusal.refusal() == Refusal.NOT_READY;
        if (!early && !closed) {
            refused.incrementAndGet();
            warn("member {} has closed a connection from " + socket.getRemoteSocketAddress() + ": {}", e);
        }
    }

    private Handshake.Admission admission(Socket socket) {
        return new Handshake.Admission() {
            @Override
            public @Nullable Refusal refusal(LinkIdentity peer) {
                return TcpNetwork.this.refusal(peer, socket.getInetAddress());
            }

            @Override
            public void greeted() {
                pending.move(socket, greeted);
            }
        };
    }

    private @Nullable Refusal refusal(LinkIdentity peer, InetAddress remote) {
        TcpTransport present = transport;
        return present == null ? Refusal.NOT_READY : present.refusal(peer, remote);
    }

    /** Takes a connection into use, unless its time was up. */
    private boolean use(Handshake.Established established, Socket socket, Socket secured) throws IOException {
        TcpTransport present = transport;
        if (!greeted.remove(socket) || present == null) {
            return false;
        }
        socket.setSoTimeout((int) Math.max(1, settings.silence().toMillis()));
        rate.trust(socket.getInetAddress());
        return present.connected(established, socket, secured);
    }

    /** Warns of what strangers can cause, at most once in ten seconds. */
    private void warn(String format, Throwable e) {
        long last = lastWarning.get();
        if (now() - last > TimeUnit.SECONDS.toNanos(10) && lastWarning.compareAndSet(last, now())) {
            log.warn(format + " ({} connections refused so far)", settings.member(), e.getMessage(), refused.get());
        } else {
            log.debug(format, settings.member(), e.getMessage());
        }
    }

    // ---- connecting

    void opened(TcpTransport opened) {
        transport = opened;
        settings.members().keySet().stream()
                .filter(member -> member < settings.member())
                .forEach(undialled::add);
        startDialling();
    }

    void shutdown(TcpTransport shut) {
        if (transport == shut) {
            leaving.add(shut);
            transport = null;
        }
    }

    /** Sees to it that somebody connects to each member with a smaller id; whoever finds no thread now is tried again. */
    private void startDialling() {
        for (int member : settings.members().keySet()) {
            if (undialled.remove(member)) {
                // Looked at behind the removal: whoever has added it has become the present one before.
                TcpTransport owner = transport;
                if (owner != null) {
                    startDialling(owner, member);
                }
            }
        }
    }

    private void startDialling(TcpTransport owner, int member) {
        try {
            threads.start("dial-" + member, () -> keepConnected(owner, member));
        } catch (IllegalStateException e) {
            undialled.add(member);
            warn("member {} cannot connect to others yet: {}", e);
        }
    }

    private void keepConnected(TcpTransport owner, int member) {
        try {
            // What an earlier life of this member has to say would be cut off.
            for (TcpTransport former : leaving) {
                former.awaitFinished(member);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        dialer.keepConnected(owner, member);
    }

    /**
     * Asks a member what it has to lose; blocks for some seconds at most.
     *
     * @throws IOException if it cannot be reached, or one of the two does not trust the other
     */
    public Standing probe(int member) throws IOException {
        return dialer.probe(member);
    }

    /**
     * Asks all other members until it is known whether a member whose directory is empty may begin as a new one: it may if all of them are
     * new as well, and may not as soon as one is established.
     *
     * @param told called once with the answer, on a thread of this port, which must not be blocked for long
     * @throws IllegalStateException if there is no thread left for it
     */
    public void probeAll(Consumer<Standing> told) {
        threads.start("probe", () -> {
            Set<Integer> unknown = new TreeSet<>(settings.members().keySet());
            unknown.remove(settings.member());
            Set<Integer> mentioned = new TreeSet<>();
            while (!closed) {
                Standing answer = askRound(unknown, mentioned);
                if (answer != Standing.UNKNOWN) {
                    told.accept(answer);
                    return;
                }
                LockSupport.parkNanos(PROBE_PAUSE_NANOS);
            }
        });
    }

    private Standing askRound(Set<Integer> others, Set<Integer> mentioned) {
        boolean allNew = true;
        for (int member : others) {
            Standing standing = dialer.ask(member);
            if (standing == Standing.ESTABLISHED) {
                return standing;
            }
            if (standing == Standing.UNKNOWN && mentioned.add(member)) {
                log.info(
                        "member {} waits for member {} at {}: a cluster begins once all its members have been told to begin it",
                        settings.member(),
                        member,
                        settings.members().get(member));
            }
            allNew &= standing == Standing.NEW;
        }
        return allNew ? Standing.NEW : Standing.UNKNOWN;
    }

    // ---- the end

    private void letLeave() {
        long limit = now() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS) / 4;
        while (!leaving.stream().allMatch(TcpTransport::hasLeft) && now() - limit < 0) {
            LockSupport.parkNanos(PAUSE_NANOS / 10);
        }
        leaving.forEach(TcpTransport::abort);
    }

    /** Closes the port and all connections, and waits for the threads; blocks for some seconds at most. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (server != null) {
                server.close();
            }
        } catch (IOException e) {
            log.debug("closing the port of member {} failed", settings.member(), e);
        }
        pending.closeAll();
        greeted.closeAll();
        dialer.closeAll();
        TcpTransport present = transport;
        if (present != null) {
            present.shutdown();
        }
        letLeave();
        boolean interrupted = false;
        try {
            threads.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
