package io.quorate.embedded.transport;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open connection to another member: a thread that reads, a thread that writes, and a bounded buffer for each.
 *
 * <p>What is sent waits for the writer; a receiver that lets too much of it pile up and takes nothing is taken for lost. What has arrived waits for the
 * member; while too much of it waits nothing more is read, so that the sender comes to feel it. An end that is silent for too
 * long is given up; the writer says that it is there when there is nothing else to say.
 *
 * <p>The listener is told of each message in order, and at last, once, that the connection has ended; never anything behind that.
 */
final class TcpLink {

    private static final Logger log = LoggerFactory.getLogger(TcpLink.class);

    /** What a connection tells its transport. Called by the connection's threads and by whoever ends it. */
    interface Listener {

        /** A message has arrived; it counts as waiting until {@link TcpLink#taken}. */
        void received(TcpLink link, PeerMessage message, long weight);

        /** The other end has broken the protocol; the end of the connection follows. */
        void broken(TcpLink link, FrameException reason);

        /** Nothing more arrives, and this end had not closed the connection. */
        void ended(TcpLink link);

        /** Nothing is left of the connection; told once. */
        void finished(TcpLink link);
    }

    private final int self;
    private final long id;
    private final Handshake.Established established;
    private final Socket raw;
    private final Socket secured;
    private final Listener listener;
    private final OutgoingBounds bounds;
    private final MessageReader reader;
    private final MessageWriter writer;
    private final long silenceNanos;
    private final LongSupplier monotonicNanos;
    private final Driving driving;
    private final long since;

    private final ReentrantLock sending = new ReentrantLock();
    private final Condition sendable = sending.newCondition();
    private final ArrayDeque<PeerMessage> outgoing = new ArrayDeque<>();
    private long outgoingWeight;
    private boolean overBound;
    private long framesWhenOver;
    private long overSince;
    private boolean draining;
    private long drainingSince;

    private final ReentrantLock receiving = new ReentrantLock();
    private final Condition roomy = receiving.newCondition();
    private long incomingWeight;
    private boolean ended;

    private volatile boolean closedHere;

    /**
     * Creates a connection whose threads are not started.
     *
     * @param self the member at this end
     * @param id what this member calls the connection
     * @param raw the socket, without what secures it: closing it never blocks
     * @param secured the socket with what secures it
     * @param bounds what may wait for the writer
     * @param silenceNanos how long either end may do nothing
     * @param monotonicNanos the clock that this is measured with
     * @param driving what the reading thread helps
     */
    TcpLink(
            int self,
            long id,
            Handshake.Established established,
            Socket raw,
            Socket secured,
            Listener listener,
            OutgoingBounds bounds,
            long silenceNanos,
            LongSupplier monotonicNanos,
            Driving driving) {
        this.self = self;
        this.id = id;
        this.established = established;
        this.raw = raw;
        this.secured = secured;
        this.listener = listener;
        this.bounds = bounds;
        this.reader = new MessageReader(established.reader());
        this.writer = new MessageWriter(established.writer());
        this.silenceNanos = silenceNanos;
        this.monotonicNanos = monotonicNanos;
        this.driving = driving;
        this.since = monotonicNanos.getAsLong();
    }

    /** Returns an input that reads what the handshake may have left in it. */
    static InputStream buffered(InputStream input) {
        return new BufferedInputStream(input, 64 << 10);
    }

    /** Starts the threads; returns false, and the connection has ended, if there are none left. */
    boolean start(TransportThreads threads) {
        boolean reading = false;
        try {
            threads.start("from-" + member(), this::readAll);
            reading = true;
            threads.start("to-" + member(), this::writeAll);
            return true;
        } catch (RuntimeException | Error e) {
            log.warn("member {} gives the connection to member {} up: {}", self, member(), e.getMessage());
            abort();
            if (!reading) {
                listener.finished(this);
            }
            return false;
        }
    }

    long id() {
        return id;
    }

    int member() {
        return established.peer().sender();
    }

    long incarnation() {
        return established.peer().incarnation();
    }

