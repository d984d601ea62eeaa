package io.quorate.embedded.member;

import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchRegistry;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.StorageCompletion;
import io.quorate.embedded.zab.ZabPeer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of an ensemble, for one life: from the recovery of its storage to its stop, its death or its halt.
 *
 * <p>All methods are called by one thread, which calls {@link #runOnce} as long as that returns true and again when the wake-up
 * was called, and {@link #tick} at the pace that its protocol's times are counted in. The package comment shows the loop.
 */
public final class Member {

    private static final Logger log = LoggerFactory.getLogger(Member.class);
    private static final int STOP_TICKS = 100;

    private final MemberSettings settings;
    private final Transport transport;
    private final MemberStore store;
    private final Runnable wakeUp;
    private final Inbox inbox;
    private final Links links;
    private final Replica replica = new Replica();
    private final Snapshots snapshots;
    private final Outlet outlet;
    private final WatchRegistry watches;
    private final Serving serving;
    private final Protocol protocol = new Protocol();
    private final Arrivals arrivals;
    private final DiskGuard disk;
    private final Backlog backlog = new Backlog();

    private Life life = Life.RECOVERING;
    private @Nullable Throwable failure;
    private Optional<String> alert = Optional.empty();
    private boolean released;
    private boolean voter;
    private int stopTicks;
    private boolean handingOver;
    private boolean handedOver;

    Member(MemberSettings settings, Transport transport, MemberStore store, Runnable wakeUp) {
        this.settings = settings;
        this.transport = transport;
        this.store = store;
        this.wakeUp = wakeUp;
        this.inbox = new Inbox(wakeUp);
        this.links = new Links(transport);
        this.snapshots = new Snapshots(replica, store, settings);
        this.outlet = new Outlet(this, links, store, replica, inbox);
        this.disk = new DiskGuard(this, store);
        this.serving = new Serving(this, links, disk);
        this.arrivals = new Arrivals(transport, links, protocol, serving, this::stepBatch);
        this.watches = new WatchRegistry(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Begins to recover; the member takes part as soon as that is done. */
    void start() {
        store.open(inbox);
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

    /** Returns what somebody should look at, though the member runs: what has become of its data, and how its disk does now. */
    public Optional<String> alert() {
        Optional<String> now = life == Life.HALTED ? Optional.empty() : disk.alert();
        return Stream.of(alert, now).flatMap(Optional::stream).reduce((data, present) -> data + "; " + present);
    }

    /** Returns how long its disk takes, if it has one. */
    public Optional<DiskFigures> diskFigures() {
        return store.figures();
    }

    /** Returns whether it counts in quorums, as far as its storage says. */
    public boolean mayVote() {
        return voter;
    }

    /** Returns whether the leader has no room for what clients write. */
    boolean refusesWrites() {
        return disk.refusesWrites();
    }

    /** Returns whether it leaves the ensemble to the others until its disk has room. */
    boolean standsAside() {
        return disk.standsAside();
    }

    /** Returns the role it plays. */
    public RoleName role() {
        return protocol.role();
    }

    /** Returns the epoch it takes part in, 0 if none. */
    public long epoch() {
        return protocol.epoch();
    }

    /** Returns the number of sessions that it serves. */
    public int servedSessions() {
        return serving.sessions();
    }

    /** Returns whether sessions may attach. */
    public boolean isServing() {
        return life == Life.RUNNING && serving.isServing();
    }

    /** Returns whether it takes part and reaches a quorum, so that it serves or may come to, should no other member come. */
    public boolean mayServe() {
        int members = settings.zab().members().size();
        return life == Life.RUNNING && links.members().size() + 1 > members / 2;
    }

    /** Returns whether it leads and a write would be taken. */
    public boolean takesWrites() {
        return life == Life.RUNNING && serving.takesWrites();
    }

    /** Returns a number that changes whenever the answer of {@link #isServing} may have changed. */
    public long servingVersion() {
        return serving.version();
    }

    /** Returns the index of the last transaction that it has applied. */
    public long applied() {
        return replica.state().appliedIndex();
    }

    /** Returns the index behind which its log begins; what came before is in its snapshot. */
    public long logBase() {
        return replica.tail().base().index();
    }

    /** Returns the index of the last record of its log, 0 if it holds nothing at all. */
    public long logEnd() {
        return replica.tail().end();
    }

    /** Returns the member that leads as far as this one knows, 0 if none. */
    public int leader() {
        return protocol.isRunning() ? protocol.peer().leader() : 0;
    }

    /** Returns the last index that it knows to be committed. */
    public long commitIndex() {
        return protocol.isRunning() ? protocol.peer().commitIndex() : 0;
    }

    /** Returns, if it leads, how many records each member that follows it has not acknowledged yet. */
    public Map<Integer, Long> behind() {
        return protocol.isRunning() ? protocol.peer().behind() : Map.of();
    }

    /** Returns the members that it has a connection to. */
    public Set<Integer> connected() {
        return links.members();
    }

    /** Returns whether it is taking a snapshot of its state, or having one kept. */
    public boolean takesSnapshot() {
        return snapshots.isUnderWay();
    }

    /** Returns the state, for reading. */
    public StateMachine state() {
        return replica.state();
    }

    /** Returns the watches that it serves. */
    public WatchRegistry watches() {
        return watches;
    }

    Serving serving() {
        return serving;
    }

    MemberSettings settings() {
        return settings;
    }

    long nowNanos() {
        return settings.monotonicNanos().getAsLong();
    }

    /** Returns what waits for its storage. */
    Backlog backlog() {
        return backlog;
    }

    ZabPeer peer() {
        return protocol.peer();
    }

    // ---- the sessions' side

    /**
     * Begins to serve a session that exists in the state.
     *
     * @throws IllegalStateException if the member does not serve
     */
    public Attachment attach(long session, Attachment.Client client) {
        return service().attach(session, client);
    }

    /**
     * Asks the leader for something that is no numbered operation.
     *
     * @throws IllegalStateException if the member does not serve
     */
    public void control(Request request, ControlReply reply) {
        service().control(request, reply);
    }

    /**
     * Asks up to which index the leader has committed, and a quorum whether it leads.
     *
     * @param reply called once a quorum has confirmed it; never if the member stops serving before
     * @throws IllegalStateException if the member does not serve
     */
    public void confirmCommitIndex(LongConsumer reply) {
        long[] index = new long[1];
        service().joinRound(0, at -> index[0] = at, () -> reply.accept(index[0]));
    }

    private Service service() {
        Service present = serving.service();
        if (present == null || life != Life.RUNNING) {
            throw new IllegalStateException("member " + id() + " serves no sessions now");
        }
        return present;
    }

    /** Has the leader end a session as if it had been silent for too long; does nothing if this member does not lead. */
    public void expire(long session) {
        serving.expire(session);
    }

    // ---- stepping

    /** Handles what has arrived; returns whether there was anything to do. */
    public boolean runOnce() {
        if (life.isOver()) {
            return !released && drainInbox();
        }
        try {
            boolean worked = drainInbox();
            worked |= life != Life.CLOSING && arrivals.drain();
            worked |= stepBatch();
            disk.limitBacklog();
            worked |= serving.run();
            worked |= stepBatch();
            // A storage in memory has done already what this round asked of it; one on a disk tells later.
            worked |= drainInbox();
            worked |= stepBatch();
            if (life == Life.STOPPING) {
                continueStop();
            }
            return worked;
        } catch (RuntimeException e) {
            log.error("member {} halts: {}", id(), e.getMessage(), e);
            halt(e);
            return true;
        }
    }

    /**
     * Does a small piece of what nobody waits for; returns whether there is more of it. To be called now and then, whether there is
     * other work or not.
     */
    public boolean runInBackground() {
        if (!protocol.isRunning() || life.isOver() || life == Life.CLOSING) {
            return false;
        }
        try {
            return snapshots.step(life == Life.RUNNING);
        } catch (RuntimeException e) {
            log.error("member {} halts: {}", id(), e.getMessage(), e);
            halt(e);
            return false;
        }
    }

    /** Lets time pass. */
    public void tick() {
        if (!protocol.isRunning() || life.isOver() || life == Life.CLOSING) {
            return;
        }
        stopTicks++;
        transport.reconnect();
        disk.tick();
        snapshots.tick();
        protocol.add(new Event.Tick());
        serving.tick();
        runOnce();
    }

    private boolean drainInbox() {
        boolean worked = false;
        for (Inbox.Item item = inbox.poll(); item != null; item = inbox.poll()) {
            worked = true;
            if (item instanceof Inbox.Closed) {
                onStoreClosed();
            } else if (life != Life.HALTED) {
                take(item);
            }
        }
        return worked;
    }

    private void take(Inbox.Item item) {
        if (item instanceof Inbox.Completed completed) {
            onStorageEvent(completed.event());
        } else if (item instanceof Inbox.Continuation continuation) {
            continuation.task().run();
        } else if (item instanceof Inbox.SnapshotAbandoned) {
            snapshots.abandoned();
        } else if (item instanceof Inbox.Recovered recovered) {
            onRecovered(recovered.found());
        } else if (item instanceof Inbox.Failed failed) {
            onStoreFailure(failed.cause());
        }
    }

    private void onRecovered(MemberStore.Recovered recovered) {
        if (life != Life.RECOVERING) {
            return;
        }
        replica.recovered(recovered);
        alert = recovered.alert();
        voter = recovered.state().promise().voter();
        LogPoint snapshot = recovered.state().snapshot();
        snapshots.restartFrom(snapshot);
        life = Life.RUNNING;
        log.info(
                "member {} starts with a log up to {}",
                id(),
                recovered.state().history().end().index());
        protocol.start(new ZabPeer(settings.zab(), snapshot.index()), outlet);
        transport.open(wakeUp);
    }

    private void onStoreFailure(Throwable cause) {
        failure = cause;
        if (!protocol.isRunning()) {
            log.error("member {} cannot start: {}", id(), cause.getMessage(), cause);
            halt(cause);
        } else {
            protocol.add(new Event.StorageFailed(String.valueOf(cause.getMessage())));
        }
    }

    private void onStorageEvent(Event event) {
        if (event instanceof StorageCompletion.Appended appended) {
            backlog.appended(appended);
        } else if (event instanceof StorageCompletion.SnapshotInstalled) {
            stepBatch();
            if (replica.installed()) {
                log.info("member {} goes on from a received snapshot at {}", id(), applied());
                snapshots.restartFrom(replica.tail().base());
            }
        } else if (event instanceof StorageCompletion.PromisePersisted persisted) {
            if (!voter && persisted.promise().voter()) {
                log.info("member {} has everything that it had lost, and votes", id());
                // That files were damaged is still worth a look.
                alert = alert.filter(what -> what.startsWith("QUARANTINED"));
            }
            voter = persisted.promise().voter();
        } else if (event instanceof Event.SnapshotTaken taken && !snapshots.stored(taken.base())) {
            return;
        }
        protocol.add(event);
    }

    private void onStoreClosed() {
        released = true;
        if (life != Life.HALTED) {
            life = Life.STOPPED;
            log.info("member {} has stopped", id());
        }
        serving.changed();
    }

    private boolean stepBatch() {
        boolean stepped = protocol.stepAll(outlet);
        if (stepped) {
            serving.follow(protocol.peer());
        }
        return stepped;
    }

    /** Leaves an event for the next step. */
    void add(Event event) {
        protocol.add(event);
    }

    /** Closes all connections, so that the others go on without this member; it may come back. */
    void leave(String reason) {
        if (!links.isEmpty()) {
            log.warn("member {} leaves the others, because {}", id(), reason);
            links.closeAll().forEach(protocol::add);
        }
    }

    void step(Event event) {
        protocol.add(event);
        stepBatch();
    }

    // ---- the end

    /** Stops in good order: sessions move away, what was proposed is finished, a leader hands over its seat. */
    public void stop() {
        if (life == Life.RECOVERING) {
            close();
        } else if (life == Life.RUNNING) {
            log.info("member {} stops", id());
            life = Life.STOPPING;
            stopTicks = 0;
            handedOver = false;
            serving.drain();
            wakeUp.run();
        }
    }

    private void continueStop() {
        boolean alone = settings.zab().members().size() == 1;
        if (!serving.isLeading() || handedOver || stopTicks > STOP_TICKS || (alone && serving.isDrained())) {
            close();
        } else if (!alone && !handingOver) {
            handingOver = true;
            step(new Event.HandOver());
        }
    }

    void handedOver(int successor) {
        handedOver = true;
        if (successor == 0) {
            log.info("member {} found nobody to hand over to", id());
        } else {
            log.info("member {} has handed over to member {}", id(), successor);
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
        release();
        wakeUp.run();
    }

    void protocolHalted(String reason) {
        Throwable cause = failure == null ? new IllegalStateException(reason) : failure;
        log.error("member {} halts: {}", id(), reason, cause);
        halt(cause);
    }

    private void halt(Throwable cause) {
        if (!life.isOver()) {
            life = Life.HALTED;
            failure = failure == null ? cause : failure;
            if (cause instanceof DivergedException diverged && diverged.isCertain()) {
                store.condemn(String.valueOf(cause.getMessage()));
            }
            release();
        }
    }

    private void release() {
        serving.end();
        transport.shutdown();
        store.close();
    }

    /** Returns a readable form. */
    @Override
    public String toString() {
        return "member " + id() + " (" + life + ", " + role() + ", epoch " + epoch() + ", applied " + applied() + ")";
    }
}
