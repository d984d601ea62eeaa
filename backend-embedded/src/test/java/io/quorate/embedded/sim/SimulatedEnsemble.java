package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Admission;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.ZabConfig;
import io.quorate.embedded.zab.ZabPeer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An ensemble under virtual time, with every property checked after every event. */
final class SimulatedEnsemble {

    static final long TICK = 10_000;

    /** Makes the protocol core of a member that starts. */
    interface PeerFactory {
        ZabPeer create(ZabConfig config, long applied);
    }

    /** The times of the protocol, in ticks. */
    record Times(int heartbeat, int election, int sync, int finalizeWait, int stall) {
        static final Times USUAL = new Times(2, 6, 20, 1, 40);
    }

    private final Timeline timeline = new Timeline();
    private final SimNode[] nodes;
    private final SimNetwork network;
    private final SimClients clients;
    private Property[] properties;
    private final CommittedHistory committed = new CommittedHistory();
    private final PeerFactory factory;
    private final Times times;
    private final Sightings<Rare> rare = new Sightings<>(Rare.class);
    private final RoleName[] roles;
    private final Phase[] phases;
    private @Nullable Consumer<String> tracer;
    private final Map<Integer, Long> admissions = new HashMap<>();
    private Consumer<SimNode> onReplaced = node -> {};
    private boolean storageMayFail;
    private long events;
    private long traceHash;

