package io.quorate.embedded.transport;

import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's connections to the others over TCP, for one life of the member.
 *
 * <p>Of two members the one with the larger id connects to the other, so that there is one connection between them without an
 * agreement. The methods of {@link Transport} are called by the member's thread and return at once; connections come from the threads
 * that have made them.
 */
final class TcpTransport implements Transport {

    private static final Logger log = LoggerFactory.getLogger(TcpTransport.class);

    private record Waiting(TcpLink link, Arrival arrival, long weight) {}

    private final TcpSettings settings;
    private final TcpNetwork network;
    private final ConcurrentLinkedQueue<Waiting> arrivals = new ConcurrentLinkedQueue<>();
    private final Map<Long, TcpLink> byId = new ConcurrentHashMap<>();
    private final TcpLink.Listener listener = new LinkListener();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** The connections whose beginning the member was told and whose end not, nor has it closed them. */
    private final Map<Integer, TcpLink> byMember = new HashMap<>();
    /** Those that are open, and those that were closed and whose sockets are still in use. */
    private final Set<TcpLink> unfinished = new HashSet<>();

    private long lastId;
    private boolean opened;
    private boolean shut;

    private volatile Runnable onArrival = () -> {};

    TcpTransport(TcpSettings settings, TcpNetwork network) {
        this.settings = settings;
        this.network = network;
    }

    // ---- called by the member

    @Override
    public void open(Runnable wakeUp) {
        onArrival = wakeUp;
        lock.lock();
        try {
            if (opened || shut) {
                throw new IllegalStateException("a transport is opened once");
            }
            opened = true;
        } finally {
            lock.unlock();
        }
        network.opened(this);
    }

    @Override
    public @Nullable Arrival poll() {
        for (Waiting next = arrivals.poll(); next != null; next = arrivals.poll()) {
            next.link().taken(next.weight());
            if (!next.link().isClosedHere()) {
                if (next.arrival() instanceof Arrival.Disconnected) {
                    byId.remove(next.link().id());
                }
                return next.arrival();
            }
        }
        return null;
    }

    @Override
    public void send(long connection, PeerMessage message) {
        TcpLink link = byId.get(connection);
        if (link != null) {
            link.send(message);
        }
    }

    @Override
    public void close(long connection) {
        TcpLink link = byId.remove(connection);
        if (link != null) {
            leave(link);
        }
    }

