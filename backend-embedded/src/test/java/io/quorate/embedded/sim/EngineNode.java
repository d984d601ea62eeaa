package io.quorate.embedded.sim;

import io.quorate.embedded.log.RecoveryReport;
import io.quorate.embedded.log.SimulatedDisk;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.member.MemberSettings;
import io.quorate.embedded.member.RecordedImage;
import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.member.SimulatedMembers;
import io.quorate.embedded.member.SteppedStore;
import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.ZabPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One simulated member of the full engine: the real runtime, state and storage on a simulated disk, network and clock. */
final class EngineNode implements ObservedMember {

    /** The process dies between two effects. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1L;

        Death() {
            super(null, null, false, false);
        }
    }

    private record Shelved(SimulatedDisk disk, RecordedImage image) {}

    private static final long RUN_DELAY = 30;
    private static final int RUNS_AT_ONCE = 4;

    private final EngineWorld world;
    private final int position;
    private RecordedImage image = new RecordedImage();
    private final DurableImage observedImage = new Image();
    private final List<LogRecord> written = new ArrayList<>();
    private final SimClock clock;
    private SimulatedDisk disk = new SimulatedDisk();

    /** Disks that were in use, with what must be on them. */
    private final List<Shelved> shelf = new ArrayList<>();

    private SteppedStore.@Nullable Interrupted interrupted;
    private LogPoint writtenBase = LogPoint.GENESIS;
    private @Nullable Member member;
    private @Nullable SteppedStore store;
    private EngineNetwork.@Nullable Endpoint endpoint;
    private @Nullable StateMachine state;
    private LogPoint installed = LogPoint.GENESIS;
    private boolean recovered;
    private boolean rotten;
    private boolean failing;
    private boolean mayHalt;
    private boolean healed;
    private boolean diskMayFail;
    private long life;
    private boolean paused;
    private boolean runPlanned;
    private long applied;
    private long commitSeen;
    private long establishedEpoch;
    private long servingVersion;
    private RoleName role = RoleName.LOOKING;
    private int effectsUntilDeath = -1;

