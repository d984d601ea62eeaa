package io.quorate.embedded.transport;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a member to others. Handshakes that it has begun have places of their own, which no stranger at the member's port can take.
 * Thread-safe; what it does blocks.
 */
final class Dialer {

    private static final Logger log = LoggerFactory.getLogger(Dialer.class);

    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A dial and a probe of each member, and those of a life that has just ended. */
    private static final int HANDSHAKES_PER_MEMBER = 4;

    private final TcpSettings settings;
    private final Handshake handshake;
    private final Reasons reasons;
    private final Consumer<InetAddress> onResolved;
    private final PendingHandshakes pending;

    /**
     * Creates it.
     *
     * @param reasons why connections have failed so far
     * @param onResolved is told the addresses of members, as they are looked up
     */
    Dialer(TcpSettings settings, Handshake handshake, Reasons reasons, Consumer<InetAddress> onResolved) {
        this.settings = settings;
        this.handshake = handshake;
        this.reasons = reasons;
        this.onResolved = onResolved;
        this.pending = new PendingHandshakes(
                HANDSHAKES_PER_MEMBER * settings.members().size(), TcpSettings.HANDSHAKE_LIMIT.toNanos());
    }

    private long now() {
        return settings.monotonicNanos().getAsLong();
    }

    /** Breaks off what takes too long. To be called now and then. */
    void expire() {
        pending.expire(now());
    }

    /** Breaks off everything. */
    void closeAll() {
        pending.closeAll();
    }

    /** Sees to it that there is a connection to a member, until the transport is shut down. */
    void keepConnected(TcpTransport owner, int member) {
        Backoff backoff = new Backoff(FIRST_BACKOFF_NANOS, settings.silence().toNanos() / 2, settings.random());
        long wait = 0;
        try {
            while (owner.awaitMissing(member, wait)) {
                if (attempt(owner, member)) {
                    long since = now();
                    if (!owner.awaitMissing(member, 0)) {
                        return;
                    }
                    // One that is given up at once, over and over, is no better than one that does not come about.
                    if (now() - since >= settings.silence().toNanos()) {
                        backoff.reset();
                        reasons.forget(member);
                    }
                }
                wait = backoff.nextNanos();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether a connection came about. Whatever goes wrong, there is another attempt. */
    private boolean attempt(TcpTransport owner, int member) {
        try {
            return dial(owner, member);
        } catch (IOException e) {
            tell(member, e);
        } catch (RuntimeException | Error e) {
            log.error("member {} could not connect to member {}, and tries again", settings.member(), member, e);
        }
        return false;
    }

    /** Tells of a failure, if it is a mistake that was not told before. */
    private void tell(int member, IOException e) {
        boolean mistake = (e instanceof RefusedException refusal && refusal.refusal() != Refusal.NOT_READY)
                || e instanceof FrameException
                || e instanceof SSLException;
        if (mistake && reasons.isNew(member, "connecting " + Reasons.kind(e))) {
            log.warn(
                    "member {} cannot connect to member {} at {}: {}",
                    settings.member(),
                    member,
                    settings.members().get(member),
                    e.getMessage());
        } else {
            log.debug("member {} cannot connect to member {}: {}", settings.member(), member, e.toString());
        }
    }

    private boolean dial(TcpTransport owner, int member) throws IOException {
        Socket socket = connect(member);
        boolean used = false;
        pending.add(socket, now());
        try {
            PeerSecurity.Secured secured = settings.security().secure(socket, false);
            Handshake.Established established = greet(secured, member, Handshake.Purpose.JOIN);
            if (!pending.remove(socket)) {
                throw new SocketTimeoutException("member " + member + " took too long to say who it is");
            }
            socket.setSoTimeout((int) Math.max(1, settings.silence().toMillis()));
            used = owner.connected(established, socket, secured.socket());
            return used;
        } finally {
            pending.remove(socket);
            if (!used) {
                PendingHandshakes.close(socket);
            }
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

    /**
     * Asks a member what it has to lose; blocks for some seconds at most.
     *
     * @throws IOException if it cannot be reached, or one of the two does not trust the other
     */
    Standing probe(int member) throws IOException {
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

    /** Asks a member what it has to lose; {@link Standing#UNKNOWN} if it does not say. */
    Standing ask(int member) {
        try {
            return probe(member);
        } catch (IOException e) {
            tell(member, e);
        } catch (RuntimeException | Error e) {
            log.error("member {} could not ask member {}, and tries again", settings.member(), member, e);
        }
        return Standing.UNKNOWN;
    }

    /** Connects to whichever of a member's addresses answers; its name is looked up anew each time. */
    private Socket connect(int member) throws IOException {
        PeerAddress address = settings.members().get(member);
        if (address == null) {
            throw new IllegalArgumentException("there is no member " + member);
        }
        List<InetAddress> candidates = address.resolve();
        candidates.forEach(onResolved);
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

    /** Sets what holds for all connections of members. */
    static void prepare(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setSoTimeout((int) TcpSettings.HANDSHAKE_LIMIT.toMillis());
    }

    /** Returns an output that gathers frames. */
    static OutputStream buffered(Socket socket) throws IOException {
        return new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
    }
}
