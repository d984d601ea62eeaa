package io.quorate.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;

/** Three Ratis peers in this process over loopback with its default transport and log, and a counter for a state machine. */
final class RatisSubject implements Subject {

    private static final int IN_FLIGHT = 1000;
    private static final Message INCREMENT = Message.valueOf("increment");

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(RatisSubject subject) throws Exception;
    }

    private static final class Counter extends BaseStateMachine {
        private final AtomicLong value = new AtomicLong();

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            updateLastAppliedTermIndex(
                    transaction.getLogEntry().getTerm(),
                    transaction.getLogEntry().getIndex());
            return CompletableFuture.completedFuture(Message.valueOf(Long.toString(value.incrementAndGet())));
        }
    }

    private final Path directory = Directories.create();
    private final Measurement measurement;
    private final List<RaftServer> servers = new ArrayList<>();
    private final RaftClient client;

    private RatisSubject(Measurement measurement) throws IOException {
        this.measurement = measurement;
        List<RaftPeer> peers = new ArrayList<>();
        for (int port : freePorts()) {
            peers.add(RaftPeer.newBuilder()
                    .setId("peer-" + port)
                    .setAddress("127.0.0.1:" + port)
                    .build());
        }
        RaftGroup group = RaftGroup.valueOf(RaftGroupId.valueOf(UUID.randomUUID()), peers);
        for (RaftPeer peer : peers) {
            servers.add(start(peer, group));
        }
        RaftProperties properties = new RaftProperties();
        RaftClientConfigKeys.Async.setOutstandingRequestsMax(properties, 2 * IN_FLIGHT);
        client = RaftClient.newBuilder()
                .setProperties(properties)
                .setRaftGroup(group)
                .build();
    }

    private RaftServer start(RaftPeer peer, RaftGroup group) throws IOException {
        RaftProperties properties = new RaftProperties();
        int port =
                Integer.parseInt(peer.getAddress().substring(peer.getAddress().indexOf(':') + 1));
        GrpcConfigKeys.Server.setPort(properties, port);
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(directory.resolve(peer.getId().toString()).toFile()));
        RaftServer server = RaftServer.newBuilder()
                .setServerId(peer.getId())
                .setGroup(group)
                .setProperties(properties)
                .setStateMachine(new Counter())
                .build();
        server.start();
        return server;
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0);
                ServerSocket three = new ServerSocket(0)) {
            return List.of(one.getLocalPort(), two.getLocalPort(), three.getLocalPort());
        }
    }

    static Subject.Factory of(Measurement measurement) {
        return () -> new RatisSubject(measurement);
    }

    double one() throws Exception {
        acknowledged(client.io().send(INCREMENT));
        return 1;
    }

    double synchronous() throws Exception {
        return Load.oneByOne(() -> acknowledged(client.io().send(INCREMENT)));
    }

    double pipelined() throws Exception {
        return Load.pipelined(
                IN_FLIGHT,
                () -> client.async().send(INCREMENT).whenComplete((reply, failure) -> {
                    if (reply != null && !reply.isSuccess()) {
                        throw new IllegalStateException(reply.toString());
                    }
                }));
    }

    private static void acknowledged(RaftClientReply reply) throws ExecutionException {
        if (!reply.isSuccess()) {
            throw new ExecutionException(reply.toString(), reply.getException());
        }
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() throws IOException {
        client.close();
        for (RaftServer server : servers) {
            server.close();
        }
        Directories.delete(directory);
    }
}