    SimulatedEnsemble(int members, Times times, Pace pace, DiskFlaw flaw, PeerFactory factory) {
        this.times = times;
        this.factory = factory;
        this.nodes = new SimNode[members];
        this.roles = new RoleName[members];
        this.phases = new Phase[members];
        for (int i = 0; i < members; i++) {
            nodes[i] = new SimNode(this, i, i + 1, new SimDisk(timeline, pace, flaw));
            roles[i] = RoleName.HALTED;
            phases[i] = Phase.ELECTION;
        }
        this.network = new SimNetwork(timeline, pace, nodes, () -> count(Rare.OLD_CONNECTION_BYTES));
        this.clients = new SimClients(this, committed, members);
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

    ZabPeer newPeer(SimNode node, long applied) {
        List<Integer> ids = IntStream.rangeClosed(1, nodes.length).boxed().toList();
        return factory.create(
                new ZabConfig(
                        node.id(),
                        node.life(),
                        ids,
                        times.heartbeat(),
                        times.election(),
                        times.sync(),
                        times.finalizeWait(),
                        times.stall(),
                        64),
                applied);
    }

    /** Starts all members and their clocks, each with its own time between ticks. */
    void start(LongSupplier tick) {
        for (SimNode node : nodes) {
            node.start();
            tickLater(node, tick.getAsLong());
        }
    }

    private void tickLater(SimNode node, long interval) {
        timeline.after(interval, () -> {
            tickLater(node, interval);
            if (node.isUp() && !node.isPaused()) {
                node.deliver(new Event.Tick());
            }
        });
    }

    void trace(Consumer<String> newTracer) {
        tracer = newTracer;
    }

    /** Checks one property only, to show that it notices a mistake by itself. */
    void checkOnly(String property) {
        properties = Arrays.stream(properties)
                .filter(p -> p.getClass().getSimpleName().equals(property))
                .toArray(Property[]::new);
        if (properties.length == 0) {
            throw new IllegalArgumentException("no such property: " + property);
        }
    }

    Timeline timeline() {
        return timeline;
    }

    SimNetwork network() {
        return network;
    }

    SimClients clients() {
        return clients;
    }

    CommittedHistory committed() {
        return committed;
    }

    SimNode[] nodes() {
        return nodes;
    }

    long events() {
        return events;
    }

    long traceHash() {
        return traceHash;
    }

    Sightings<Rare> rare() {
        return rare;
    }

    void count(Rare event) {
        rare.add(event);
    }

    /** Storage is made to fail in this run, so that members may halt for it. */
    void storageMayFail() {
        storageMayFail = true;
    }

    // What nodes report.

    void happened(SimNode node, Event event) {
        events++;
        mixTrace(timeline.now() * 64 + node.id());
        if (tracer != null) {
            trace(node, String.valueOf(event));
        }
    }

    void mixTrace(long value) {
        traceHash = SimRandom.mix(traceHash ^ value) + 0x9E3779B97F4A7C15L;
    }

    void trace(SimNode node, String line) {
        if (tracer != null) {
            tracer.accept(String.format("%9d %d %s", timeline.now(), node.id(), line));
        }
    }

    boolean isTracing() {
        return tracer != null;
    }

    void diskChanged(SimNode node) {
        for (Property property : properties) {
            property.onDiskChanged(node);
        }
    }

    void sending(SimNode node, Message message) {
        if (message instanceof Message.Diff) {
            count(Rare.SYNC_BY_DIFF);
        } else if (message instanceof Message.Admitted) {
            count(Rare.MEMBER_ADMITTED_AGAIN);
        } else if (message instanceof Message.AckEpoch m
                && !m.counted()
                && node.disk().promise().voter()) {
            count(Rare.EPOCH_NOT_COUNTED);
        }
        if (message instanceof Message.Propose m
                && m.commitIndex() == 0
                && m.records().last().index() > node.disk().end().index()) {
            count(Rare.SYNC_WITH_UNDURABLE_PROPOSALS);
        }
        if (tracer != null) {
            trace(node, "  send " + message);
        }
        for (Property property : properties) {
            property.onSend(node, message);
        }
    }

    void sendingHistory(SimNode node, long from, long to) {
        if (to > node.disk().end().index()) {
            throw new PropertyViolated("HistoryIsDurable", node.id() + " serves " + from + ".." + to);
        }
    }

    void proposed(SimNode leader, RecordBatch records) {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).type() == RecordType.ADMISSION) {
                Admission admission = Admission.of(records.get(i).payload());
                admissions.put(admission.member(), admission.disk());
            }
        }
        for (Property property : properties) {
            property.onProposed(leader, records);
        }
    }

    void leaderCommitted(SimNode leader, long index) {
        long last = committed.lastIndex();
        long common = Math.min(index, last);
        if (common > leader.writtenBase().index() && leader.written(common).hash() != committed.hashAt(common)) {
            throw new PropertyViolated("TotalOrder", "member " + leader.id() + " commits another history at " + common);
        }
        for (long i = last + 1; i <= index; i++) {
            LogRecord record = leader.written(i);
            if (record.epoch() < leader.peer().epoch()) {
                count(Rare.UNCOMMITTED_RECORD_SURVIVED);
            }
            committed.add(record, leader.peer().epoch());
        }
        if (index > last) {
            for (Property property : properties) {
                property.onCommitted(leader, committed.at(index));
            }
        }
    }

    void applying(SimNode node, long from, long through) {
        if (node.isEstablishedLeader()) {
            leaderCommitted(
                    node, Math.min(node.peer().commitIndex(), node.writtenEnd().index()));
        }
        for (Property property : properties) {
            property.onApply(node, from, through);
        }
    }

    void applied(SimNode node, long from, long through) {
        clients.applied(node, from, through);
    }

    void restored(SimNode node, long index) {
        for (Property property : properties) {
            property.onRestored(node, index);
        }
    }

    void roleChanged(SimNode node, RoleName role, Phase phase) {
        RoleName before = roles[node.position()];
        boolean wasEstablished = phases[node.position()] == Phase.BROADCAST;
        if (before == RoleName.LEADING && role != RoleName.LEADING) {
            clients.outcomeUnknown(node);
            count(wasEstablished ? Rare.LEADER_STEPPED_DOWN : Rare.LEADER_NOT_ESTABLISHED);
        }
        if (before == RoleName.FOLLOWING
                && role == RoleName.LOOKING
                && phases[node.position()] == Phase.SYNCHRONIZATION) {
            count(Rare.SYNC_INTERRUPTED);
        }
        roles[node.position()] = role;
        phases[node.position()] = phase;
        if (role == RoleName.LEADING && phase == Phase.BROADCAST) {
            established(node);
        }
    }

    private void established(SimNode node) {
        count(Rare.LEADER_ESTABLISHED);
        for (SimNode other : nodes) {
            if (other != node && other.isEstablishedLeader()) {
                count(Rare.TWO_LEADERS_AT_ONCE);
            }
        }
        for (Property property : properties) {
            property.onEstablished(node);
        }
    }

    /** All members keep the protocol and no connection loses or reorders bytes, so nobody may have cause to complain. */
    PropertyViolated protocolError(SimNode node, String reason) {
        return new PropertyViolated("PeersKeepTheProtocol", "member " + node.id() + " closes a connection: " + reason);
    }

    void died(SimNode node) {
        count(Rare.CRASH);
        if (node.isEstablishedLeader()) {
            count(Rare.CRASH_OF_LEADER);
        }
        if (node.disk().isBusy()) {
            count(node.disk().isRewriting() ? Rare.CRASH_DURING_TRUNCATE_OR_SNAPSHOT : Rare.CRASH_DURING_WRITE);
        }
        clients.outcomeUnknown(node);
        roles[node.position()] = RoleName.HALTED;
    }

    /** A member halted: right if its storage failed, and never otherwise. */
    void halted(SimNode node) {
        String reason = String.valueOf(node.haltReason());
        if (isInDoubt(node) && reason.contains("was replaced")) {
            count(Rare.REPLACED_DISK_REFUSED);
            node.crash(true);
            onReplaced.accept(node);
            return;
        }
        if (!storageMayFail || !reason.startsWith("storage failed")) {
            throw new PropertyViolated("NobodyHalts", "member " + node.id() + " halts: " + reason);
        }
        count(Rare.STORAGE_FAILED);
        node.crash(true);
    }

    void checkAfter(SimNode node) {
        for (Property property : properties) {
            property.afterEvent(node);
        }
    }

    void wipe(SimNode node) {
        count(Rare.DISK_WIPED);
        for (Property property : properties) {
            property.onWiped(node);
        }
        node.disk().wipe();
    }

    /** The member of a disk that was wiped, or of one after that, gets one of those back that it had before. */
    void exchange(SimNode node, int which) {
        count(Rare.OLD_DISK_RETURNED);
        for (Property property : properties) {
            property.onWiped(node);
        }
        node.disk().exchange(which);
    }

    void onReplaced(Consumer<SimNode> listener) {
        onReplaced = listener;
    }

    /** Whether the admission of another disk than the present one was ever proposed, so that it may have to be turned away. */
    boolean isInDoubt(SimNode node) {
        Long admitted = admissions.get(node.id());
        return admitted != null && admitted != node.disk().disk();
    }

    // What whoever runs it asks.

    /** An established leader, the one with the largest epoch; null if there is none. */
    @Nullable
    SimNode leader() {
        SimNode leader = null;
        for (SimNode node : nodes) {
            if (node.isEstablishedLeader()
                    && (leader == null || node.peer().epoch() > leader.peer().epoch())) {
                leader = node;
            }
        }
        return leader;
    }

    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (SimNode node : nodes) {
            LogPoint end = node.disk().end();
            String role = node.isUp()
                    ? node.peer().role() + "/" + node.peer().phase() + " epoch="
                            + node.peer().epoch() + " leader=" + node.peer().leader() + " commit="
                            + node.peer().commitIndex()
                    : "DOWN";
            lines.add(node.id() + " " + role + " accepted="
                    + node.disk().promise().epoch() + " durable=" + end + " applied=" + node.applied());
        }
        return lines;
    }
}
