package io.quorate.embedded.sim;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.LogLimits;
import io.quorate.embedded.log.RecoveryReport;
import io.quorate.embedded.log.SimulatedDisk;
import io.quorate.embedded.member.EnsembleDirectory;
import io.quorate.embedded.member.EnsembleDisks;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.member.MemberSettings;
import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.PlantedMachine;
import io.quorate.embedded.tree.TreeLimits;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.ZabConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An ensemble of the full engine with its clients under virtual time, and every property checked after every event. */
final class EngineWorld {

    static final UUID CLUSTER = new UUID(7, 11);
    static final long TICK = 10_000;

    private static final int SNAPSHOTS_KEPT = 2;

    /** Free space that members keep, if they keep any. */
    static final long RESERVE = 24_000;

    /** A leader leaves its seat when its disk takes three times as long. */
    static final long SLOW_DISK_NANOS = 120_000_000;

    private static final TreeLimits TREE_LIMITS = new TreeLimits(
            TreeLimits.DEFAULT.dataBytes(),
            TreeLimits.DEFAULT.commitSize(),
            TreeLimits.DEFAULT.txnBytes(),
            TreeLimits.DEFAULT.children(),
            TreeLimits.DEFAULT.nodes(),
            TreeLimits.DEFAULT.totalBytes(),
            TreeLimits.DEFAULT.sessions(),
            TreeLimits.DEFAULT.ephemerals(),
            TreeLimits.DEFAULT.ephemeralPathBytes(),
            1024);

    private final Timeline timeline = new Timeline();
    private final SimRandom random;
    private final Pace pace;
    private final SimulatedEnsemble.Times times;
    private final int snapshotRecords;
    private final RuntimeFlaw flaw;
    private final EnsembleDirectory directory;
    private final EngineNode[] nodes;
    private final EngineNetwork network;
    private final List<ClientProcess> processes = new ArrayList<>();
    private final CommittedHistory committed = new CommittedHistory();
    private final Oracle oracle = new Oracle();
    private final Sightings<Sometimes> sometimes = new Sightings<>(Sometimes.class);
    private final Property[] properties;
    private List<Member> members = List.of();
    private @Nullable Consumer<String> tracer;
    private @Nullable PropertyViolated pending;
    private Consumer<EngineNode> onStopped = node -> {};
    private Consumer<EngineNode> onStruckDown = node -> {};
    private Consumer<EngineNode> onRewriting = node -> {};
    private boolean storageMayFail;
    private long reserveBytes;
    private TreeLimits limits = TREE_LIMITS;
    private PlantedMachine machine = PlantedMachine.SOUND;
    private long incarnation = 100;
    private long appliedAnywhere;
    private long events;
    private long clientEvents;
    private long traceHash;

    EngineWorld(
            int members,
            SimulatedEnsemble.Times times,
            int snapshotRecords,
            Pace pace,
            SimRandom random,
            double drift,
            RuntimeFlaw flaw) {
        this.times = times;
        this.snapshotRecords = snapshotRecords;
        this.pace = pace;
        this.random = random;
        this.flaw = flaw;
        this.directory = new EnsembleDirectory(new Disks(), members, () -> CLUSTER);
        this.nodes = new EngineNode[members];
        for (int i = 0; i < members; i++) {
            nodes[i] = new EngineNode(this, i, newClock(drift));
        }
        MessageMutation mutation = new MessageMutation(flaw, random);
        this.network = new EngineNetwork(
                timeline, pace, members, this::sending, () -> count(Sometimes.CONNECTION_REPLACED), mutation);
        Holders holders = new Holders(committed, nodes);
        this.properties = new Property[] {
            new OneLeaderPerEpoch(),
            new TotalOrder(committed),
            new AppliedIsDurable(),
            new Integrity(),
            new LocalPrimaryOrder(members),
            new GlobalPrimaryOrder(members),
            new GaplessHistory(members),
            new PrimaryIntegrity(committed),
            new Durability(committed, holders, members),
            new CommittedByQuorum(holders, members),
            new EpochsOnDisk(members),
            new SnapshotIsCommitted(committed),
            new AcknowledgedIsDurable(),
            new AmnesiacSilence(),
            new CommitsByOwnEpoch(),
            new ProposalsInBroadcast(),
        };
    }

    /** The members' disks, and the directory that they have in common, which stays as it is. */
    private final class Disks implements EnsembleDisks {

        private final SimulatedDisk common = new SimulatedDisk();

        @Override
        public Disk ensemble() {
            return common;
        }

        @Override
        public Disk member(int id) {
            return nodes[id - 1].files();
        }