    private void leave(TcpLink link) {
        lock.lock();
        try {
            byMember.remove(link.member(), link);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        link.close(settings.monotonicNanos().getAsLong());
    }

    @Override
    public void reconnect() {
        // Those who connect have their own pace; what is left to do is to end connections that do not end by
        // themselves.
        endStuck();
    }

    /** Ends connections that were closed and whose other end does not read what was sent. */
    void endStuck() {
        long now = settings.monotonicNanos().getAsLong();
        List<TcpLink> candidates;
        lock.lock();
        try {
            candidates = List.copyOf(unfinished);
        } finally {
            lock.unlock();
        }
        candidates.forEach(link -> link.abortIfStuck(now, settings.silence().toNanos()));
    }

    @Override
    public void shutdown() {
        List<TcpLink> open;
        lock.lock();
        try {
            if (shut) {
                return;
            }
            shut = true;
            open = new ArrayList<>(byMember.values());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        open.forEach(this::leave);
        byId.clear();
        arrivals.clear();
        network.shutdown(this);
    }

    /** Ends at once what {@link #shutdown} lets finish. */
    void abort() {
        List<TcpLink> all;
        lock.lock();
        try {
            all = List.copyOf(unfinished);
        } finally {
            lock.unlock();
        }
        all.forEach(TcpLink::abort);
    }

    /** Returns how many bytes wait to be sent. */
    long pendingBytes() {
        return byId.values().stream().mapToLong(TcpLink::pendingBytes).sum();
    }

    /** Returns whether nothing that was sent is still on its way. */
    boolean hasLeft() {
        lock.lock();
        try {
            return shut && unfinished.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    // ---- called by those who make connections

    /** Returns whether a member that has proved who it is may connect: not if it would take the place of one that is newer. */
    @Nullable
    Refusal refusal(LinkIdentity peer, InetAddress remote) {
        lock.lock();
        try {
            if (!opened || shut) {
                return Refusal.NOT_READY;
            }
            TcpLink present = byMember.get(peer.sender());
            if (present == null || present.incarnation() < peer.incarnation()) {
                return null;
            } else if (present.incarnation() > peer.incarnation()) {
                return Refusal.OUTDATED;
            }
            // A member that connects anew has lost the connection, though this end has not noticed.
            return present.remote().equals(remote) ? null : Refusal.DUPLICATE;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a connection into use, unless it came too late or there is nobody to serve it.
     *
     * @return whether it is in use; otherwise closing the socket is left to the caller
     */
    boolean connected(Handshake.Established established, Socket raw, Socket secured) {
        TcpLink replaced;
        TcpLink link;
        lock.lock();
        try {
            if (refusal(established.peer(), raw.getInetAddress()) != null) {
                return false;
            }
            link = new TcpLink(
                    settings.member(),
                    ++lastId,
                    established,
                    raw,
                    secured,
                    listener,
                    network.bounds(),
                    settings.silence().toNanos(),
                    settings.monotonicNanos(),
                    settings.driving());
            replaced = byMember.put(link.member(), link);
            byId.put(link.id(), link);
            unfinished.add(link);
            // Whoever is in this map was not told to have ended. Both are told under the lock, so that nobody hears of
            // the new connection before the end of the old one, nor twice of that.
            if (replaced != null) {
                boolean unused = replaced.silence();
                tellEnd(replaced);
            }
            arrivals.add(new Waiting(link, new Arrival.Connected(link.member(), link.id()), 0));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (replaced != null) {
            replaced.abort();
        }
        log.debug("member {} has a {}", settings.member(), link);
        boolean started = link.start(network.threads());
        onArrival.run();
        return started;
    }

    private void tellEnd(TcpLink link) {
        arrivals.add(new Waiting(link, new Arrival.Disconnected(link.member(), link.id()), 0));
    }

    /**
     * Waits until a member has to be connected to: there is no connection to it, and what was sent on an earlier one has left. A member that is
     * connected to again takes what arrives on the earlier one for outdated.
     *
     * @param nanos first waits so long, unless the transport is shut down
     * @return whether it has; false once the transport is shut down
     */
    boolean awaitMissing(int member, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!shut && left > 0) {
                left = changed.awaitNanos(left);
            }
            while (!shut && (byMember.containsKey(member) || isUnfinished(member))) {
                changed.await();
            }
            return !shut;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is left of the connections to a member. */
    void awaitFinished(int member) throws InterruptedException {
        lock.lock();
        try {
            while (isUnfinished(member)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isUnfinished(int member) {
        return unfinished.stream().anyMatch(link -> link.member() == member);
    }

    private final class LinkListener implements TcpLink.Listener {
        @Override
        public void received(TcpLink link, PeerMessage message, long weight) {
            arrivals.add(new Waiting(link, new Arrival.Received(link.member(), link.id(), message), weight));
            onArrival.run();
        }

        @Override
        public void broken(TcpLink link, FrameException reason) {
            if (link.hasLasted()) {
                network.reasons().forget(link.member());
            }
            if (network.reasons().isNew(link.member(), Reasons.kind(reason))) {
                log.warn(
                        "member {} closes the connection to member {}: {}",
                        settings.member(),
                        link.member(),
                        reason.getMessage());
            } else {
                log.debug("member {} closes the {}: {}", settings.member(), link, reason.getMessage());
            }
        }

        @Override
        public void ended(TcpLink link) {
            lock.lock();
            try {
                if (byMember.remove(link.member(), link)) {
                    tellEnd(link);
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            onArrival.run();
        }

        @Override
        public void finished(TcpLink link) {
            lock.lock();
            try {
                unfinished.remove(link);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
