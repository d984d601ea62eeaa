package io.quorate.benchmarks;

import io.quorate.benchmarks.LosableEnsemble.Loss;
import java.util.List;

/** All that is compared. */
final class Rows {

    private static final String NO_READ_WRITE = "its CP subsystem has no read-write lock";
    private static final String NO_ELECTION = "its CP subsystem has no leader election";

    private Rows() {}

    static List<Group> groups() {
        return List.of(
                floor(),
                starts(),
                commits(),
                reads(),
                locks(),
                recipes(),
                onZooKeeper(),
                watches(),
                losses(),
                breaker(),
                sizes());
    }

    static List<Scale> scales() {
        return List.of(
                new Scale("scaling-sessions", "Commits with 1,000 in flight, spread over many sessions", "sessions")
                        .of(1, ScalingSubject.sessions(1))
                        .of(10, ScalingSubject.sessions(10))
                        .of(100, ScalingSubject.sessions(100))
                        .of(1_000, ScalingSubject.sessions(1_000)),
                new Scale("scaling-nodes", "Commits with 1,000 in flight, on trees of many nodes", "nodes")
                        .of(1_000, ScalingSubject.nodes(1_000))
                        .of(10_000, ScalingSubject.nodes(10_000))
                        .of(100_000, ScalingSubject.nodes(100_000))
                        .of(Million.NODES, ScalingSubject.nodes(Million.NODES)));
    }

    private static Group floor() {
        return new Group(
                "The floor",
                "What this machine takes for the least that a commit can be made of: no library, nothing to be compared with.",
                List.of(
                        Row.cost(
                                        "floor-fsync",
                                        "append 100 bytes and force them",
                                        "µs",
                                        Peer.MACHINE,
                                        FloorSubject::fsync)
                                .quick(),
                        Row.cost(
                                        "floor-preallocated",
                                        "write 100 bytes into a preallocated file and force them",
                                        "µs",
                                        Peer.MACHINE,
                                        FloorSubject::fsyncPreallocated)
                                .quick(),
                        Row.cost(
                                        "floor-loopback",
                                        "100 bytes over TCP loopback and back",
                                        "µs",
                                        Peer.MACHINE,
                                        FloorSubject::loopback)
                                .quick(),
                        Row.cost(
                                        "floor-hand-off",
                                        "wake a parked thread and be woken",
                                        "µs",
                                        Peer.MACHINE,
                                        FloorSubject::handOff)
                                .quick()));
    }

    private static Group starts() {
        return new Group(
                "From nothing to the first acknowledged write",
                "The first start is that of a process of its own, without the start of the process itself; the later ones are those of this process.",
                List.of(
                        Row.cost(
                                        "start-first-3",
                                        "first start, 3 members",
                                        "ms",
                                        Peer.QUORATE,
                                        StartSubject.first(Starter.QUORATE_3))
                                .atMost(300)
                                .against(Peer.MICRORAFT, StartSubject.first(Starter.MICRORAFT_3))
                                .against(Peer.ZOOKEEPER_CLUSTER, StartSubject.first(Starter.ZOOKEEPER_3))
                                .seldom(5)
                                .quick(),
                        Row.cost(
                                        "start-others-3",
                                        "first start, 3 members",
                                        "ms",
                                        Peer.QUORATE,
                                        StartSubject.first(Starter.QUORATE_3))
                                .against(Peer.HAZELCAST, StartSubject.first(Starter.HAZELCAST_3))
                                .against(Peer.JGROUPS, StartSubject.first(Starter.JGROUPS_3))
                                .against(Peer.RATIS, StartSubject.first(Starter.RATIS_3))
                                .seldom(5),
                        Row.cost(
                                        "start-first-1",
                                        "first start, 1 member",
                                        "ms",
                                        Peer.QUORATE_SINGLE,
                                        StartSubject.first(Starter.QUORATE_1))
                                .against(Peer.ZOOKEEPER_SERVER, StartSubject.first(Starter.ZOOKEEPER_1))
                                .seldom(5),
                        Row.cost(
                                        "start-3",
                                        "later start, 3 members",
                                        "ms",
                                        Peer.QUORATE,
                                        StartSubject.again(Starter.QUORATE_3, 20))
                                .atMost(8)
                                .against(Peer.MICRORAFT, StartSubject.again(Starter.MICRORAFT_3, 5))
                                .against(Peer.ZOOKEEPER_CLUSTER, StartSubject.again(Starter.ZOOKEEPER_3, 1))
                                .quick(),
                        Row.cost(
                                        "start-1",
                                        "later start, 1 member",
                                        "ms",
                                        Peer.QUORATE_SINGLE,
                                        StartSubject.again(Starter.QUORATE_1, 20))
                                .atMost(3)
                                .against(Peer.ZOOKEEPER_SERVER, StartSubject.again(Starter.ZOOKEEPER_1, 3))
                                .quick()));
    }