        @Override
        public LogLimits limits() {
            return new LogLimits(16_384, 4_096, 65_536, SNAPSHOTS_KEPT, reserveBytes);
        }
    }

    /** A clock that is wrong by any offset, and by a rate of at most {@code drift}. */
    SimClock newClock(double drift) {
        double spread = flaw == RuntimeFlaw.CLOCKS_TOO_DIFFERENT ? 0.2 : drift;
        double rate = 1 + spread * (random.below(2001) - 1000) / 1000;
        return new SimClock(timeline, random.between(0, 1L << 40), rate);
    }

    MemberSettings settings(EngineNode node, SimClock clock) {
        List<Integer> ids = IntStream.rangeClosed(1, nodes.length).boxed().toList();
        ZabConfig zab = new ZabConfig(
                node.id(),
                node.life(),
                ids,
                times.heartbeat(),
                times.election(),
                times.sync(),
                times.finalizeWait(),
                times.stall(),
                4096);
        return new MemberSettings(
                zab,
                limits,
                snapshotRecords,
                1 << 20,
                TICK * 1_000,
                flaw == RuntimeFlaw.CLOCKS_STAND_STILL ? () -> 0 : clock::nanos,
                clock::wallMillis);
    }

    Timeline timeline() {
        return timeline;
    }

    SimRandom random() {
        return random;
    }

    Pace pace() {
        return pace;
    }

    EngineNetwork network() {
        return network;
    }

    EngineNode[] nodes() {
        return nodes;
    }

    Oracle oracle() {
        return oracle;
    }

    /** Begins a process of clients that nothing has happened to. */
    ClientProcess newProcess(int number, SimClock clock, long laneDelay, ClientProcess.Resident resident) {
        ClientProcess process = new ClientProcess(this, number, clock, laneDelay, resident);
        processes.add(process);
        return process;
    }

    /** The processes that can be hurt. */
    List<ClientProcess> processes() {
        return processes;
    }

    Sightings<Sometimes> sometimes() {
        return sometimes;
    }

    /** 0; another number each time if that mistake is planted. */
    long unseeded() {
        return flaw == RuntimeFlaw.CHOICE_WITHOUT_SEED ? System.nanoTime() & 1 : 0;
    }

    RuntimeFlaw flaw() {
        return flaw;
    }

    long nextIncarnation() {
        return ++incarnation;
    }

    long events() {
        return events;
    }

    /** How many of the events were of clients. */
    long clientEvents() {
        return clientEvents;
    }

    long traceHash() {
        return traceHash;
    }

    /** The last index that any member has applied. */
    long appliedAnywhere() {
        return appliedAnywhere;
    }

    void count(Sometimes event) {
        sometimes.add(event);
    }

    void onStopped(Consumer<EngineNode> listener) {
        onStopped = listener;
    }

    void onStruckDown(Consumer<EngineNode> listener) {
        onStruckDown = listener;
    }

    void onRewriting(Consumer<EngineNode> listener) {
        onRewriting = listener;
    }

    /** A member is about to replace a part of what is on its disk. */
    void rewriting(EngineNode node) {
        onRewriting.accept(node);
    }

    EnsembleDirectory directory() {
        return directory;
    }

    /** Free space that members keep for themselves; to be set before they start. */
    void reserve(long bytes) {
        reserveBytes = bytes;
    }

    TreeLimits limits() {
        return limits;
    }

    /** What the state may grow to; to be set before members start. */
    void limit(TreeLimits newLimits) {
        limits = newLimits;
    }

    /** The state of members that begin without a snapshot; to be set before they start. */
    void plant(PlantedMachine newMachine) {
        machine = newMachine;
    }

    PlantedMachine machine() {
        return machine;
    }

    void letStorageFail() {
        storageMayFail = true;
    }

    boolean storageMayFail() {
        return storageMayFail;
    }

    // The trace.

    void trace(Consumer<String> newTracer) {
        tracer = newTracer;
    }

    boolean isTracing() {
        return tracer != null;
    }

    void trace(EngineNode node, String line) {
        if (tracer != null) {
            tracer.accept(String.format("%9d %d %s", timeline.now(), node.id(), line));
        }
    }

    void trace(String who, String line) {
        if (tracer != null) {
            tracer.accept(String.format("%9d %s %s", timeline.now(), who, line));
        }
    }

    void mixTrace(long value) {
        traceHash = SimRandom.mix(traceHash ^ value) + 0x9E3779B97F4A7C15L;
    }

    void happened(EngineNode node, String what) {
        events++;
        mixTrace(timeline.now() * 64 + node.id());
        if (tracer != null && !what.equals("tick")) {
            trace(node, what + " applied=" + node.member().applied());
        }
    }

