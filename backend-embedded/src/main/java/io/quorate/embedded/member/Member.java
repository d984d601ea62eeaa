package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.SnapshotLoader;
import io.quorate.embedded.tree.SnapshotWriter;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import io.quorate.embedded.tree.WatchRegistry;
import io.quorate.embedded.tree.WatchedChange;
import io.quorate.embedded.tree.Watcher;
import io.quorate.embedded.zab.Effects;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.StorageCompletion;
import io.quorate.embedded.zab.ZabPeer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of an ensemble, for one life: from the recovery of its storage to its stop, its death or its halt.
 *
 * <p>All methods but those of the storage's listener are called by one thread, which calls {@link #runOnce} as long as that
 * returns true and again when the wake-up was called, and {@link #tick} at the pace that its protocol's times are counted in.
 */
public final class Member {

    private static final Logger log = LoggerFactory.getLogger(Member.class);
    private static final int MAX_ARRIVALS = 4096;
    private static final int SNAPSHOT_CHUNK = 256 * 1024;
    private static final int STOP_TICKS = 100;
    private static final int SNAPSHOT_PAUSE_TICKS = 600;

    /** How far a member has come in its life. */
    public enum Life {
        /** It reads its storage. */
        RECOVERING,
        /** It takes part in its ensemble. */
        RUNNING,
        /** It finishes what it has begun and hands over. */
        STOPPING,
        /** It waits for its storage to close. */
        CLOSING,
        /** It has stopped. */
        STOPPED,
        /** It stopped by itself, because its storage failed or it found itself to be wrong. */
        HALTED
    }

    /** Receives the answer of a request that is no numbered operation. */
    @FunctionalInterface
    public interface ControlReply {

        /**
         * Called at most once, as soon as the answer is true at this member; never if the member stops serving before.
         *
         * @param index the index of the transaction
         * @param result the result
         */
        void onReply(long index, Result result);
    }

    private record Waiting(long index, Attachment attachment) {}

    /** Sessions that give a sign of life and reads that wait, in one request to the leader. */
    private static final class RoundRequest {
        final long id;
        final List<Long> sessions = new ArrayList<>();
        final List<LongConsumer> readers = new ArrayList<>();
        final List<Runnable> confirmations = new ArrayList<>();

        RoundRequest(long id) {
            this.id = id;
        }
    }

    private final MemberSettings settings;
    private final Transport transport;
    private final MemberStore store;
    private final Runnable wakeUp;
    private final ConcurrentLinkedQueue<Object> completions = new ConcurrentLinkedQueue<>();
    private final WatchRegistry watches = new WatchRegistry(Integer.MAX_VALUE, Integer.MAX_VALUE);
    private final Map<Integer, Long> connections = new HashMap<>();
    private final Map<Long, List<byte[]>> received = new HashMap<>();
    private final Map<Long, ArrayDeque<PeerMessage>> blocked = new HashMap<>();
    private final List<Event> batch = new ArrayList<>();
    private final Effects effects = new Outlet();
    private final DiskGuard disk;
    private final DigestAudit audit = new DigestAudit();

    // What the sessions served here need; all of it ends when the member leaves the broadcast phase.
    private final Map<Long, Attachment> attachments = new HashMap<>();
    private final Map<Long, RoundRequest> rounds = new HashMap<>();
    private final Map<Long, ControlReply> controls = new HashMap<>();
    private final Map<Long, ControlReply> controlsAt = new HashMap<>();
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::index));
    private final ArrayDeque<Object> outbox = new ArrayDeque<>();

    private Life life = Life.RECOVERING;
    private boolean released;
    private boolean voter;
    private @Nullable Throwable failure;
    private Optional<String> alert = Optional.empty();
    private @Nullable ZabPeer peer;
    private StateMachine state = new StateMachine();
    private @Nullable StateMachine installing;
    private LogTail tail = new LogTail(LogPoint.GENESIS, List.of());
    private @Nullable Leadership leadership;
    private long servingEpoch;
    private long leaderConnection;
    private long servingVersion;
    private long nextRequest;
    private @Nullable SnapshotWriter snapshotWriter;
    private LogPoint snapshotPoint = LogPoint.GENESIS;
    private LogPoint lastSnapshot = LogPoint.GENESIS;
    private long snapshotDigest;
    private List<byte[]> snapshotChunks = new ArrayList<>();
    private boolean snapshotPending;
    private int snapshotPause;
    private int stopTicks;
    private boolean handingOver;

    Member(MemberSettings settings, Transport transport, MemberStore store, Runnable wakeUp) {
        this.settings = settings;
        this.transport = transport;
        this.store = store;
        this.wakeUp = wakeUp;
        this.disk = new DiskGuard(this, store);
    }

    /** Begins to recover; the member takes part as soon as that is done. */
    void start() {
        store.open(new StoreListener());
    }

    private final class StoreListener implements MemberStore.Listener {
        @Override
        public void recovered(MemberStore.Recovered recovered) {
            post(recovered);
        }

        @Override
        public void completed(Event completion) {
            post(completion);
        }

        @Override
        public void failed(Throwable cause) {
            post(cause);
        }

        @Override
        public void snapshotAbandoned() {
            Runnable task = () -> {
                snapshotPending = false;
                snapshotPause = SNAPSHOT_PAUSE_TICKS;
            };
            post(task);
        }

        @Override
        public void closed() {
            post(Life.STOPPED);
        }

        private void post(Object completion) {
            completions.add(completion);
            wakeUp.run();
        }
    }

    // ---- what others ask

    /** Returns the id of the member. */
    public int id() {
        return settings.zab().self();
    }

    /** Returns how far it has come. */
    public Life life() {
        return life;
    }

    /** Returns why it halted or could not start. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Returns whether its life has ended and its storage is given up, so that another life may begin. */
    public boolean isReleased() {
        return released;
    }

    /** Returns what somebody should look at, though the member runs. */
    public Optional<String> alert() {
        Optional<String> now =
                life == Life.HALTED ? Optional.empty() : store.health().alert();
        return now.or(() -> alert);
    }

    /** Returns whether the leader has no room for what clients write. */
    boolean refusesWrites() {
        return disk.refusesWrites();
    }

    /** Returns whether it counts in quorums, as far as its storage says. */
    public boolean mayVote() {
        return voter;
    }

    /** Returns the role it plays. */
    public RoleName role() {
        return peer == null ? RoleName.LOOKING : peer.role();
    }

    /** Returns the epoch it takes part in, 0 if none. */
    public long epoch() {
        return peer == null ? 0 : peer.epoch();
    }

    /** Returns the number of sessions that it serves. */
    public int servedSessions() {
        return attachments.size();
    }

    /** Returns whether sessions may attach. */
    public boolean isServing() {
        return life == Life.RUNNING && servingEpoch != 0;
    }

    /** Returns whether it leads and a write would be taken. */
    public boolean takesWrites() {
        return life == Life.RUNNING && leadership != null && leadership.takesWrites();
    }

    /** Returns a number that changes whenever the answer of {@link #isServing} may have changed. */
    public long servingVersion() {
        return servingVersion;
    }

    /** Returns the index of the last transaction that it has applied. */
    public long applied() {
        return state.appliedIndex();
    }

    /** Returns the state, for reading. */
    public StateMachine state() {
        return state;
    }

    /** Returns the watches that it serves. */
    public WatchRegistry watches() {
        return watches;
    }

    MemberSettings settings() {
        return settings;
    }

    long nowNanos() {
        return settings.monotonicNanos().getAsLong();
    }

    ZabPeer peer() {
        ZabPeer present = peer;
        if (present == null) {
            throw new IllegalStateException("member " + id() + " has not recovered yet");
        }
        return present;
    }

    // ---- stepping

    /** Handles what has arrived; returns whether there was anything to do. */
    public boolean runOnce() {
        if (life == Life.STOPPED || life == Life.HALTED) {
            return !released && drainCompletions();
        }
        try {
            boolean worked = drainCompletions();
            worked |= drainTransport();
            worked |= flush();
            worked |= writeSnapshot();
            if (life == Life.STOPPING) {
                continueStop();
            }
            return worked;
        } catch (RuntimeException e) {
            fail("member " + id() + " halts: " + e, e);
            return true;
        }
    }

    private boolean flush() {
        boolean worked = stepBatch();
        worked |= flushOutbox();
        Leadership leads = leadership;
        if (leads != null) {
            worked |= leads.run();
            worked |= stepBatch();
        }
        return worked;
    }

    /** Lets time pass. */
    public void tick() {
        if (peer == null || life == Life.STOPPED || life == Life.HALTED || life == Life.CLOSING) {
            return;
        }
        stopTicks++;
        transport.reconnect();
        disk.tick();
        snapshotPause = Math.max(0, snapshotPause - 1);
        batch.add(new Event.Tick());
        if (leadership != null) {
            leadership.tick();
        }
        runOnce();
    }

    private boolean drainCompletions() {
        boolean worked = false;
        Object next = completions.poll();
        while (next != null) {
            worked = true;
            onCompletion(next);
            next = completions.poll();
        }
        return worked;
    }

    private void onCompletion(Object completion) {
        if (completion == Life.STOPPED) {
            released = true;
            life = life == Life.HALTED ? life : Life.STOPPED;
            servingChanged();
        } else if (life == Life.HALTED) {
            log.debug("member {} has halted and ignores {}", id(), completion);
        } else if (completion instanceof MemberStore.Recovered recovered) {
            onRecovered(recovered);
        } else if (completion instanceof Throwable cause) {
            onStoreFailure(cause);
        } else if (completion instanceof Runnable task) {
            task.run();
        } else if (completion instanceof Event event) {
            if (event instanceof StorageCompletion.SnapshotInstalled) {
                stepBatch();
                restore();
            } else if (event instanceof StorageCompletion.PromisePersisted persisted) {
                voter = persisted.promise().voter();
            } else if (event instanceof Event.SnapshotTaken taken) {
                snapshotPending = false;
                if (taken.base().index() < tail.base().index()) {
                    // A received snapshot has replaced the log in the meantime.
                    return;
                }
                tail.compact(taken.base().index());
            }
            batch.add(event);
        }
    }

    private void onStoreFailure(Throwable cause) {
        failure = cause;
        if (peer == null) {
            fail("member " + id() + " cannot start: " + cause.getMessage(), cause);
        } else {
            batch.add(new Event.StorageFailed(String.valueOf(cause.getMessage())));
        }
    }

    private void onRecovered(MemberStore.Recovered recovered) {
        if (life != Life.RECOVERING) {
            return;
        }
        LogPoint snapshot = recovered.state().snapshot();
        state = recovered.machine();
        alert = recovered.alert();
        voter = recovered.state().promise().voter();
        lastSnapshot = snapshot;
        tail = new LogTail(snapshot, recovered.records());
        life = Life.RUNNING;
        ZabPeer recoveredPeer = new ZabPeer(settings.zab(), snapshot.index());
        peer = recoveredPeer;
        recoveredPeer.start(effects);
        transport.open(wakeUp);
    }

    static StateMachine load(List<byte[]> content, LogPoint point) {
        SnapshotLoader loader = new SnapshotLoader();
        content.forEach(chunk -> loader.accept(ByteBuffer.wrap(chunk)));
        StateMachine loaded = loader.finish();
        if (loaded.appliedIndex() != point.index()) {
            throw new IllegalStateException(
                    "a snapshot at index " + point.index() + " holds the state at index " + loaded.appliedIndex());
        }
        return loaded;
    }

    private void restore() {
        StateMachine restored = installing;
        if (restored != null) {
            state = restored;
            installing = null;
            lastSnapshot = tail.base();
            dropSnapshotUnderWay();
        }
    }

    private boolean drainTransport() {
        boolean worked = false;
        for (int i = 0; i < MAX_ARRIVALS && life != Life.CLOSING; i++) {
            Transport.Arrival arrival = transport.poll();
            if (arrival == null) {
                return worked;
            }
            worked = true;
            onArrival(arrival);
        }
        return worked;
    }

    private void onArrival(Transport.Arrival arrival) {
        if (arrival instanceof Transport.Arrival.Received message) {
            if (message.message() instanceof PeerMessage.Protocol protocol) {
                batch.add(new Event.Received(message.member(), message.connection(), protocol.message()));
            } else {
                stepBatch();
                onPeerMessage(message.connection(), message.message());
            }
        } else if (arrival instanceof Transport.Arrival.Connected up) {
            connections.put(up.member(), up.connection());
            batch.add(new Event.ConnectionUp(up.member(), up.connection()));
        } else if (arrival instanceof Transport.Arrival.Disconnected down) {
            connections.remove(down.member(), down.connection());
            received.remove(down.connection());
            blocked.remove(down.connection());
            batch.add(new Event.ConnectionDown(down.member(), down.connection()));
        }
    }

    private void onPeerMessage(long connection, PeerMessage message) {
        if (message instanceof PeerMessage.SnapshotContent content) {
            received.put(connection, content.chunks());
        } else if (message instanceof PeerMessage.Submit
                || message instanceof PeerMessage.Control
                || message instanceof PeerMessage.AskRound) {
            if (leadership != null) {
                leadership.receive(connection, message);
            }
        } else if (connection == leaderConnection && servingEpoch != 0) {
            onLeaderReply(message);
        }
    }

    private boolean stepBatch() {
        if (batch.isEmpty() || peer == null) {
            return false;
        }
        List<Event> events = List.copyOf(batch);
        batch.clear();
        peer.step(events, effects);
        afterStep();
        return true;
    }

    void step(Event event) {
        peer().step(event, effects);
        afterStep();
    }

    private void afterStep() {
        ZabPeer running = peer();
        boolean serves = running.phase() == Phase.BROADCAST
                && (running.role() == RoleName.LEADING || running.role() == RoleName.FOLLOWING);
        long epoch = serves ? running.epoch() : 0;
        if (epoch == servingEpoch) {
            return;
        }
        endService();
        if (serves) {
            servingEpoch = epoch;
            leaderConnection = running.leader() == id() ? 0 : connections.getOrDefault(running.leader(), -1L);
            leadership = running.role() == RoleName.LEADING ? new Leadership(this) : null;
        }
        servingChanged();
    }

    void add(Event event) {
        batch.add(event);
    }

    void tellAll(PeerMessage message) {
        connections.values().forEach(connection -> send(connection, message));
    }

    /** Closes all connections, so that the others go on without this member; it may come back. */
    void leave(String reason) {
        if (connections.isEmpty()) {
            return;
        }
        log.warn("member {} leaves the others, because {}", id(), reason);
        List.copyOf(connections.values()).forEach(connection -> connectionLost(connection, reason));
    }

    private void endService() {
        servingEpoch = 0;
        leadership = null;
        for (Attachment attachment : List.copyOf(attachments.values())) {
            detach(attachment);
        }
        rounds.clear();
        controls.clear();
        controlsAt.clear();
        waiting.clear();
        outbox.clear();
    }

    void servingChanged() {
        servingVersion++;
    }

    // ---- the sessions' side

    /** Begins to serve a session that exists in the state. */
    public Attachment attach(long session, Attachment.Client client) {
        Attachment attachment = new Attachment(this, session, client);
        Attachment old = attachments.put(session, attachment);
        if (old != null) {
            watches.removeSession(session);
            old.dropped();
        }
        return attachment;
    }

    void detach(Attachment attachment) {
        if (attachments.remove(attachment.session(), attachment)) {
            watches.removeSession(attachment.session());
        }
        attachment.dropped();
    }

    void toLeader(Request.Operation operation) {
        outbox.add(new PeerMessage.Submit(operation));
    }

    /** Asks the leader for something that is no numbered operation. */
    public void control(Request request, ControlReply reply) {
        long id = ++nextRequest;
        controls.put(id, reply);
        outbox.add(new PeerMessage.Control(id, request));
    }

    void joinRound(long session, LongConsumer reader, Runnable confirmed) {
        // Only what is asked for in one go shares a request: it must reach the leader ahead of later writes.
        RoundRequest round = outbox.peekLast() instanceof RoundRequest last ? last : null;
        if (round == null) {
            round = new RoundRequest(++nextRequest);
            rounds.put(round.id, round);
            outbox.add(round);
        }
        round.sessions.add(session);
        round.readers.add(reader);
        round.confirmations.add(confirmed);
    }

    void wakeAt(long index, Attachment attachment) {
        waiting.add(new Waiting(index, attachment));
    }

    private boolean flushOutbox() {
        boolean worked = false;
        Object next = outbox.poll();
        while (next != null) {
            worked = true;
            PeerMessage message = next instanceof RoundRequest round
                    ? new PeerMessage.AskRound(round.id, round.sessions)
                    : (PeerMessage) next;
            if (leadership != null) {
                leadership.receive(0, message);
            } else {
                send(leaderConnection, message);
            }
            next = outbox.poll();
        }
        return worked;
    }

    void fromLeader(long connection, PeerMessage message) {
        if (connection == 0) {
            onLeaderReply(message);
        } else {
            send(connection, message);
        }
    }

    private void onLeaderReply(PeerMessage message) {
        if (message instanceof PeerMessage.ReadAt at) {
            RoundRequest round = rounds.get(at.id());
            if (round != null) {
                round.readers.forEach(reader -> reader.accept(at.index()));
            }
        } else if (message instanceof PeerMessage.RoundConfirmed confirmed) {
            RoundRequest round = rounds.remove(confirmed.id());
            if (round != null) {
                round.confirmations.forEach(Runnable::run);
            }
        } else if (message instanceof PeerMessage.Answered answered) {
            Attachment attachment = attachments.get(answered.session());
            if (attachment != null) {
                attachment.answered(answered.operation(), answered.index(), answered.result());
            }
        } else if (message instanceof PeerMessage.StorageFull) {
            disk.leaderIsFull();
        } else if (message instanceof PeerMessage.StateDigest digest) {
            audit.leaderHas(digest.index(), digest.digest());
        } else if (message instanceof PeerMessage.ControlProposed proposed) {
            ControlReply reply = controls.remove(proposed.id());
            if (reply != null) {
                controlsAt.put(proposed.index(), reply);
            }
        } else if (message instanceof PeerMessage.ControlAnswered answered) {
            ControlReply reply = controls.remove(answered.id());
            if (reply != null && answered.index() <= applied()) {
                reply.onReply(answered.index(), answered.result());
            }
        }
    }

    /** Has the leader end a session as if it had been silent for too long; does nothing if this member does not lead. */
    public void expire(long session) {
        if (leadership != null) {
            leadership.expire(session);
        }
    }

    // ---- applying

    private void apply(long from, long through) {
        for (long index = from + 1; index <= through; index++) {
            LogRecord record = tail.get(index);
            Txn txn = record.type() == RecordType.NEWLEADER
                    ? new Txn.NoOp()
                    : TxnCodec.decode(ByteBuffer.wrap(record.payload()));
            applied(state.apply(index, txn));
        }
    }

    private void applied(Applied applied) {
        watches.dispatch(applied, this::deliver);
        ControlReply control = controlsAt.remove(applied.index());
        if (control != null) {
            control.onReply(applied.index(), applied.result());
        }
        if (applied.session() != 0) {
            tellSession(applied);
        }
        for (Waiting next = waiting.peek(); next != null && next.index() <= applied.index(); next = waiting.peek()) {
            waiting.remove();
            next.attachment().advance();
        }
        if (leadership != null) {
            leadership.applied(applied);
        } else {
            audit.applied(state);
        }
    }

    private void deliver(Watcher watcher, long index, List<WatchedChange> changes) {
        Attachment attachment = attachments.get(watcher.session());
        if (attachment != null) {
            attachment.client().onChanges(watcher.id(), index, changes, state);
        }
    }

    private void tellSession(Applied applied) {
        Attachment attachment = attachments.get(applied.session());
        if (attachment == null) {
            return;
        }
        if (applied.operation() != 0) {
            attachment.applied(applied.operation(), applied.index(), applied.result());
        } else if (applied.session() != applied.index()) {
            detach(attachment);
            attachment.client().onGone();
        }
    }

    // ---- snapshots

    private boolean writeSnapshot() {
        SnapshotWriter writer = snapshotWriter;
        if (writer == null) {
            return beginSnapshot();
        }
        byte[] chunk = writer.next(SNAPSHOT_CHUNK);
        if (chunk != null) {
            snapshotChunks.add(chunk);
            return true;
        }
        // The log keeps one snapshot's distance, so that a follower that lags a little needs no snapshot.
        LogPoint base = tail.pointAt(Math.max(tail.base().index(), lastSnapshot.index()));
        lastSnapshot = snapshotPoint;
        store.keepSnapshot(snapshotPoint, snapshotDigest, base, List.copyOf(snapshotChunks));
        dropSnapshotUnderWay();
        snapshotPending = true;
        return true;
    }

    private boolean beginSnapshot() {
        long since = applied() - lastSnapshot.index();
        boolean due = since >= settings.snapshotRecords() || (since > 0 && tail.bytes() >= settings.snapshotBytes());
        if (!due || snapshotPending || snapshotPause > 0 || life != Life.RUNNING || peer == null) {
            return false;
        }
        snapshotPoint = tail.pointAt(applied());
        snapshotDigest = state.digest();
        snapshotWriter = state.beginSnapshot();
        return true;
    }

    private void dropSnapshotUnderWay() {
        SnapshotWriter writer = snapshotWriter;
        if (writer != null) {
            writer.close();
        }
        snapshotWriter = null;
        snapshotChunks = new ArrayList<>();
    }

    // ---- the end

    /** Stops in good order: sessions move away, what was proposed is finished, a leader hands over its seat. */
    public void stop() {
        if (life == Life.RECOVERING) {
            close();
        } else if (life == Life.RUNNING) {
            life = Life.STOPPING;
            stopTicks = 0;
            for (Attachment attachment : List.copyOf(attachments.values())) {
                detach(attachment);
            }
            servingChanged();
            wakeUp.run();
        }
    }

    private void continueStop() {
        Leadership leads = leadership;
        boolean alone = settings.zab().members().size() == 1;
        if (leads == null || stopTicks > STOP_TICKS || (alone && leads.isIdle())) {
            close();
        } else if (!alone && !handingOver) {
            handingOver = true;
            step(new Event.HandOver());
        }
    }

    /** Stops without a farewell, as if the process had died; what the storage has is finished all the same. */
    public void kill() {
        if (life == Life.RECOVERING || life == Life.RUNNING || life == Life.STOPPING) {
            close();
        }
    }

    private void close() {
        life = Life.CLOSING;
        endService();
        servingChanged();
        transport.shutdown();
        store.close();
        wakeUp.run();
    }

    private void fail(String reason, Throwable cause) {
        log.error(reason, cause);
        halt(cause);
    }

    private void halt(Throwable cause) {
        if (life != Life.HALTED && life != Life.STOPPED) {
            life = Life.HALTED;
            failure = failure == null ? cause : failure;
            endService();
            servingChanged();
            transport.shutdown();
            store.close();
        }
    }

    /** Closes a connection and tells the protocol, so that the other end begins anew. */
    private void connectionLost(long connection, String reason) {
        Map.copyOf(connections).forEach((member, open) -> {
            if (open == connection) {
                effects.close(connection, reason);
                batch.add(new Event.ConnectionDown(member, connection));
            }
        });
    }

    private void send(long connection, PeerMessage message) {
        ArrayDeque<PeerMessage> queue = blocked.get(connection);
        if (queue == null) {
            transport.send(connection, message);
        } else {
            queue.add(message);
        }
    }

    private void unblock(long connection) {
        ArrayDeque<PeerMessage> queue = blocked.remove(connection);
        if (queue != null) {
            queue.forEach(message -> transport.send(connection, message));
        }
    }

    /** Carries out what a step asks for. */
    private final class Outlet implements Effects {

        @Override
        public void send(long connection, Message message) {
            Member.this.send(connection, new PeerMessage.Protocol(message));
        }

        @Override
        public void sendHistory(long connection, long epoch, long from, long to) {
            send(connection, new Message.Propose(epoch, tail.batch(from, to), 0, 0));
        }

        @Override
        public void sendSnapshot(long connection, long epoch, LogPoint point) {
            Message end = new Message.Snapshot(epoch, point);
            blocked.put(connection, new ArrayDeque<>());
            store.readSnapshot(point, content -> {
                Runnable task = () -> {
                    if (content.isPresent()) {
                        transport.send(connection, new PeerMessage.SnapshotContent(point, content.get()));
                        transport.send(connection, new PeerMessage.Protocol(end));
                        unblock(connection);
                    } else {
                        connectionLost(connection, "the snapshot at " + point + " is not kept any more");
                    }
                };
                completions.add(task);
                wakeUp.run();
            });
        }

        @Override
        public void close(long connection, String reason) {
            log.debug("member {} closes a connection: {}", id(), reason);
            connections.values().remove(connection);
            blocked.remove(connection);
            received.remove(connection);
            transport.close(connection);
        }

        @Override
        public void settle(long generation) {
            store.settle(generation);
        }

        @Override
        public void append(long generation, RecordBatch records) {
            tail.append(records);
            store.append(generation, records);
        }

        @Override
        public void truncate(long generation, long lastIndex) {
            tail.truncate(lastIndex);
            store.truncate(generation, lastIndex);
        }

        @Override
        public void installSnapshot(long generation, LogPoint point) {
            long leader = connections.getOrDefault(peer().leader(), -1L);
            List<byte[]> content = received.remove(leader);
            if (content == null) {
                throw new IllegalStateException("no content arrived for the snapshot at " + point);
            }
            StateMachine loaded = load(content, point);
            installing = loaded;
            tail.restart(point);
            store.install(generation, point, loaded.digest(), content);
        }

        @Override
        public void persistPromise(long generation, EpochPromise promise) {
            store.persistPromise(generation, promise);
        }

        @Override
        public void apply(long applied, long through) {
            Member.this.apply(applied, through);
        }

        @Override
        public void proposed(long ticket, long firstIndex) {}

        @Override
        public void refused(long ticket) {
            // The role ended while the proposal was under way; its sessions attach anew and send again.
            endService();
            servingChanged();
        }

        @Override
        public void roundConfirmed(long ticket, long readIndex) {
            if (leadership != null) {
                leadership.roundConfirmed(ticket);
            }
        }

        @Override
        public void roundFailed(long ticket) {}

        @Override
        public void roleChanged(RoleName role, Phase phase, long epoch, int leader) {
            log.debug("member {} is {} in {}, epoch {}, leader {}", id(), role, phase, epoch, leader);
        }

        @Override
        public void handedOver(int successor) {
            log.info("member {} has handed over to {}", id(), successor);
        }

        @Override
        public void halt(String reason) {
            Throwable cause = failure == null ? new IllegalStateException(reason) : failure;
            log.error("member {} halts: {}", id(), reason, cause);
            Member.this.halt(cause);
        }
    }
}