    private static Group commits() {
        return new Group(
                "Raw commits",
                "Writes of 100 bytes to one key. One thread, one after the other, or with up to 1,000 in flight, of which it lets half return before it goes on. MicroRaft and jgroups-raft apply them to a"
                        + " state machine that does nothing, Hazelcast and Ratis to a counter, Quorate and ZooKeeper to a tree with sessions and watches.",
                List.of(
                        Row.rate(
                                        "sync-memory-3",
                                        "one after the other, in memory",
                                        "ops/s",
                                        Peer.QUORATE,
                                        EmbeddedSubject.inMemory(3, EmbeddedSubject::synchronousCommits))
                                .against(Peer.MICRORAFT, 4, MicroRaftSubject.of(MicroRaftSubject::synchronous))
                                .quick(),
                        Row.rate(
                                        "sync-others-3",
                                        "one after the other, in memory",
                                        "ops/s",
                                        Peer.QUORATE,
                                        EmbeddedSubject.inMemory(3, EmbeddedSubject::synchronousCommits))
                                .against(Peer.JGROUPS, JGroupsRaftSubject.inMemory(JGroupsRaftSubject::synchronous))
                                .against(Peer.HAZELCAST, HazelcastService.counter(HazelcastService.Mode.ONE_BY_ONE)),
                        Row.rate(
                                        "sync-memory-1",
                                        "one after the other, in memory, 1 member",
                                        "ops/s",
                                        Peer.QUORATE_SINGLE,
                                        EmbeddedSubject.inMemory(1, EmbeddedSubject::synchronousCommits))
                                .against(
                                        Peer.ZOOKEEPER_SERVER,
                                        ZooKeeperSubject.server(ZooKeeperSubject::synchronousWrites)),
                        Row.rate(
                                        "pipelined-memory-3",
                                        "1,000 in flight, in memory",
                                        "ops/s",
                                        Peer.QUORATE,
                                        EmbeddedSubject.inMemory(3, EmbeddedSubject::pipelinedCommits))
                                .against(Peer.MICRORAFT, 1, MicroRaftSubject.of(MicroRaftSubject::pipelined))
                                .against(Peer.HAZELCAST, 1, HazelcastService.counter(HazelcastService.Mode.PIPELINED))
                                .against(Peer.JGROUPS, 1, JGroupsRaftSubject.inMemory(JGroupsRaftSubject::pipelined))
                                .quick(),
                        Row.rate(
                                        "sync-durable-3",
                                        "one after the other, durable",
                                        "ops/s",
                                        Peer.QUORATE_DURABLE,
                                        EmbeddedSubject.durable(3, EmbeddedSubject::synchronousCommits))
                                .against(
                                        Peer.ZOOKEEPER_CLUSTER,
                                        2.5,
                                        ZooKeeperSubject.ensemble(ZooKeeperSubject::synchronousWrites))
                                .against(Peer.RATIS, RatisSubject.of(RatisSubject::synchronous))
                                .without("MicroRaft", "where its log is kept is left to its users")
                                .without("Hazelcast CP", "persistence is not in its community edition")
                                .quick(),
                        Row.rate(
                                        "sync-durable-jgroups",
                                        "one after the other, durable",
                                        "ops/s",
                                        Peer.QUORATE_DURABLE,
                                        EmbeddedSubject.durable(3, EmbeddedSubject::synchronousCommits))
                                .against(
                                        Peer.JGROUPS_DURABLE,
                                        JGroupsRaftSubject.durable(JGroupsRaftSubject::synchronous)),
                        Row.rate(
                                        "sync-durable-1",
                                        "one after the other, durable, 1 member",
                                        "ops/s",
                                        Peer.QUORATE_DURABLE_SINGLE,
                                        EmbeddedSubject.durable(1, EmbeddedSubject::synchronousCommits))
                                .against(
                                        Peer.ZOOKEEPER_SERVER,
                                        ZooKeeperSubject.server(ZooKeeperSubject::synchronousWrites)),
                        Row.rate(
                                        "pipelined-durable-3",
                                        "1,000 in flight, durable",
                                        "ops/s",
                                        Peer.QUORATE_DURABLE,
                                        EmbeddedSubject.durable(3, EmbeddedSubject::pipelinedCommits))
                                .against(
                                        Peer.JGROUPS_DURABLE,
                                        1,
                                        JGroupsRaftSubject.durable(JGroupsRaftSubject::pipelined))
                                .against(
                                        Peer.ZOOKEEPER_CLUSTER,
                                        1,
                                        ZooKeeperSubject.ensemble(ZooKeeperSubject::pipelinedWrites))
                                .against(Peer.RATIS, RatisSubject.of(RatisSubject::pipelined))
                                .quick()));
    }

