package io.quorate.benchmarks;

import io.quorate.benchmarks.FailoverSubject.Loss;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The figures of the embedded engine beside those of its peers.
 *
 * <p>Arguments are names of rows, or beginnings of names; none for all. {@code --alone} leaves the peers out, {@code --rounds=N}
 * sets how often each is measured. Prints the median of each, the range, and how many times better Quorate is.
 */
public final class EngineFigures {

    private EngineFigures() {}

    /** Measures the rows that are named. */
    public static void main(String[] args) throws Exception {
        List<String> names = new ArrayList<>(Arrays.asList(args));
        boolean withPeers = !names.remove("--alone");
        int rounds = 5;
        for (String name : List.copyOf(names)) {
            if (name.startsWith("--rounds=")) {
                names.remove(name);
                rounds = Integer.parseInt(name.substring("--rounds=".length()));
            }
        }
        PrintStream out = System.out;
        Set<String> unknown = new TreeSet<>(names);
        for (Row row : rows()) {
            if (names.isEmpty() || names.stream().anyMatch(row.name()::startsWith)) {
                unknown.removeIf(row.name()::startsWith);
                measure(row, rounds, withPeers).forEach(out::println);
                out.flush();
            }
        }
        if (!unknown.isEmpty()) {
            out.println("no such rows: " + unknown + "; there are "
                    + rows().stream().map(Row::name).toList());
        }
    }

    /** A row that cannot be measured says so, and the others are measured all the same. */
    private static List<String> measure(Row row, int rounds, boolean withPeers) throws InterruptedException {
        try {
            return row.measure(rounds, withPeers);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return List.of(row.name() + " FAILED: " + e.getMessage() + ": " + cause.getMessage());
        }
    }

    private static List<Row> rows() {
        return List.of(
                Row.rate("sync-memory-3", "ops/s", EmbeddedSubject.inMemory(3, EmbeddedSubject::synchronousCommits))
                        .against("microraft", 4, MicroRaftSubject.of(MicroRaftSubject::synchronous)),
                Row.rate("sync-memory-1", "ops/s", EmbeddedSubject.inMemory(1, EmbeddedSubject::synchronousCommits)),
                Row.rate("pipelined-memory-3", "ops/s", EmbeddedSubject.inMemory(3, EmbeddedSubject::pipelinedCommits))
                        .against("microraft", 1, MicroRaftSubject.of(MicroRaftSubject::pipelined))
                        .against("hazelcast", 1, HazelcastSubject.of(HazelcastSubject::pipelined))
                        .against("jgroups-raft", 1, JGroupsRaftSubject.inMemory(JGroupsRaftSubject::pipelined)),
                Row.rate("sync-durable-3", "ops/s", EmbeddedSubject.durable(3, EmbeddedSubject::synchronousCommits))
                        .against("zookeeper", 2.5, ZooKeeperSubject.ensemble(ZooKeeperSubject::synchronousWrites)),
                Row.rate("pipelined-durable-3", "ops/s", EmbeddedSubject.durable(3, EmbeddedSubject::pipelinedCommits))
                        .against("jgroups-raft", 1, JGroupsRaftSubject.durable(JGroupsRaftSubject::pipelined))
                        .against("zookeeper", 1, ZooKeeperSubject.ensemble(ZooKeeperSubject::pipelinedWrites)),
                Row.rate("lock-1", "cycles/s", EmbeddedSubject.inMemory(3, subject -> subject.lockCycles(1)))
                        .against("hazelcast", 10, HazelcastSubject.of(subject -> subject.lockCycles(1, false))),
                Row.rate("lock-8", "cycles/s", EmbeddedSubject.inMemory(3, subject -> subject.lockCycles(8)))
                        .against("hazelcast", 10, HazelcastSubject.of(subject -> subject.lockCycles(8, false))),
                Row.rate("handover-16", "cycles/s", EmbeddedSubject.inMemory(3, subject -> subject.handOvers(16)))
                        .against("hazelcast", 10, HazelcastSubject.of(subject -> subject.lockCycles(16, true))),
                Row.rate("read-latest", "ops/s", EmbeddedSubject.inMemory(3, EmbeddedSubject::latestReads))
                        .against("zookeeper", 5, ZooKeeperSubject.server(ZooKeeperSubject::reads)),
                Row.rate("read-any", "ops/s", EmbeddedSubject.inMemory(3, EmbeddedSubject::anyReads))
                        .against("zookeeper", 50, ZooKeeperSubject.server(ZooKeeperSubject::reads)),
                Row.cost("start-first-3", "ms", () -> new FirstStartSubject(3)).atMost(300),
                Row.cost("start-3", "ms", () -> new StartSubject(3)),
                Row.cost("start-1", "ms", () -> new StartSubject(1)),
                Row.cost("failover-kill-median", "ms", FailoverSubject.of(Loss.KILL, 0.5)),
                Row.cost("failover-kill-worst", "ms", FailoverSubject.of(Loss.KILL, 1)),
                Row.cost("failover-pause-median", "ms", FailoverSubject.of(Loss.PAUSE, 0.5))
                        .atMost(2 * FailoverSubject.electionMillis()),
                Row.cost("failover-pause-worst", "ms", FailoverSubject.of(Loss.PAUSE, 1)),
                Row.cost("failover-stop-median", "ms", FailoverSubject.of(Loss.STOP, 0.5))
                        .atMost(20),
                Row.cost("heap-per-node", "bytes", HeapSubject.ofQuorate())
                        .atMost(350)
                        .against("zookeeper", 1, HeapSubject.ofZooKeeper())
                        .seldom(1),
                Row.cost("recovery-million", "ms", RecoverySubject::new)
                        .atMost(5_000)
                        .seldom(3),
                Row.cost("snapshot-memory", "x p99", SnapshotSubject.inMemory(50_000))
                        .atMost(2)
                        .seldom(3),
                Row.cost("snapshot-durable", "x p99", SnapshotSubject.durable(4_000))
                        .atMost(2)
                        .seldom(3),
                Row.cost("fan-out-10x1000", "ms", FanOutSubject.of(10, 1000))
                        .against("zookeeper", 3, ZooKeeperFanOutSubject.of(10, 1000)),
                Row.cost("fan-out-1000x1", "ms", FanOutSubject.of(1000, 1))
                        .against("zookeeper", 3, ZooKeeperFanOutSubject.of(1000, 1)));
    }
}
