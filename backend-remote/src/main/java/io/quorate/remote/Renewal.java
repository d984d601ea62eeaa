package io.quorate.remote;

import io.quorate.backend.QuorateException;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session's own writes to slot 0: proofs that the session is alive, and barriers that make reads linearizable.
 *
 * <p><b>What a write proves.</b> Let T be the negotiated time-out. A write of this session that a quorum has confirmed was
 * sent at {@code tSend} and was accepted by the leader later than that, while the leader still held the session to be alive.
 * It does not follow that the leader keeps it alive for another T: the write itself does not renew the session at the
 * leader. A follower renews it, by naming in its reply to each of the leader's pings, every half tick, the sessions that
 * it has heard of since the last one; both travel on one ordered connection with the forwarded write. So when the leader
 * accepts the write, it has already heard of whatever the session did until half a tick before, and the session never does
 * nothing for longer than T/6, the interval of the renewals. Hence the leader's last renewal is at most {@code T/6 + tick/2}
 * older than the write. With {@code tick <= T/2}, which ZooKeeper enforces unless its {@code minSessionTimeout} is set lower,
 * that is 5T/12, and the session cannot expire before {@code tSend + 7T/12}. What is claimed is
 * {@code tSend + T/2 - epsilon}: the remaining T/12 and epsilon, the larger of 50 ms and 2 % of T, pay for clock rates and
 * for a leader that pings late. A new leader gives every session a full T. An isolated follower keeps answering the pings of
 * its clients, which is why pings prove nothing and the adapter writes.
 *
 * <p>Assumed are the default relation of tick and minimum time-out, a leader that pings its followers within T/12 of the
 * time at which it should, and clock rates that differ by less than 1 %.
 *
 * <p><b>Barriers.</b> A read that is sent behind a write on the same connection is served after that write was applied, and a
 * write is applied only with the consent of a quorum, even one that fails. The state that is read is therefore at least as
 * new as the moment at which the write was sent. ZooKeeper's {@code sync} does not give this: a leader that has been
 * deposed without knowing it answers it by itself.
 *
 * <p>The writes are unconditional: nothing depends on how often they happen. Confined to the lane unless stated.
 */
final class Renewal {

    private static final Logger log = LoggerFactory.getLogger(Renewal.class);

    private static final byte[] NO_DATA = new byte[0];

    private static final int MAX_IN_FLIGHT = 2;

    private final Layout layout;
    private final String path;
    private final List<ACL> acl;
    private final Lane lane;
    private final Dispatcher dispatcher;
    private final Wire wire;
    private final Ticker ticker;
    private final long intervalNanos;
    private final long provenNanos;

    private @Nullable Subscription timer;
    private int inFlight;
    private long lastProofSent;
    private long revision;
    private @Nullable Barrier newest;
    private volatile long provenUntil;
    private final AtomicLong sent = new AtomicLong();

    /** A write behind which reads are linearizable. */
    static final class Barrier {

        private @Nullable QuorateException failure;
        private boolean acknowledged;
        private long revision;

        /** Returns whether the reads behind the write count. */
        boolean isAcknowledged() {
            return acknowledged;
        }

        /** Returns why the reads behind the write do not count, if it was refused. */
        @Nullable
        QuorateException failure() {
            return failure;
        }

        /** Returns the revision of the write, 0 if it changed nothing. */
        long revision() {
            return revision;
        }
    }

    Renewal(
            Layout layout,
            long session,
            List<ACL> acl,
            Duration timeout,
            Ticker ticker,
            Lane lane,
            Dispatcher dispatcher,
            Wire wire) {
        this.layout = layout;
        this.path = layout.slot(session, 0);
        this.acl = acl;
        this.ticker = ticker;
        this.lane = lane;
        this.dispatcher = dispatcher;
        this.wire = wire;
        long nanos = timeout.toNanos();
        long margin = Math.max(TimeUnit.MILLISECONDS.toNanos(50), nanos / 50);
        this.intervalNanos = nanos / 6;
        this.provenNanos = nanos / 2 - margin;
        this.lastProofSent = ticker.nanos();
        this.provenUntil = lastProofSent;
    }

