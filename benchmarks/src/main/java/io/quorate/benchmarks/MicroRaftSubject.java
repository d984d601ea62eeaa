package io.quorate.benchmarks;

import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.model.message.RaftMessage;
import io.microraft.statemachine.StateMachine;
import io.microraft.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Three MicroRaft nodes in this process, with a state machine that keeps the last value and nothing else. */
final class MicroRaftSubject implements Subject {

    private static final byte[] VALUE = new byte[100];

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(MicroRaftSubject subject) throws Exception;
    }

    private record Endpoint(String name) implements RaftEndpoint {
        @Override
        public Object getId() {
            return name;
        }
    }

    private static final class Handover implements Transport {
        private final Map<RaftEndpoint, RaftNode> nodes;

        Handover(Map<RaftEndpoint, RaftNode> nodes) {
            this.nodes = nodes;
        }

        @Override
        public void send(RaftEndpoint target, RaftMessage message) {
            RaftNode node = nodes.get(target);
            if (node != null) {
                node.handle(message);
            }
        }

        @Override
        public boolean isReachable(RaftEndpoint endpoint) {
            return nodes.containsKey(endpoint);
        }
    }

    private static final class LastValue implements StateMachine {
        private final AtomicReference<@Nullable Object> value = new AtomicReference<>();

        @Override
        public Object runOperation(long commitIndex, Object operation) {
            value.setPlain(operation);
            return commitIndex;
        }

        @Override
        public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
            chunks.accept(VALUE);
        }

        @Override
        public void installSnapshot(long commitIndex, List<Object> chunks) {}

        @Override
        public Object getNewTermOperation() {
            return VALUE;
        }
    }

    private final Measurement measurement;
    private final Map<RaftEndpoint, RaftNode> nodes = new ConcurrentHashMap<>();
    private final RaftNode leader;

    private MicroRaftSubject(Measurement measurement) throws InterruptedException {
        this.measurement = measurement;
        List<RaftEndpoint> endpoints = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            endpoints.add(new Endpoint("node-" + i));
        }
        RaftConfig config =
                RaftConfig.newBuilder().setMaxPendingLogEntryCount(10_000).build();
        for (RaftEndpoint endpoint : endpoints) {
            RaftNode node = RaftNode.newBuilder()
                    .setGroupId("figures")
                    .setLocalEndpoint(endpoint)
                    .setInitialGroupMembers(endpoints)
                    .setConfig(config)
                    .setTransport(new Handover(nodes))
                    .setStateMachine(new LastValue())
                    .build();
            nodes.put(endpoint, node);
        }
        nodes.values().forEach(node -> node.start().join());
        this.leader = awaitLeader();
    }

    private RaftNode awaitLeader() throws InterruptedException {
        while (true) {
            for (RaftNode node : nodes.values()) {
                if (node.getLocalEndpoint().equals(node.getTerm().getLeaderEndpoint())) {
                    return node;
                }
            }
            Thread.sleep(10);
        }
    }

    static Subject.Factory of(Measurement measurement) {
        return () -> new MicroRaftSubject(measurement);
    }

    double one() throws Exception {
        leader.replicate(VALUE).join();
        return 1;
    }

    double synchronous() throws Exception {
        return Load.oneByOne(() -> leader.replicate(VALUE).join());
    }

    double pipelined() throws Exception {
        return Load.pipelined(1000, () -> leader.replicate(VALUE));
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() {
        nodes.values().forEach(node -> node.terminate().join());
    }
}