    InetAddress remote() {
        return raw.getInetAddress();
    }

    /** Returns whether this end has closed the connection, so that nobody wants to hear of it. */
    boolean isClosedHere() {
        return closedHere;
    }

    /** Returns whether the connection has been there for as long as it might have been silent. */
    boolean hasLasted() {
        return monotonicNanos.getAsLong() - since >= silenceNanos;
    }

    // ---- sending

    /** Sends a message, or ends the connection if the other end does not take what it was sent before. */
    void send(PeerMessage message) {
        long weight = bounded(message);
        boolean overflow;
        sending.lock();
        try {
            if (draining) {
                return;
            }
            overflow = weight > 0 && isLost(outgoingWeight + weight);
            if (!overflow) {
                outgoing.add(message);
                outgoingWeight += weight;
                sendable.signal();
            }
        } finally {
            sending.unlock();
        }
        if (overflow) {
            log.warn(
                    "member {} gives the connection to member {} up: it does not take what it is sent", self, member());
            abort();
        }
    }

    /**
     * Returns how much of the bound a message takes. A snapshot, or a history that outweighs the bound by itself, is in memory anyway and
     * the only one of its connection; a receiver that lacks so much could never get it otherwise. What follows it counts.
     */
    private long bounded(PeerMessage message) {
        long weight = PeerMessageCodec.weight(message);
        return message instanceof PeerMessage.SnapshotContent || weight > bounds.bytes() ? 0 : weight;
    }

    /** Returns whether the receiver is lost if so much waits: it has taken nothing for a while, or is too slow for good. */
    private boolean isLost(long weight) {
        if (outgoing.size() >= bounds.messages() || weight > bounds.slowBytes()) {
            return true;
        }
        boolean before = overBound;
        overBound = weight > bounds.bytes();
        if (!overBound) {
            return false;
        }
        long now = monotonicNanos.getAsLong();
        long frames = writer.framesWritten();
        if (!before || frames != framesWhenOver) {
            framesWhenOver = frames;
            overSince = now;
        }
        return now - overSince > silenceNanos;
    }

    /** Ends the connection behind what was sent; nothing that arrives is told any more. */
    void close(long now) {
        closedHere = true;
        boolean unused = silence();
        sending.lock();
        try {
            if (!draining) {
                draining = true;
                drainingSince = now;
                dropSnapshot();
                sendable.signal();
            }
        } finally {
            sending.unlock();
        }
    }

    /** Nobody waits for a snapshot that is not begun, nor can what was sent behind it do without it: the connection ends before it. */
    private void dropSnapshot() {
        boolean found = false;
        for (Iterator<PeerMessage> waiting = outgoing.iterator(); waiting.hasNext(); ) {
            PeerMessage message = waiting.next();
            found |= message instanceof PeerMessage.SnapshotContent;
            if (found) {
                waiting.remove();
                leave(message);
            }
        }
    }

    /** Ends the connection for good if it was closed long ago and the other end has not taken what was sent. */
    void abortIfStuck(long now, long nanos) {
        boolean stuck;
        sending.lock();
        try {
            stuck = draining && now - drainingSince > nanos;
        } finally {
            sending.unlock();
        }
        if (stuck) {
            closeSocket();
        }
    }

    /** Ends the connection at once. */
    void abort() {
        closeSocket();
        if (silence()) {
            listener.ended(this);
        }
    }

    private void closeSocket() {
        try {
            raw.close();
        } catch (IOException e) {
            log.debug("closing the connection to member {} failed", member(), e);
        }
        sending.lock();
        try {
            draining = true;
            outgoing.clear();
            outgoingWeight = 0;
            sendable.signal();
        } finally {
            sending.unlock();
        }
    }