    private static Group reads() {
        return new Group(
                "Raw reads",
                "One thread, one after the other. LATEST is linearizable; ANY is what the member at hand has applied, which is what ZooKeeper's getData"
                        + " promises.",
                List.of(
                        Row.rate(
                                        "read-latest",
                                        "LATEST",
                                        "ops/s",
                                        Peer.QUORATE,
                                        EmbeddedSubject.inMemory(3, EmbeddedSubject::latestReads))
                                .against(Peer.ZOOKEEPER_SERVER, 5, ZooKeeperSubject.server(ZooKeeperSubject::reads))
                                .quick(),
                        Row.rate(
                                        "read-any",
                                        "ANY",
                                        "ops/s",
                                        Peer.QUORATE,
                                        EmbeddedSubject.inMemory(3, EmbeddedSubject::anyReads))
                                .against(Peer.ZOOKEEPER_SERVER, 50, ZooKeeperSubject.server(ZooKeeperSubject::reads))));
    }

    private static Group locks() {
        return new Group(
                "Locks on the embedded engine",
                "A cycle is one acquire and one release. Curator's servers run in this process too, but are reached over TCP and fsync; Hazelcast's members"
                        + " talk over TCP.",
                List.of(
                        uncontended(1).quick(),
                        uncontended(8),
                        uncontended(64),
                        Row.rate(
                                        "lock-durable-1",
                                        "own lock each, 1 thread, durable",
                                        "cycles/s",
                                        Peer.QUORATE_DURABLE,
                                        ours(EmbeddedService::durable, subject -> subject.lockCycles(1)))
                                .against(
                                        Peer.CURATOR_CLUSTER,
                                        RecipeSubject.of(CuratorService::cluster, subject -> subject.lockCycles(1)))
                                .quick(),
                        Row.rate(
                                        "lock-durable-8",
                                        "own lock each, 8 threads, durable",
                                        "cycles/s",
                                        Peer.QUORATE_DURABLE,
                                        ours(EmbeddedService::durable, subject -> subject.lockCycles(8)))
                                .against(
                                        Peer.CURATOR_CLUSTER,
                                        RecipeSubject.of(CuratorService::cluster, subject -> subject.lockCycles(8))),
                        contended(2),
                        contended(16).quick()));
    }

