package io.quorate.embedded.transport;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's port, and its way to the ports of the others: what makes connections over TCP, for as many lives of the member as this
 * process sees.
 *
 * <p>One thread accepts connections. Each runs through its handshake on a thread of its own, of which there are never more than
 * {@link TcpSettings#MAX_HANDSHAKES}; only what has proved who it is reaches a {@link TcpTransport}. Another thread connects to each member
 * with a smaller id. Thread-safe.
 */
public final class TcpNetwork implements Network, Closeable {

    private static final Logger log = LoggerFactory.getLogger(TcpNetwork.class);

    private static final int BACKLOG = 128;
    private static final int SWEEP_MILLIS = 100;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PROBE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSE_MILLIS = 2_000;

    private final TcpSettings settings;
    private final Handshake handshake;
    private final TransportThreads threads;
    private final PendingHandshakes pending;
    private final ConnectionRate rate = new ConnectionRate(100, 20);
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong lastWarning;
    private volatile @Nullable TcpTransport transport;
    /** The transport of a life that has ended, while what it was sending still leaves. */
    private volatile @Nullable TcpTransport leaving;

    private volatile boolean closed;
    private @Nullable ServerSocket server;

    /** Creates a port that is not open. */
    public TcpNetwork(TcpSettings settings) {
        this.settings = settings;
        this.handshake = new Handshake(settings.self(), settings.security().key(), settings.random());
        this.threads = new TransportThreads(settings.member());
        this.pending = new PendingHandshakes(TcpSettings.MAX_HANDSHAKES, TcpSettings.HANDSHAKE_LIMIT.toNanos());
        this.lastWarning = new AtomicLong(now() - TimeUnit.DAYS.toNanos(1));
    }

    /**
     * Opens the port and begins to accept connections.
     *
     * @return the port, which the system has chosen if that was asked for
     * @throws IOException if it cannot be opened
     */
    public int bind() throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            InetAddress address = settings.bind().resolve().get(0);
            socket.bind(new InetSocketAddress(address, settings.bind().port()), BACKLOG);
            socket.setSoTimeout(SWEEP_MILLIS);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        server = socket;
        threads.start("accept", () -> acceptAll(socket));
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

    TransportThreads threads() {
        return threads;
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
            } catch (IOException e) {
                onAcceptFailure(e);
            }
            sweep();
        }
    }

    private void onAcceptFailure(IOException e) {
        if (!closed) {
            // No file descriptor is left, most of all: connections that end give some back.
            warn("member {} cannot accept connections: {}", e);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void sweep() {
        pending.expire(now());
        TcpTransport last = leaving;
        if (last != null) {
            last.endStuck();
        }
    }

    private void accepted(Socket socket) {
        if (closed || !rate.allows(socket.getInetAddress(), now())) {
            refused.incrementAndGet();
            PendingHandshakes.close(socket);
            return;
        }
        pending.add(socket, now());
        try {
            threads.startBounded("handshake", 2 * TcpSettings.MAX_HANDSHAKES, () -> greet(socket));
        } catch (IllegalStateException | OutOfMemoryError e) {
            refused.incrementAndGet();
            pending.remove(socket);
            PendingHandshakes.close(socket);
        }
    }

    private void greet(Socket socket) {
        try {
            prepare(socket);
            PeerSecurity.Secured secured = settings.security().secure(socket, true);
            Handshake.Established established = handshake.accept(
                    TcpLink.buffered(secured.socket().getInputStream()),
                    buffered(secured.socket()),
                    secured.certified(),
                    peer -> refusal(peer, socket.getInetAddress()));
            if (established == null || !use(established, socket, secured.socket())) {
                PendingHandshakes.close(socket);
            }
        } catch (IOException e) {
            tellRefused(socket, e);
            PendingHandshakes.close(socket);
        } catch (RuntimeException e) {
            log.error("member {} has closed a connection", settings.member(), e);
            PendingHandshakes.close(socket);
        } finally {
            pending.remove(socket);
        }
    }

    private void tellRefused(Socket socket, IOException e) {
        boolean early = e instanceof RefusedException refusal && refusal.refusal() == Refusal.NOT_READY;
        if (!early && !closed) {
            refused.incrementAndGet();
            warn("member {} has closed a connection from " + socket.getRemoteSocketAddress() + ": {}", e);
        }
    }

    private @Nullable Refusal refusal(LinkIdentity peer, InetAddress remote) {
        TcpTransport present = transport;
        return present == null ? Refusal.NOT_READY : present.refusal(peer, remote);
    }

    /** Takes a connection into use, unless its time was up. */
    private boolean use(Handshake.Established established, Socket socket, Socket secured) throws IOException {
        TcpTransport present = transport;
        if (!pending.remove(socket) || present == null) {
            return false;
        }
        socket.setSoTimeout((int) Math.max(1, settings.silence().toMillis()));
        rate.trust(socket.getInetAddress());
        return present.connected(established, socket, secured);
    }

    private static void prepare(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setSoTimeout((int) TcpSettings.HANDSHAKE_LIMIT.toMillis());
    }

    private static OutputStream buffered(Socket socket) throws IOException {
        return new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
    }

    /** Warns of what strangers can cause, at most once in ten seconds. */
    private void warn(String format, IOException e) {
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
        for (int member : settings.members().keySet()) {
            if (member < settings.member()) {
                threads.start("dial-" + member, () -> keepConnected(opened, member));
            }
        }
    }

    void shutdown(TcpTransport shut) {
        if (transport == shut) {
            leaving = shut;
            transport = null;
        }
    }

    private void keepConnected(TcpTransport owner, int member) {
        Backoff backoff = new Backoff(FIRST_BACKOFF_NANOS, settings.silence().toNanos() / 2, settings.random());
        String lastFailure = "";
        long wait = 0;
        try {
            while (owner.awaitMissing(member, wait)) {
                try {
                    dial(owner, member);
                    backoff.reset();
                    lastFailure = "";
                } catch (IOException e) {
                    lastFailure = tell(member, e, lastFailure);
                } catch (RuntimeException e) {
                    log.error("member {} could not connect to member {}", settings.member(), member, e);
                }
                wait = backoff.nextNanos();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells of a failure, unless it is the same as the last time. */
    private String tell(int member, IOException e, String last) {
        String failure = e.toString();
        boolean mistake = (e instanceof RefusedException refusal && refusal.refusal() != Refusal.NOT_READY)
                || e instanceof FrameException
                || e instanceof SSLException;
        if (mistake && !failure.equals(last)) {
            log.warn(
                    "member {} cannot connect to member {} at {}: {}",
                    settings.member(),
                    member,
                    settings.members().get(member),
                    e.getMessage());
        } else {
            log.debug("member {} cannot connect to member {}: {}", settings.member(), member, failure);
        }
        return failure;
    }

    private void dial(TcpTransport owner, int member) throws IOException {
        Socket socket = connect(member);
        pending.add(socket, now());
        try {
            PeerSecurity.Secured secured = settings.security().secure(socket, false);
            Handshake.Established established = greet(secured, member, Handshake.Purpose.JOIN);
            if (!pending.remove(socket)) {
                throw new SocketTimeoutException("member " + member + " took too long to say who it is");
            }
            socket.setSoTimeout((int) Math.max(1, settings.silence().toMillis()));
            if (!owner.connected(established, socket, secured.socket())) {
                PendingHandshakes.close(socket);
            }
        } catch (IOException | RuntimeException e) {
            PendingHandshakes.close(socket);
            throw e;
        } finally {
            pending.remove(socket);
        }
    }

    private Handshake.Established greet(PeerSecurity.Secured secured, int member, Handshake.Purpose purpose)
            throws IOException {
        return handshake.dial(
                TcpLink.buffered(secured.socket().getInputStream()),
                buffered(secured.socket()),
                member,
                purpose,
                secured.certified());
    }

    /** Connects to whichever of a member's addresses answers; its name is looked up anew each time. */
    private Socket connect(int member) throws IOException {
        PeerAddress address = settings.members().get(member);
        if (address == null) {
            throw new IllegalArgumentException("there is no member " + member);
        }
        List<InetAddress> candidates = address.resolve();
        int limit = (int) Math.min(
                TcpSettings.HANDSHAKE_LIMIT.toMillis(),
                Math.max(50, settings.silence().toMillis()));
        IOException failure = null;
        for (InetAddress candidate : candidates) {
            Socket socket = new Socket();
            try {
                prepare(socket);
                socket.connect(new InetSocketAddress(candidate, address.port()), limit);
                return socket;
            } catch (IOException e) {
                PendingHandshakes.close(socket);
                failure = e;
            }
        }
        throw failure == null ? new IOException("member " + member + " has no address") : failure;
    }

    /**
     * Asks a member what it has to lose; blocks for some seconds at most.
     *
     * @throws IOException if it cannot be reached, or one of the two does not trust the other
     */
    public Standing probe(int member) throws IOException {
        Socket socket = connect(member);
        pending.add(socket, now());
        try {
            return greet(settings.security().secure(socket, false), member, Handshake.Purpose.PROBE)
                    .standing();
        } finally {
            pending.remove(socket);
            PendingHandshakes.close(socket);
        }
    }

    /**
     * Asks all other members until it is known whether a member whose directory is empty may begin as a new one: it may if all of them are
     * new as well, and may not as soon as one is established.
     *
     * @param told called once with the answer, on a thread of this port, which must not be blocked for long
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
            Standing standing = Standing.UNKNOWN;
            try {
                standing = probe(member);
            } catch (IOException e) {
                String unused = tell(member, e, "");
            }
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

    private void letLeave(@Nullable TcpTransport last) {
        if (last != null) {
            long limit = now() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS) / 4;
            while (!last.hasLeft() && now() - limit < 0) {
                LockSupport.parkNanos(PAUSE_NANOS / 10);
            }
            last.abort();
        }
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
        TcpTransport present = transport;
        if (present != null) {
            present.shutdown();
        }
        letLeave(leaving);
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