    private void writeAll() {
        try {
            boolean goesOn = true;
            while (goesOn) {
                PeerMessage next = next();
                if (next == null) {
                    goesOn = awaitMore();
                } else {
                    writer.write(next, this::nextUrgent);
                }
            }
            writer.flush();
            // The other end reads all that was sent, and then closes; what it sends meanwhile must be read, since
            // closing
            // over it would take back what was sent.
            secured.shutdownOutput();
            return;
        } catch (IOException e) {
            log.debug("member {} cannot send to member {}: {}", self, member(), e.toString());
        } catch (RuntimeException | Error e) {
            log.error("member {} cannot send what it was asked to send to member {}", self, member(), e);
        }
        closeSocket();
    }

    private @Nullable PeerMessage next() {
        sending.lock();
        try {
            PeerMessage next = outgoing.poll();
            leave(next);
            return next;
        } finally {
            sending.unlock();
        }
    }

    private void leave(@Nullable PeerMessage message) {
        if (message != null) {
            outgoingWeight -= bounded(message);
        }
    }

    /** Returns a message that may overtake a snapshot, or {@code null}. */
    private @Nullable PeerMessage nextUrgent() {
        sending.lock();
        try {
            for (Iterator<PeerMessage> waiting = outgoing.iterator(); waiting.hasNext(); ) {
                PeerMessage message = waiting.next();
                if (PeerMessageCodec.isUrgent(message)) {
                    waiting.remove();
                    leave(message);
                    return message;
                }
            }
            return null;
        } finally {
            sending.unlock();
        }
    }

    /** Sends what was written, and waits for more; returns whether there may be some. */
    private boolean awaitMore() throws IOException {
        writer.flush();
        boolean idle;
        sending.lock();
        try {
            long left = Math.max(1, silenceNanos / 4);
            while (outgoing.isEmpty() && !draining && left > 0) {
                left = sendable.awaitNanos(left);
            }
            if (outgoing.isEmpty() && draining) {
                return false;
            }
            idle = outgoing.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            sending.unlock();
        }
        if (idle) {
            writer.keepAlive();
        }
        return true;
    }

    // ---- receiving

    private void readAll() {
        try {
            while (true) {
                awaitRoom();
                PeerMessage message = reader.read();
                if (message != null) {
                    receive(message, !reader.hasMore());
                }
            }
        } catch (FrameException e) {
            listener.broken(this, e);
        } catch (IOException | InterruptedException e) {
            log.debug("member {} has lost the connection to member {}: {}", self, member(), e.toString());
        } catch (RuntimeException | Error e) {
            log.error("member {} closes the connection to member {}", self, member(), e);
        } finally {
            abort();
            listener.finished(this);
        }
    }

    /** Hands a message over; if it is the last for now, this thread does what follows from it. */
    private void receive(PeerMessage message, boolean last) {
        long weight = PeerMessageCodec.weight(message);
        if (last) {
            driving.promiseHelp();
        }
        receiving.lock();
        try {
            if (!ended) {
                incomingWeight += weight;
                listener.received(this, message, weight);
            }
        } finally {
            receiving.unlock();
        }
        if (last) {
            driving.helpBriefly();
        }
    }

    /** Waits until the member has taken enough of what has arrived, if it takes any more. */
    private void awaitRoom() throws InterruptedException {
        receiving.lock();
        try {
            while (!ended && incomingWeight > TcpSettings.MAX_INCOMING_BYTES) {
                roomy.await();
            }
        } finally {
            receiving.unlock();
        }
    }

    /** The member has taken a message. */
    void taken(long weight) {
        receiving.lock();
        try {
            incomingWeight -= weight;
            if (incomingWeight <= TcpSettings.MAX_INCOMING_BYTES) {
                roomy.signal();
            }
        } finally {
            receiving.unlock();
        }
    }

    /** Returns how many bytes wait to be sent. */
    long pendingBytes() {
        sending.lock();
        try {
            return outgoingWeight;
        } finally {
            sending.unlock();
        }
    }

    /** From now on nothing that arrives is told; returns whether it was until now. */
    boolean silence() {
        receiving.lock();
        try {
            boolean first = !ended;
            ended = true;
            roomy.signal();
            return first;
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public String toString() {
        return "connection " + id + " to member " + member();
    }
}