    private static Row uncontended(int threads) {
        RecipeSubject.Measurement cycles = subject -> subject.lockCycles(threads);
        return Row.rate(
                        "lock-" + threads,
                        "own lock each, " + counted(threads, "thread"),
                        "cycles/s",
                        Peer.QUORATE,
                        ours(EmbeddedService::inMemory, cycles))
                .against(Peer.HAZELCAST, 10, RecipeSubject.of(HazelcastService::new, cycles))
                .against(Peer.CURATOR_CLUSTER, RecipeSubject.of(CuratorService::cluster, cycles));
    }

    private static Row contended(int clients) {
        RecipeSubject.Measurement cycles = subject -> subject.handOvers(clients);
        return Row.rate(
                        "handover-" + clients,
                        "one lock, " + clients + " clients",
                        "cycles/s",
                        Peer.QUORATE,
                        ours(EmbeddedService::inMemory, cycles))
                .against(Peer.HAZELCAST, 10, RecipeSubject.of(HazelcastService::new, cycles))
                .against(Peer.CURATOR_CLUSTER, RecipeSubject.of(CuratorService::cluster, cycles));
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static Subject.Factory ours(RecipeService.Factory service, RecipeSubject.Measurement measurement) {
        return RecipeSubject.of(service, measurement);
    }

    private static Group recipes() {
        RecipeSubject.Measurement readWrite = subject -> subject.readWriteCycles(10, 4);
        RecipeSubject.Measurement permits = subject -> subject.permitCycles(8, 4);
        RecipeSubject.Measurement small = subject -> subject.configLoads(10, 12);
        RecipeSubject.Measurement large = subject -> subject.configLoads(100, 100);
        return new Group(
                "Other recipes on the embedded engine",
                "Each client has a session of its own. A configuration of 131 nodes is its root, 10 groups and 120 values; the large one has 10,000 values.",
                List.of(
                        Row.rate(
                                        "rw-lock",
                                        "read-write lock, 10 readers and 4 writers",
                                        "cycles/s",
                                        Peer.QUORATE,
                                        ours(EmbeddedService::inMemory, readWrite))
                                .against(Peer.CURATOR_CLUSTER, RecipeSubject.of(CuratorService::cluster, readWrite))
                                .without("Hazelcast CP", NO_READ_WRITE),
                        Row.rate(
                                        "semaphore",
                                        "semaphore, 8 clients for 4 permits",
                                        "cycles/s",
                                        Peer.QUORATE,
                                        ours(EmbeddedService::inMemory, permits))
                                .against(Peer.HAZELCAST, RecipeSubject.of(HazelcastService::new, permits))
                                .against(Peer.CURATOR_CLUSTER, RecipeSubject.of(CuratorService::cluster, permits)),
                        Row.cost(
                                        "leader-resigns",
                                        "leader closes, the next one leads",
                                        "ms",
                                        Peer.QUORATE,
                                        ours(EmbeddedService::inMemory, RecipeSubject::leaderHandOvers))
                                .against(
                                        Peer.CURATOR_CLUSTER,
                                        RecipeSubject.of(CuratorService::cluster, RecipeSubject::leaderHandOvers))
                                .without("Hazelcast CP", NO_ELECTION)
                                .quick(),
                        Row.cost(
                                        "config-131",
                                        "load a configuration of 131 nodes",
                                        "ms",
                                        Peer.QUORATE,
                                        ours(EmbeddedService::inMemory, small))
                                .against(Peer.CURATOR_SERVER, RecipeSubject.of(CuratorService::server, small))
                                .quick(),
                        Row.cost(
                                        "config-10000",
                                        "load a configuration of 10,000 values",
                                        "ms",
                                        Peer.QUORATE,
                                        ours(EmbeddedService::inMemory, large))
                                .against(Peer.CURATOR_SERVER, RecipeSubject.of(CuratorService::server, large))));
    }

    private static Group onZooKeeper() {
        return new Group(
                "The same recipes on the same ZooKeeper server",
                "One TestingServer, Quorate's recipes and Curator's on it by turns.",
                List.of(
                        onZooKeeper("remote-lock-1", "own lock, 1 thread", "cycles/s", subject -> subject.lockCycles(1))
                                .quick(),
                        onZooKeeper(
                                "remote-lock-8",
                                "own lock each, 8 threads",
                                "cycles/s",
                                subject -> subject.lockCycles(8)),
                        onZooKeeper(
                                "remote-handover-2",
                                "one lock, 2 clients",
                                "cycles/s",
                                subject -> subject.handOvers(2)),
                        onZooKeeper(
                                        "remote-handover-16",
                                        "one lock, 16 clients",
                                        "cycles/s",
                                        subject -> subject.handOvers(16))
                                .quick(),
                        onZooKeeper(
                                "remote-rw-lock",
                                "read-write lock, 10 readers and 4 writers",
                                "cycles/s",
                                subject -> subject.readWriteCycles(10, 4)),
                        onZooKeeper(
                                        "remote-semaphore",
                                        "semaphore, 8 clients for 4 permits",
                                        "cycles/s",
                                        subject -> subject.permitCycles(8, 4))
                                .quick(),
                        onZooKeeper(
                                        "remote-leader-resigns",
                                        "leader closes, the next one leads",
                                        "ms",
                                        RecipeSubject::leaderHandOvers)
                                .quick(),
                        onZooKeeper(
                                        "remote-config-131",
                                        "load a configuration of 131 nodes",
                                        "ms",
                                        subject -> subject.configLoads(10, 12))
                                .quick(),
                        onZooKeeper(
                                "remote-config-10000",
                                "load a configuration of 10,000 values",
                                "ms",
                                subject -> subject.configLoads(100, 100))));
    }

    private static Row onZooKeeper(String name, String title, String unit, RecipeSubject.Measurement measurement) {
        SharedServer server = new SharedServer();
        Subject.Factory ours = RecipeSubject.of(server::quorate, measurement);
        Row row = unit.equals("ms")
                ? Row.cost(name, title, unit, Peer.QUORATE_ON_ZOOKEEPER, ours)
                : Row.rate(name, title, unit, Peer.QUORATE_ON_ZOOKEEPER, ours);
        return row.against(Peer.CURATOR_SERVER, RecipeSubject.of(server::curator, measurement));
    }

    private static Group watches() {
        return new Group(
                "From a write to the last of its watchers",
                "One change of one key that many watch. Quorate delivers the new value with it, ZooKeeper's watches do not.",
                List.of(
                        Row.cost(
                                        "fan-out-10x1000",
                                        "10 sessions with 1,000 watches each",
                                        "ms",
                                        Peer.QUORATE_SINGLE,
                                        FanOutSubject.of(10, 1_000))
                                .against(Peer.ZOOKEEPER_SERVER, 3, ZooKeeperFanOutSubject.of(10, 1_000))
                                .quick(),
                        Row.cost(
                                        "fan-out-1000x1",
                                        "1,000 sessions with one watch each",
                                        "ms",
                                        Peer.QUORATE_SINGLE,
                                        FanOutSubject.of(1_000, 1))
                                .against(Peer.ZOOKEEPER_SERVER, 3, ZooKeeperFanOutSubject.of(1_000, 1))));
    }

    private static Group losses() {
        return new Group(
                "Loss of the ensemble's leader under load",
                "The longest time between two acknowledged writes of one client around each loss, with default time-outs.",
                List.of(
                        Row.cost(
                                        "failover-kill",
                                        "leader killed, median",
                                        "ms",
                                        Peer.QUORATE,
                                        FailoverSubject.of(LosableEnsemble.of(Loss.KILL), 20, 0.5))
                                .atMost(50)
                                .against(Peer.ZOOKEEPER_CLUSTER, FailoverSubject.of(LosableZooKeeper::new, 3, 0.5))
                                .without("Ratis", "a peer of it in this process can only be closed in good order")
                                .without(
                                        "Hazelcast CP",
                                        "a member that is killed stays in its groups until it is removed by hand or after hours")
                                .seldom(5)
                                .quick(),
                        Row.cost(
                                        "failover-worst",
                                        "leader killed, worst of 20",
                                        "ms",
                                        Peer.QUORATE,
                                        FailoverSubject.of(LosableEnsemble.of(Loss.KILL), 20, 1))
                                .atMost(250),
                        Row.cost(
                                        "failover-pause",
                                        "leader stands still, median",
                                        "ms",
                                        Peer.QUORATE,
                                        FailoverSubject.of(LosableEnsemble.of(Loss.PAUSE), 20, 0.5))
                                .atMost(2 * LosableEnsemble.electionMillis())
                                .seldom(5),
                        Row.cost(
                                        "failover-stop",
                                        "leader stopped in good order, median",
                                        "ms",
                                        Peer.QUORATE,
                                        FailoverSubject.of(LosableEnsemble.of(Loss.STOP), 20, 0.5))
                                .atMost(20)
                                .seldom(5)
                                .quick()));
    }

    private static Group breaker() {
        return new Group(
                "A call through a closed circuit breaker",
                "A call that does nothing, all threads through one breaker; Quorate's is shared by a cluster and publishes its window meanwhile. The JMH"
                        + " benchmark `CircuitBreakerBenchmark` measures the same more closely.",
                List.of(
                        Row.cost("breaker-1", "1 thread", "ns", Peer.QUORATE_CLIENT, BreakerSubject.quorate(1))
                                .against(Peer.RESILIENCE4J, 2, BreakerSubject.resilience4j(1))
                                .quick(),
                        Row.cost("breaker-2", "2 threads", "ns", Peer.QUORATE_CLIENT, BreakerSubject.quorate(2))
                                .against(Peer.RESILIENCE4J, 4, BreakerSubject.resilience4j(2))
                                .quick()));
    }

    private static Group sizes() {
        return new Group(
                "Large trees",
                "Nodes of 100 bytes, one parent for each thousand.",
                List.of(
                        heap(100_000).quick(),
                        heap(1_000_000),
                        Row.cost(
                                        "recovery-million",
                                        "start of a member with a million nodes in snapshot and log",
                                        "ms",
                                        Peer.QUORATE_DURABLE_SINGLE,
                                        RecoverySubject::new)
                                .atMost(5_000)
                                .seldom(3),
                        Row.cost(
                                        "snapshot-memory",
                                        "99th percentile of writes during a snapshot, over that without",
                                        "times",
                                        Peer.QUORATE_SINGLE,
                                        SnapshotSubject.inMemory(50_000))
                                .atMost(2)
                                .seldom(3),
                        Row.cost(
                                        "snapshot-durable",
                                        "the same, durable",
                                        "times",
                                        Peer.QUORATE_DURABLE_SINGLE,
                                        SnapshotSubject.durable(4_000))
                                .atMost(2)
                                .seldom(3)));
    }

    private static Row heap(int nodes) {
        return Row.cost(
                        "heap-" + nodes,
                        String.format("heap for each of %,d nodes", nodes),
                        "bytes",
                        Peer.QUORATE_SINGLE,
                        HeapSubject.ofQuorate(nodes))
                .atMost(350)
                .against(Peer.ZOOKEEPER_TREE, HeapSubject.ofZooKeeper(nodes))
                .seldom(1);
    }
}
