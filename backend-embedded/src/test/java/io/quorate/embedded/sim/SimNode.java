package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Effects;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.StorageCompletion;
import io.quorate.embedded.zab.ZabPeer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One simulated member: the real protocol core on a simulated disk and network, with a state machine of one number. */
final class SimNode implements Effects, ObservedMember {

    /** The process dies between two effects. */
    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Crash() {
            super(null, null, false, false);
        }
    }

    private final SimulatedEnsemble world;
    private final int position;
    private final int id;
    private final SimDisk disk;
    private final List<Event> backlog = new ArrayList<>();

    private @Nullable ZabPeer peer;
    private long life;
    private boolean paused;
    private int effectsUntilCrash = -1;
    private long applied;
    private long commitSeen;
    private long newestGeneration;
    private int effectsInStep;
    private @Nullable String haltReason;

    /** The log as the member believes it to be, what is not yet durable included. */
    private final List<LogRecord> written = new ArrayList<>();

    private LogPoint writtenBase = LogPoint.GENESIS;

    SimNode(SimulatedEnsemble world, int position, int id, SimDisk disk) {
        this.world = world;
        this.position = position;
        this.id = id;
        this.disk = disk;
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public SimDisk disk() {
        return disk;
    }

    @Override
    public long life() {
        return life;
    }

    boolean isUp() {
        return peer != null;
    }

    boolean isPaused() {
        return paused;
    }

    @Override
    public long applied() {
        return applied;
    }

    @Nullable
    String haltReason() {
        return haltReason;
    }

    @Override
    public ZabPeer peer() {
        ZabPeer running = peer;
        if (running == null) {
            throw new IllegalStateException("member " + id + " is down");
        }
        return running;
    }

    boolean isEstablishedLeader() {
        return peer != null && peer.role() == RoleName.LEADING && peer.phase() == Phase.BROADCAST;
    }

    @Override
    public LogRecord written(long index) {
        return written.get((int) (index - writtenBase.index() - 1));
    }

    @Override
    public LogPoint writtenEnd() {
        return written.isEmpty() ? writtenBase : written.get(written.size() - 1).point();
    }

    @Override
    public LogPoint writtenBase() {
        return writtenBase;
    }

    // Life.

    void start() {
        life++;
        newestGeneration = 0;
        haltReason = null;
        applied = disk.snapshot().index();
        commitSeen = applied;
        readDisk();
        disk.mount(this::deliver, () -> world.diskChanged(this));
        peer = world.newPeer(this, applied);
        world.trace(this, "start " + disk.image());
        guarded(() -> peer().start(this));
        world.network().dialAll(position);
    }

    private void readDisk() {
        written.clear();
        written.addAll(disk.records());
        writtenBase = disk.base();
    }

    void crash(boolean noticed) {
        if (peer == null) {
            return;
        }
        world.trace(this, "crash");
        world.died(this);
        peer = null;
        life++;
        paused = false;
        backlog.clear();
        effectsUntilCrash = -1;
        disk.cutPower();
        world.network().processGone(position, noticed);
    }

    void crashAfterEffects(int effects) {
        effectsUntilCrash = effects;
    }

    void pause() {
        paused = true;
    }

    void resume() {
        if (!paused) {
            return;
        }
        paused = false;
        List<Event> late = new ArrayList<>(backlog);
        backlog.clear();
        if (peer != null && !late.isEmpty()) {
            world.trace(this, "resume with " + late.size());
            guarded(() -> peer().step(late, this));
        }
    }

    // Events.

    void deliver(Event event) {
        if (peer == null) {
            return;
        }
        if (event instanceof StorageCompletion.Settled) {
            readDisk();
        }
        if (event instanceof StorageCompletion c && c.generation() < newestGeneration) {
            world.count(Rare.STALE_COMPLETION);
        }
        if (paused) {
            backlog.add(event);
            return;
        }
        world.happened(this, event);
        guarded(() -> peer().step(event, this));
    }

    private void guarded(Runnable step) {
        effectsInStep = 0;
        try {
            step.run();
        } catch (Crash crash) {
            world.count(Rare.CRASH_BETWEEN_EFFECTS);
            crash(true);
            return;
        }
        ZabPeer running = peer;
        if (running == null) {
            return;
        }
        if (running.role() == RoleName.HALTED) {
            world.halted(this);
            return;
        }
        noteCommits(running);
        world.checkAfter(this);
    }

    /** What a leader tells others is fixed before they can know, even if it dies right after. */
    private void noteCommits(ZabPeer running) {
        if (isEstablishedLeader() && running.commitIndex() > commitSeen) {
            commitSeen = running.commitIndex();
            world.leaderCommitted(this, commitSeen);
        }
    }

    // Effects.

    private void boundary(int kind, long detail) {
        if (effectsUntilCrash >= 0 && effectsUntilCrash-- == 0) {
            throw new Crash();
        }
        effectsInStep++;
        world.mixTrace(((long) kind << 56) ^ (detail << 8) ^ effectsInStep);
    }

    @Override
    public void send(long connection, Message message) {
        boundary(1, connection * 31 + message.getClass().getSimpleName().hashCode());
        noteCommits(peer());
        world.sending(this, message);
        world.network().send(position, connection, message);
    }

    @Override
    public void sendHistory(long connection, long epoch, long from, long to) {
        boundary(2, from * 31 + to);
        world.sendingHistory(this, from, to);
        send(connection, new Message.Propose(epoch, disk.read(from, to), 0, 0));
    }

    @Override
    public void sendSnapshot(long connection, long epoch, LogPoint point) {
        boundary(3, point.index());
        world.count(Rare.SYNC_BY_SNAP);
        send(connection, new Message.Snapshot(epoch, point));
    }

    @Override
    public void close(long connection, String reason) {
        boundary(4, connection);
        world.trace(this, "  close " + connection + " (" + reason + ")");
        if (reason.startsWith("protocol error")) {
            throw world.protocolError(this, reason);
        }
        world.network().close(position, connection);
    }

    @Override
    public void settle(long generation) {
        boundary(5, generation);
        newestGeneration = generation;
        disk.settle(generation);
    }

    @Override
    public void append(long generation, RecordBatch records) {
        boundary(6, records.last().hash());
        for (int i = 0; i < records.size(); i++) {
            written.add(records.get(i));
        }
        world.trace(this, "  append " + records);
        if (peer().role() == RoleName.LEADING) {
            world.proposed(this, records);
        }
        disk.append(generation, records);
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        boundary(7, lastIndex);
        world.count(Rare.SYNC_BY_TRUNC);
        world.trace(this, "  truncate after " + lastIndex);
        written.subList((int) (lastIndex - writtenBase.index()), written.size()).clear();
        disk.truncate(generation, lastIndex);
    }

    @Override
    public void installSnapshot(long generation, LogPoint point) {
        boundary(8, point.hash());
        world.trace(this, "  install snapshot " + point);
        written.clear();
        writtenBase = point;
        disk.installSnapshot(generation, point, world.committed().rosterAt(point.index()), () -> {
            applied = point.index();
            world.restored(this, applied);
        });
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        boundary(9, promise.epoch());
        world.trace(this, "  promise " + promise);
        disk.persistPromise(generation, promise);
    }

    @Override
    public void apply(long from, long through) {
        boundary(10, through);
        world.trace(this, "  apply " + (from + 1) + ".." + through);
        world.applying(this, from, through);
        applied = through;
        world.applied(this, from, through);
    }

    @Override
    public void proposed(long ticket, long firstIndex) {
        world.clients().proposed(this, ticket, firstIndex);
    }

    @Override
    public void refused(long ticket) {
        world.clients().refused(ticket);
    }

    @Override
    public void roundConfirmed(long ticket, long readIndex) {
        boundary(11, ticket);
        world.clients().roundConfirmed(ticket, readIndex);
    }

    @Override
    public void roundFailed(long ticket) {
        world.clients().roundFailed(ticket);
    }

    @Override
    public void roleChanged(RoleName role, Phase phase, long epoch, int leader) {
        boundary(12, epoch * 31 + leader);
        world.trace(this, "  " + role + " " + phase + " epoch " + epoch + " leader " + leader);
        world.roleChanged(this, role, phase);
    }

    @Override
    public void handedOver(int successor) {
        boundary(13, successor);
        world.trace(this, "  handed over to " + successor);
        world.count(successor == 0 ? Rare.HAND_OVER_GIVEN_UP : Rare.HANDED_OVER);
    }

    @Override
    public void halt(String reason) {
        haltReason = reason;
        world.trace(this, "  halt: " + reason);
    }

    /** Takes a snapshot of the applied state and drops the log up to an older index. */
    void takeSnapshot(long baseIndex) {
        if (disk.isBusy()
                || applied > disk.end().index()
                || applied <= disk.snapshot().index()) {
            return;
        }
        long base = Math.max(disk.base().index(), Math.min(baseIndex, applied));
        disk.compact(applied, base);
        written.subList(0, (int) (base - writtenBase.index())).clear();
        writtenBase = disk.base();
        deliver(new Event.SnapshotTaken(disk.snapshot(), disk.base()));
    }
}
