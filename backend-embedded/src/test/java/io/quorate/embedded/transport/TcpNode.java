package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** A member's port with nobody behind it but a test, which takes what arrives when it likes. */
final class TcpNode implements AutoCloseable {

    static final UUID CLUSTER = new UUID(7, 9);
    static final Duration LIMIT = Duration.ofSeconds(60);

    final TcpNetwork network;
    final Transport transport;
    private final Semaphore signals = new Semaphore(0);
    private final List<Transport.Arrival> arrived = new ArrayList<>();

    TcpNode(int id, long incarnation, Map<Integer, PeerAddress> members, Duration silence) throws IOException {
        this(id, incarnation, members, silence, TransportThreads::plain);
    }

    TcpNode(int id, long incarnation, Map<Integer, PeerAddress> members, Duration silence, ThreadFactory factory)
            throws IOException {
        this(settings(id, incarnation, members, silence), factory);
    }

    TcpNode(TcpSettings settings, ThreadFactory factory) throws IOException {
        network = new TcpNetwork(settings, factory);
        int port = network.bind();
        assertThat(port).isPositive();
        transport = network.endpoint(settings.member());
        transport.open(signals::release);
    }

    static TcpSettings settings(int id, long incarnation, Map<Integer, PeerAddress> members, Duration silence) {
        return settings(id, incarnation, members, silence, Driving.NONE);
    }

    static TcpSettings settings(
            int id, long incarnation, Map<Integer, PeerAddress> members, Duration silence, Driving driving) {
        return new TcpSettings(
                CLUSTER,
                id,
                incarnation,
                Objects.requireNonNull(members.get(id)),
                members,
                PeerSecurity.sharedKey(key()),
                silence,
                () -> Standing.NEW,
                new SplittableRandom(incarnation),
                System::nanoTime,
                driving);
    }

    static ClusterKey key() {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) 5);
        return ClusterKey.of(secret);
    }

    static Map<Integer, PeerAddress> addresses(String host, int members) throws IOException {
        Map<Integer, PeerAddress> addresses = new TreeMap<>();
        List<ServerSocket> reserved = new ArrayList<>();
        for (int id = 1; id <= members; id++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host));
            reserved.add(socket);
            addresses.put(id, new PeerAddress(host, socket.getLocalPort()));
        }
        for (ServerSocket socket : reserved) {
            socket.close();
        }
        return addresses;
    }

    /** Takes all that has arrived. */
    List<Transport.Arrival> take() {
        transport.reconnect();
        for (Transport.Arrival next = transport.poll(); next != null; next = transport.poll()) {
            arrived.add(next);
        }
        return arrived;
    }

    /** Waits for the next arrival of a kind, takes it and all before it, and returns it. */
    <T extends Transport.Arrival> T awaitNext(Class<T> kind) {
        long limit = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() - limit < 0) {
            List<Transport.Arrival> all = take();
            for (int i = 0; i < all.size(); i++) {
                if (kind.isInstance(all.get(i))) {
                    T found = kind.cast(all.get(i));
                    all.subList(0, i + 1).clear();
                    return found;
                }
            }
            awaitArrival();
        }
        throw new AssertionError("no " + kind.getSimpleName() + " within " + LIMIT + " but " + arrived);
    }

    private void awaitArrival() {
        try {
            boolean unused = signals.tryAcquire(20, TimeUnit.MILLISECONDS);
            int further = signals.drainPermits();
            assertThat(further).isNotNegative();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while it waited", e);
        }
    }

    long awaitConnected() {
        return awaitNext(Transport.Arrival.Connected.class).connection();
    }

    PeerMessage awaitMessage() {
        return awaitNext(Transport.Arrival.Received.class).message();
    }

    @Override
    public void close() {
        end();
    }

    /** Ends it; idempotent. */
    void end() {
        transport.shutdown();
        network.close();
    }
}