    /** Returns the instant up to which the session is proven to be alive. Any thread. */
    long provenUntil() {
        return provenUntil;
    }

    /** Returns a mark to be taken when a read is asked for: barriers that are sent after it serve the read. Any thread. */
    long mark() {
        return sent.get();
    }

    /** Returns the revision of the newest write of this kind that was confirmed; the next reply is at least as new. */
    long revision() {
        return revision;
    }

    /** Takes note of a write of this session that a quorum has confirmed. */
    void proven(long sentAt) {
        if (sentAt + provenNanos - provenUntil > 0) {
            provenUntil = sentAt + provenNanos;
        }
        if (sentAt - lastProofSent > 0) {
            lastProofSent = sentAt;
        }
        arm();
    }

    /** Starts to renew. */
    void start() {
        write();
        arm();
    }

    void stop() {
        if (timer != null) {
            timer.close();
        }
    }

    /** Sends a barrier, or returns one that was sent after the mark was taken, for a read that is sent right behind. */
    Barrier barrier(long mark) {
        Barrier shared = newest;
        return shared != null && sent.get() > mark ? shared : write();
    }

    void disconnected() {
        newest = null;
        inFlight = 0;
        stop();
    }

    /** Makes a write the first request of the new connection, so that whatever follows sees all that was seen before. */
    void reconnected() {
        write();
        arm();
    }

    private void arm() {
        if (timer != null) {
            timer.close();
        }
        if (dispatcher.isConnected()) {
            long due = Math.max(0, lastProofSent + intervalNanos - ticker.nanos());
            timer = lane.schedule(this::renew, Duration.ofNanos(due));
        }
    }

    private void renew() {
        if (dispatcher.isConnected() && inFlight < MAX_IN_FLIGHT) {
            write();
        }
        if (dispatcher.isConnected()) {
            timer = lane.schedule(this::renew, Duration.ofNanos(intervalNanos));
        }
    }

    private Barrier write() {
        Barrier barrier = new Barrier();
        newest = barrier;
        sent.incrementAndGet();
        dispatcher.submit(new Write(barrier));
        return barrier;
    }

    /** One write to slot 0. It is not repeated on a new connection: that begins with one of its own. */
    private final class Write extends Operation {

        private final Barrier barrier;
        private boolean handedOver;
        private long epoch;
        private long sentAt;

        Write(Barrier barrier) {
            this.barrier = barrier;
        }

        @Override
        void send() {
            if (handedOver) {
                if (epoch != dispatcher.epoch()) {
                    dispatcher.done(this);
                }
                return;
            }
            handedOver = true;
            epoch = dispatcher.epoch();
            inFlight++;
            sentAt = ticker.nanos();
            wire.setData(this, path, NO_DATA, (code, stat) -> {
                inFlight--;
                dispatcher.done(this);
                confirmed(code, stat.getMzxid());
            });
        }

        private void confirmed(Code code, long zxid) {
            if (code == Code.OK) {
                barrier.acknowledged = true;
                barrier.revision = zxid;
                revision = Math.max(revision, zxid);
                proven(sentAt);
            } else if (code == Code.NONODE) {
                // Somebody deleted the node. The refusal went through the quorum all the same, after the leader had
                // seen that the session is alive.
                barrier.acknowledged = true;
                proven(sentAt);
                restore();
            } else {
                barrier.failure = Replies.failure(code, "renewing the session");
                log.warn("ZooKeeper answers {} to the renewal of the session at {}", code, path);
            }
        }

        @Override
        boolean isLasting() {
            return true;
        }

        @Override
        void throttled() {
            handedOver = false;
            inFlight--;
        }

        @Override
        void end(QuorateException cause) {}
    }

    private void restore() {
        log.warn("{} was deleted by somebody; it is created again", path);
        dispatcher.submit(new Operation() {
            @Override
            void send() {
                layout.create(wire, this);
                wire.multi(
                        this,
                        List.of(Op.create(path, NO_DATA, acl, CreateMode.EPHEMERAL)),
                        (code, results) -> dispatcher.done(this));
            }

            @Override
            void end(QuorateException cause) {}
        });
    }
}