    void happenedAt(ClientProcess client) {
        events++;
        clientEvents++;
        mixTrace(timeline.now() * 64 + 32 + client.number());
    }

    // Violations.

    /** Notes the first thing that does not hold, for whoever it is thrown through may swallow it. */
    void violated(PropertyViolated violation) {
        if (pending == null) {
            pending = violation;
        }
    }

    void throwPending() {
        PropertyViolated violation = pending;
        if (violation != null) {
            throw violation;
        }
    }

    private void checkAll(Consumer<Property> check) {
        try {
            for (Property property : properties) {
                check.accept(property);
            }
        } catch (PropertyViolated violation) {
            violated(violation);
            throw violation;
        }
    }

    private void require(boolean holds, String property, Supplier<String> detail) {
        if (!holds) {
            PropertyViolated violation = new PropertyViolated(property, detail.get());
            violated(violation);
            throw violation;
        }
    }

    // What members report.

    void membersChanged() {
        List<Member> present = new ArrayList<>();
        for (EngineNode node : nodes) {
            if (node.isUp()) {
                present.add(node.member());
            }
        }
        members = List.copyOf(present);
        processes.forEach(ClientProcess::planRun);
    }

    List<Member> members() {
        return members;
    }

    private void sending(int position, PeerMessage message) {
        EngineNode node = nodes[position];
        node.sending(message);
        if (message instanceof PeerMessage.Protocol protocol) {
            Message m = protocol.message();
            if (m instanceof Message.Diff) {
                count(Sometimes.SYNC_BY_DIFF);
            } else if (m instanceof Message.Admitted) {
                count(Sometimes.MEMBER_ADMITTED_AGAIN);
            }
            if (tracer != null) {
                trace(node, "  send " + m);
            }
            checkAll(property -> property.onSend(node, m));
        } else if (tracer != null) {
            trace(node, "  send " + message.getClass().getSimpleName());
        }
    }

    void proposed(EngineNode leader, RecordBatch records) {
        checkAll(property -> property.onProposed(leader, records));
    }

    void diskChanged(EngineNode node) {
        checkAll(property -> property.onDiskChanged(node));
    }

    void established(EngineNode node) {
        count(Sometimes.LEADER_ESTABLISHED);
        for (EngineNode other : nodes) {
            if (other != node && other.isEstablishedLeader()) {
                count(Sometimes.TWO_LEADERS_AT_ONCE);
            }
        }
        checkAll(property -> property.onEstablished(node));
    }

    void leaderCommitted(EngineNode leader, long index, long epoch) {
        long last = committed.lastIndex();
        long common = Math.min(index, last);
        if (common > leader.writtenBase().index()) {
            require(
                    leader.written(common).hash() == committed.hashAt(common),
                    "TotalOrder",
                    () -> "member " + leader.id() + " commits another history at " + common);
        }
        for (long i = last + 1; i <= index; i++) {
            LogRecord record = leader.written(i);
            if (record.epoch() < epoch) {
                count(Sometimes.UNCOMMITTED_RECORD_SURVIVED);
            }
            committed.add(record, epoch);
            commit(record);
        }
        // The protocol of a leader that has just halted has nothing to be looked at.
        if (index > last && leader.hasPeer()) {
            checkAll(property -> property.onCommitted(leader, committed.at(index)));
        }
    }

    private void commit(LogRecord record) {
        try {
            Txn txn = oracle.apply(record);
            mixTrace(oracle.digestAt(record.index()));
            if (tracer != null) {
                trace("*", "commit " + record.index() + " " + txn);
            }
            if (txn instanceof Txn.CloseSession close && close.expired()) {
                count(Sometimes.EXPIRY_COMMITTED);
                processes.forEach(process -> process.expired(close.session(), record.index()));
            }
        } catch (PropertyViolated violation) {
            violated(violation);
            throw violation;
        }
    }

    void applying(EngineNode node, long from, long through) {
        checkAll(property -> property.onApply(node, from, through));
        appliedAnywhere = Math.max(appliedAnywhere, through);
    }

    /** What a member applied before it halted may have been told. */
    void appliedBeforeHalting(long through) {
        appliedAnywhere = Math.max(appliedAnywhere, through);
    }

    void restored(EngineNode node, long index) {
        require(
                index <= committed.lastIndex(),
                "SnapshotIsCommitted",
                () -> "member " + node.id() + " restores a state at " + index + ", committed is "
                        + committed.lastIndex());
        if (index > 0) {
            count(Sometimes.SNAPSHOT_RECOVERED);
        }
        checkAll(property -> property.onRestored(node, index));
    }