    EngineNode(EngineWorld world, int position, SimClock clock) {
        this.world = world;
        this.position = position;
        this.clock = clock;
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public int id() {
        return position + 1;
    }

    @Override
    public long life() {
        return life;
    }

    boolean isUp() {
        return member != null;
    }

    boolean isPaused() {
        return paused;
    }

    Member member() {
        Member present = member;
        if (present == null) {
            throw new IllegalStateException("member " + id() + " is down");
        }
        return present;
    }

    private SteppedStore store() {
        SteppedStore present = store;
        if (present == null) {
            throw new IllegalStateException("member " + id() + " is down");
        }
        return present;
    }

    @Override
    public ZabPeer peer() {
        return SimulatedMembers.peer(member());
    }

    boolean hasPeer() {
        Member present = member;
        return present != null && (present.life() == Life.RUNNING || present.life() == Life.STOPPING);
    }

    @Override
    public long applied() {
        return applied;
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

    @Override
    public DurableImage disk() {
        return observedImage;
    }

    /** The disk as it is now. */
    SimulatedDisk files() {
        return disk;
    }

    boolean isEstablishedLeader() {
        return hasPeer() && peer().role() == RoleName.LEADING && peer().phase() == Phase.BROADCAST;
    }

    private final class Image implements DurableImage {
        @Override
        public EpochPromise promise() {
            return image.promise();
        }

        @Override
        public long disk() {
            return image.disk();
        }

        @Override
        public LogPoint base() {
            return image.base();
        }

        @Override
        public LogPoint snapshot() {
            return image.snapshot();
        }

        @Override
        public LogPoint end() {
            return image.end();
        }

        @Override
        public List<LogRecord> records() {
            return image.records();
        }

        @Override
        public LogRecord record(long index) {
            return image.record(index);
        }

        @Override
        public long hashAt(long index) {
            return image.hashAt(index);
        }
    }

    // Life.

    void start() {
        life++;
        state = null;
        applied = 0;
        commitSeen = 0;
        establishedEpoch = 0;
        role = RoleName.LOOKING;
        mayHalt = false;
        diskMayFail = world.storageMayFail() && !healed;
        world.trace(this, "start");
        disk.failForceWhen(this::failsNow);
        disk.lieInForceWhen(this::liesNow);
        disk.limitTo(Long.MAX_VALUE / 4);
        if (world.flaw() == RuntimeFlaw.FILE_LEFT_OPEN) {
            disk.leaveFilesOpen();
        }
        SteppedStore opened = new SteppedStore(
                world.directory(),
                disk,
                id(),
                clock::nanos,
                EngineWorld.SLOW_DISK_NANOS,
                world::nextIncarnation,
                image,
                interrupted,
                new Surroundings(life));
        recovered = false;
        store = opened;
        MemberSettings settings = world.settings(this, clock);
        EngineNetwork.Endpoint way = world.network().endpoint(position);
        endpoint = way;
        member = SimulatedMembers.start(settings, way, opened, this::planRun);
        servingVersion = member.servingVersion();
        world.membersChanged();
    }

    private boolean failsNow() {
        boolean fails = failing && world.flaw() != RuntimeFlaw.FAILED_FORCE_IGNORED;
        failing = failing && !fails;
        return fails;
    }

    private boolean liesNow() {
        boolean lies = failing && world.flaw() == RuntimeFlaw.FAILED_FORCE_IGNORED;
        failing = failing && !lies;
        return lies;
    }

    /** The process dies; with the power, or leaving to the operating system what it wrote. */
    void die(boolean powerCut, boolean noticed) {
        Member dying = member;
        if (dying == null) {
            return;
        }
        world.died(this, powerCut, store().isBusy(), store().isRewriting(), state == null);
        member = null;
        life++;
        paused = false;
        effectsUntilDeath = -1;
        SteppedStore.Interrupted now =
                store().cutPower(powerCut ? world.random().below(14) : 1_000);
        // A recovery that did not end leaves open what the life before it had begun.
        interrupted = recovered ? now : interrupted;
        disk = powerCut ? disk.afterPowerCut(world.random().next()) : disk.afterProcessDeath();
        if (endpoint != null) {
            world.network().processGone(endpoint, noticed);
        }
        dying.kill();
        world.membersChanged();
    }

    /** The member has stopped or halted by itself. */
    private void ended(boolean halted) {
        SteppedStore ending = store();
        SimulatedDisk released = disk;
        if (halted) {
            die(false, true);
            released.failForceWhen(() -> false);
            ending.giveUp();
            world.checkReleased(this, released);
            world.struckDown(this);
            return;
        }
        world.trace(this, "stopped");
        world.checkReleased(this, released);
        member = null;
        life++;
        paused = false;
        // A storage that fails while its member stops leaves what one that fails before does.
        interrupted = recovered ? ending.left() : interrupted;
        disk = disk.afterProcessDeath();
        world.membersChanged();
        world.stopped(this);
    }

    /** Whether nothing of any session is left at this member. */
    boolean servesNobody() {
        return member == null
                || (member.servedSessions() == 0 && member.watches().size() == 0);
    }

    void dieAfterEffects(int effects) {
        effectsUntilDeath = effects;
    }

    void stop() {
        step("stop", () -> {
            member().stop();
            return member().runOnce();
        });
        planRun();
    }

    void pause() {
        paused = true;
    }

    void resume() {
        if (paused) {
            paused = false;
            planRun();
        }
    }

    // Events.

    void planRun() {
        if (!runPlanned && member != null) {
            runPlanned = true;
            world.timeline().after(RUN_DELAY + world.unseeded(), () -> {
                runPlanned = false;
                run();
            });
        }
    }

    private void run() {
        if (member == null || paused) {
            return;
        }
        long mine = life;
        for (int i = 0; i < RUNS_AT_ONCE && mine == life && member != null; i++) {
            if (!step("run", this::runMember)) {
                return;
            }
        }
        planRun();
    }

    private boolean runMember() {
        boolean worked = member().runOnce();
        return member().runInBackground() || worked;
    }

    void tick() {
        if (member != null && !paused) {
            step("tick", () -> {
                store().idle();
                member().tick();
                return true;
            });
            if (member != null && SimulatedMembers.standsAside(member)) {
                world.count(member.isServing() ? Sometimes.STOOD_ASIDE_AND_WAS_NEEDED : Sometimes.STOOD_ASIDE);
            }
            planRun();
        }
    }

    private boolean step(String what, BooleanSupplier action) {
        boolean worked;
        try {
            worked = action.getAsBoolean();
        } catch (Death death) {
            world.count(Sometimes.POWER_CUT_BETWEEN_EFFECTS);
            observeDying();
            die(true, true);
            world.struckDown(this);
            return true;
        }
        if (worked && member != null) {
            world.happened(this, what);
            observe();
        }
        return worked;
    }

    /** What a member has done before it dies may have been told already. */
    private void observeDying() {
        if (hasPeer()) {
            noteCommits();
            observeState(member());
        }
    }

    /** The same for one that halts by itself. Its protocol is over, so that what it committed shows in what it has applied only. */
    private void observeHalting(Member halted) {
        if (establishedEpoch != 0 && halted.applied() > commitSeen) {
            commitSeen = halted.applied();
            world.leaderCommitted(this, commitSeen, establishedEpoch);
        }
        world.appliedBeforeHalting(halted.applied());
    }

    private void observe() {
        Member running = member();
        world.throwPending();
        if (running.life() == Life.HALTED) {
            boolean replaced = world.halted(this, mayHalt, String.valueOf(running.failure()));
            observeHalting(running);
            ended(true);
            if (replaced) {
                world.replaced(this);
            }
            return;
        }
        if (running.life() == Life.STOPPED) {
            ended(false);
            return;
        }
        if (running.servingVersion() != servingVersion) {
            servingVersion = running.servingVersion();
            world.membersChanged();
        }
        if (!hasPeer() || running.life() == Life.CLOSING) {
            return;
        }
        observeRole();
        noteCommits();
        observeState(running);
        world.checkAfter(this);
    }

    private void observeRole() {
        RoleName now = peer().role();
        if (role == RoleName.LEADING && now != RoleName.LEADING && establishedEpoch != 0) {
            world.count(Sometimes.LEADER_STEPPED_DOWN);
            establishedEpoch = 0;
        }
        role = now;
        if (isEstablishedLeader() && establishedEpoch != peer().epoch()) {
            establishedEpoch = peer().epoch();
            world.established(this);
        }
    }

    /** What a leader tells others is fixed before they can know, even if it dies right after. */
    private void noteCommits() {
        if (isEstablishedLeader() && peer().commitIndex() > commitSeen) {
            commitSeen = peer().commitIndex();
            world.leaderCommitted(this, commitSeen, peer().epoch());
        }
    }

    private void observeState(Member running) {
        if (running.state() != state) {
            state = running.state();
            applied = installed.index();
            world.restored(this, applied);
        }
        long now = running.applied();
        if (now > applied) {
            world.applying(this, applied, now);
            applied = now;
        }
        world.checkDigest(this, running);
    }

    /** A message is about to leave. */
    void sending(PeerMessage message) {
        onEffect(1, message.getClass().getSimpleName().hashCode());
        if (hasPeer()) {
            noteCommits();
        }
    }

    private void onEffect(int kind, long detail) {
        if (effectsUntilDeath >= 0 && effectsUntilDeath-- == 0) {
            throw new Death();
        }
        world.mixTrace(((long) kind << 56) ^ (detail << 8) ^ position);
    }

    /** What the storage asks and tells. */
    private final class Surroundings implements SteppedStore.Surroundings {
        private final long ofLife;

        Surroundings(long ofLife) {
            this.ofLife = ofLife;
        }

        @Override
        public void later(Runnable end) {
            world.timeline().after(world.pace().fsyncTime(), () -> {
                if (life == ofLife) {
                    end.run();
                    world.throwPending();
                }
            });
        }

        @Override
        public void onEffect(int kind, long detail) {
            EngineNode.this.onEffect(kind, detail);
        }

        @Override
        public void onAppend(RecordBatch records) {
            for (int i = 0; i < records.size(); i++) {
                written.add(records.get(i));
            }
            world.trace(EngineNode.this, "  append " + records);
            if (peer().role() == RoleName.LEADING) {
                world.proposed(EngineNode.this, records);
            }
        }

        @Override
        public void onTruncate(long lastIndex) {
            world.count(Sometimes.SYNC_BY_TRUNC);
            world.trace(EngineNode.this, "  truncate after " + lastIndex);
            world.rewriting(EngineNode.this);
            written.subList((int) (lastIndex - writtenBase.index()), written.size())
                    .clear();
        }

        @Override
        public void onInstall(LogPoint point) {
            world.count(Sometimes.SYNC_BY_SNAP);
            world.trace(EngineNode.this, "  install snapshot " + point);
            world.rewriting(EngineNode.this);
            written.clear();
            writtenBase = point;
            installed = point;
        }

        @Override
        public void onKeepSnapshot(LogPoint point, long digest) {
            world.count(Sometimes.SNAPSHOT_KEPT);
            world.trace(EngineNode.this, "  keep snapshot " + point);
            world.checkSnapshot(EngineNode.this, point, digest);
            world.rewriting(EngineNode.this);
        }

        @Override
        public void onDiskChanged() {
            world.diskChanged(EngineNode.this);
        }

        @Override
        public void onRecovered(RecoveryReport report, LogPoint snapshot, List<LogRecord> after) {
            written.clear();
            written.addAll(after);
            writtenBase = snapshot;
            installed = snapshot;
            world.trace(
                    EngineNode.this,
                    "  recovered " + report.outcome() + " snapshot " + snapshot + " to " + writtenEnd());
            world.recovered(EngineNode.this, report.outcome(), snapshot, rotten);
            recovered = true;
            interrupted = null;
            rotten = false;
        }

        @Override
        public StateMachine blank() {
            return world.machine().blank();
        }

        @Override
        public void onFull() {
            world.trace(EngineNode.this, "  waits for room");
            world.count(Sometimes.WAITED_FOR_ROOM);
        }

        @Override
        public void onFailure(Throwable cause) {
            world.trace(EngineNode.this, "  storage failed: " + cause);
            mayHalt = mayHalt || diskMayFail;
        }

        @Override
        public RuntimeException lost(String what) {
            PropertyViolated violation =
                    new PropertyViolated("DurableSurvives", "member " + id() + " had acknowledged " + what);
            world.violated(violation);
            return violation;
        }

        @Override
        public boolean isViolation(Throwable cause) {
            return cause instanceof PropertyViolated;
        }

        @Override
        public boolean has(RuntimeFlaw flaw) {
            return world.flaw() == flaw;
        }
    }

    // Disk faults.

    void failNextForce() {
        failing = true;
    }

    void fillDisk(long room) {
        disk.limitTo(disk.used() + room);
    }

    void makeRoom() {
        disk.limitTo(Long.MAX_VALUE / 4);
    }

    /** The disk has less free space than the reserve, or has enough again. */
    void spaceLow(boolean low) {
        disk.limitTo(low ? disk.used() + EngineWorld.RESERVE / 2 : Long.MAX_VALUE / 4);
    }

    void holdDisk() {
        if (store != null) {
            store.hold();
        }
    }

    void releaseDisk() {
        failing = false;
        makeRoom();
        spaceLow(false);
        if (store != null && member != null) {
            store.resume();
        }
    }

    /** The disk fails no more: the present life may still find out that it did, and no later one may halt. */
    void healDisk() {
        healed = true;
        releaseDisk();
    }

    /** Whether its storage has nothing to do. */
    boolean isSettled() {
        return store != null && !store.isBusy();
    }

    boolean isForgetful() {
        return rotten || !image.promise().voter() || world.isInDoubt(this) || newerDisk() >= 0;
    }

    /** The disk of a member that is down is replaced by an empty one. */
    void replaceDisk() {
        shelve();
        disk = new SimulatedDisk();
        rotten = true;
        interrupted = null;
    }

    /** How many disks this member has had that may come back. */
    int shelved() {
        return shelf.size();
    }

    /** A member that is down gets a disk back that it had before; the present one is kept for {@link #putBack}. */
    void exchangeDisk(int which) {
        Shelved old = shelf.remove(which);
        shelve();
        disk = old.disk();
        image = old.image();
        rotten = false;
        interrupted = null;
        world.exchanged(this);
    }

    /** Keeps the disk, unless it is not known what it must hold, because it changed or was changing, or nothing was ever kept on it. */
    private void shelve() {
        if (!rotten && interrupted == null && image.disk() != 0) {
            shelf.add(new Shelved(disk, image.copy()));
        }
    }

    /** The newest disk comes back, or an empty one if the present one is newer than all that are known. */
    void putBack() {
        int newer = newerDisk();
        if (newer >= 0) {
            exchangeDisk(newer);
        } else {
            replaceDisk();
        }
    }

    /** Which of the disks that may come back is the newest, if it is newer than the present one; -1 if not. What it says may overrule the present one. */
    private int newerDisk() {
        int newest = -1;
        long number = image.disk();
        for (int i = 0; i < shelf.size(); i++) {
            if (shelf.get(i).image().disk() > number) {
                newest = i;
                number = shelf.get(i).image().disk();
            }
        }
        return newest;
    }

    /** Bits change on the disk of a member that is down; returns whether there was anything to change. */
    boolean rot() {
        List<String> files = disk.list();
        if (files.isEmpty()) {
            return false;
        }
        String file = files.get(world.random().below(files.size()));
        int length = disk.content(file).length;
        if (length == 0) {
            return false;
        }
        disk.flip(file, world.random().below(length), 1 << world.random().below(8));
        rotten = true;
        return true;
    }

    String describe() {
        String now = hasPeer()
                ? peer().role() + "/" + peer().phase() + " epoch=" + peer().epoch() + " leader=" + peer().leader()
                        + " commit=" + peer().commitIndex() + " serving=" + member().isServing()
                : member == null ? "DOWN" : "RECOVERING";
        return id() + " " + now + " accepted=" + image.promise() + " durable=" + image.end() + " applied=" + applied
                + (paused ? " paused" : "");
    }
}