    /** I11, and with it N14: the state of each member is that of the reference at the same index. */
    void checkDigest(EngineNode node, Member member) {
        require(
                member.state().digest() == oracle.digestAt(member.applied()),
                "StateDigest",
                () -> "the state of member " + node.id() + " differs at " + member.applied());
    }

    /** I10. */
    void checkSnapshot(EngineNode node, LogPoint point, long digest) {
        require(
                point.index() <= committed.lastIndex() && point.hash() == committed.hashAt(point.index()),
                "SnapshotIsCommitted",
                () -> "member " + node.id() + " takes a snapshot at " + point);
        require(
                digest == oracle.digestAt(point.index()),
                "SnapshotDigest",
                () -> "the snapshot of member " + node.id() + " at " + point + " holds another state");
    }

    void recovered(EngineNode node, RecoveryReport.Outcome outcome, LogPoint snapshot, boolean rotten) {
        if (outcome == RecoveryReport.Outcome.REPAIRED) {
            count(Sometimes.TAIL_REPAIRED);
        } else if (outcome == RecoveryReport.Outcome.QUARANTINED) {
            require(rotten, "Recovery", () -> "member " + node.id() + " is quarantined, but its disk was not damaged");
            count(Sometimes.ROT_QUARANTINED);
        } else if (rotten && node.disk().promise().voter()) {
            count(Sometimes.ROT_HARMLESS);
        }
        if (!node.disk().promise().voter()) {
            checkAll(property -> property.onWiped(node));
            int forgetful = 0;
            for (EngineNode each : nodes) {
                forgetful += each.disk().promise().voter() ? 0 : 1;
            }
            if (forgetful > nodes.length / 2) {
                count(Sometimes.QUORUM_FORGOT);
            }
        }
        diskChanged(node);
    }

    void died(EngineNode node, boolean powerCut, boolean busy, boolean rewriting, boolean recovering) {
        trace(node, powerCut ? "power cut" : "process death");
        if (!powerCut) {
            count(Sometimes.PROCESS_DEATH);
            return;
        }
        count(Sometimes.POWER_CUT);
        if (node.isEstablishedLeader()) {
            count(Sometimes.POWER_CUT_OF_LEADER);
        }
        if (busy) {
            count(
                    recovering
                            ? Sometimes.POWER_CUT_DURING_RECOVERY
                            : rewriting
                                    ? Sometimes.POWER_CUT_DURING_TRUNCATE_OR_SNAPSHOT
                                    : Sometimes.POWER_CUT_DURING_WRITE);
        }
    }

    /** A member halted: right if its storage failed, and never otherwise. */
    void halted(EngineNode node, boolean mayHalt, String reason) {
        require(mayHalt, "NobodyHalts", () -> "member " + node.id() + " halts: " + reason);
        trace(node, "halted: " + reason);
    }

    /** N12: a member that has stopped, or halted and let its storage go, holds no file and no directory. */
    void checkReleased(EngineNode node, SimulatedDisk disk) {
        require(
                disk.openFiles() == 0 && !disk.isLocked(),
                "Resources",
                () -> "member " + node.id() + " has stopped and holds " + disk.openFiles() + " files open");
    }

    /** N12: a member keeps as many snapshots as it should, one more at most, and as many files open as it has segments. */
    void checkBounded(EngineNode node) {
        List<String> names = node.files().list();
        long snapshots = names.stream().filter(name -> name.startsWith("snap-")).count();
        long segments = names.stream().filter(name -> name.startsWith("seg-")).count();
        require(
                snapshots <= SNAPSHOTS_KEPT + 1 && node.files().openFiles() <= segments,
                "Resources",
                () -> "member " + node.id() + " has " + node.files().openFiles() + " files open of " + names);
    }

    void stopped(EngineNode node) {
        onStopped.accept(node);
    }

    /** A member has halted or died of what struck it some time ago. */
    void struckDown(EngineNode node) {
        onStruckDown.accept(node);
    }

    void checkAfter(EngineNode node) {
        checkAll(property -> property.afterEvent(node));
    }

    // What whoever runs it asks.

    /** An established leader, the one with the largest epoch; null if there is none. */
    @Nullable
    EngineNode leader() {
        EngineNode leader = null;
        for (EngineNode node : nodes) {
            if (node.isEstablishedLeader()
                    && (leader == null || node.peer().epoch() > leader.peer().epoch())) {
                leader = node;
            }
        }
        return leader;
    }

    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (EngineNode node : nodes) {
            lines.add(node.describe());
        }
        processes.forEach(process -> lines.add(process.resident().describe()));
        return lines;
    }
}
