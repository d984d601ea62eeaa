package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.embedded.zab.Message;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections begin, follow one another and end, and that nothing is left of them. */
@Timeout(120)
class TcpTransportTest {

    private static final Duration SILENCE = Duration.ofSeconds(2);

    private static TcpNode node(int id, Map<Integer, PeerAddress> members, Duration silence) throws IOException {
        return new TcpNode(id, 1, members, silence);
    }

    /** A member that connects by hand; it has proved who it is as soon as this returns. */
    private static Socket connected(PeerAddress target, long incarnation) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(target.host(), target.port()));
        Handshake.Self self = new Handshake.Self(TcpNode.CLUSTER, 2, incarnation, Set.of(1, 2), () -> Standing.NEW);
        Handshake.Established unused = new Handshake(self, TcpNode.key(), new SplittableRandom(incarnation))
                .dial(socket.getInputStream(), socket.getOutputStream(), 1, Handshake.Purpose.JOIN, member -> true);
        return socket;
    }

    /** The old connection ends by itself at the moment in which it is replaced. */
    @Test
    void endOfAConnectionIsToldOnceAndBeforeTheNextOne() throws Exception {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        PeerAddress target = Objects.requireNonNull(members.get(1));
        try (TcpNode one = node(1, members, SILENCE)) {
            int connections = 100;
            Socket last = connected(target, 1);
            for (int life = 2; life <= connections; life++) {
                Socket old = last;
                Thread closer = new Thread(() -> PendingHandshakes.close(old), "closer");
                closer.start();
                last = connected(target, life);
                closer.join();
            }
            PendingHandshakes.close(last);
            await().atMost(TcpNode.LIMIT).until(() -> one.take().size() >= 2 * connections);
            await().atMost(TcpNode.LIMIT).until(() -> one.network.threads().count() == 1);
            List<Long> told = new ArrayList<>();
            for (Transport.Arrival arrival : one.take()) {
                told.add(
                        arrival instanceof Transport.Arrival.Connected up
                                ? up.connection()
                                : -((Transport.Arrival.Disconnected) arrival).connection());
            }
            List<Long> inOrder = new ArrayList<>();
            for (long id = 1; id <= connections; id++) {
                inOrder.add(id);
                inOrder.add(-id);
            }
            assertThat(told).isEqualTo(inOrder);
        }
    }

    @Test
    void connectionIsMadeAnewOnlyWhenWhatWasSentOnTheClosedOneHasLeft() throws IOException {
        try (TcpPair pair = new TcpPair(Duration.ofSeconds(30))) {
            for (int i = 0; i < 60; i++) {
                pair.two.transport.send(pair.back, PeerMessages.proposal(1));
            }
            pair.two.transport.close(pair.back);
            // The other end takes nothing, so that most of it can not leave.
            await().during(Duration.ofMillis(500))
                    .atMost(TcpNode.LIMIT)
                    .until(() -> pair.two.take().isEmpty());
            for (int i = 0; i < 60; i++) {
                assertThat(pair.one.awaitNext(Transport.Arrival.class)).isInstanceOf(Transport.Arrival.Received.class);
            }
            assertThat(pair.one.awaitNext(Transport.Arrival.class)).isInstanceOf(Transport.Arrival.Disconnected.class);
            assertThat(pair.one.awaitConnected()).isPositive();
            assertThat(pair.two.awaitConnected()).isGreaterThan(pair.back);
        }
    }

    @Test
    void connectionsOfALifeThatHasEndedAreEndedThoughTheNextOneHasEndedToo() throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        try (TcpNode two = node(2, members, SILENCE);
                TcpNode one = node(1, members, SILENCE)) {
            long forth = one.awaitConnected();
            for (int i = 0; i < 60; i++) {
                one.transport.send(forth, PeerMessages.proposal(1));
            }
            // The other end is there, but takes nothing.
            one.transport.shutdown();
            Transport next = one.network.endpoint(1);
            next.open(() -> {});
            next.shutdown();
            await().atMost(TcpNode.LIMIT).until(() -> one.network.threads().count() == 1);
            assertThat(two.awaitConnected()).isPositive();
        }
    }

    @Test
    void connectionIsMadeAnewByALifeAsSoonAsTheConnectionsOfTheLastOneHaveLeft() throws IOException {
        try (TcpPair pair = new TcpPair(Duration.ofSeconds(30))) {
            for (int i = 0; i < 60; i++) {
                pair.two.transport.send(pair.back, PeerMessages.proposal(1));
            }
            pair.two.transport.shutdown();
            Transport next = pair.two.network.endpoint(2);
            next.open(() -> {});
            try {
                await().during(Duration.ofMillis(500)).atMost(TcpNode.LIMIT).until(() -> next.poll() == null);
                for (int i = 0; i < 60; i++) {
                    assertThat(pair.one.awaitNext(Transport.Arrival.class))
                            .isInstanceOf(Transport.Arrival.Received.class);
                }
                assertThat(pair.one.awaitConnected()).isPositive();
            } finally {
                next.shutdown();
            }
        }
    }

    /** A connection that is ended as soon as it is made tells nothing good of the next one. */
    @Test
    void pausesBetweenConnectionsThatDoNotLastGrow() throws Exception {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        PeerAddress address = Objects.requireNonNull(members.get(1));
        Handshake.Self self = new Handshake.Self(TcpNode.CLUSTER, 1, 1, Set.of(1, 2), () -> Standing.NEW);
        Handshake handshake = new Handshake(self, TcpNode.key(), new SplittableRandom(1));
        try (ServerSocket server = new ServerSocket(address.port(), 10, InetAddress.getByName(address.host()));
                TcpNode two = node(2, members, SILENCE)) {
            long last = 0;
            long pause = 0;
            for (int i = 0; i < 8; i++) {
                try (Socket socket = server.accept()) {
                    long now = System.nanoTime();
                    pause = now - last;
                    Handshake.Established unused = handshake.accept(
                            socket.getInputStream(), socket.getOutputStream(), member -> true, peer -> null);
                    last = System.nanoTime();
                }
            }
            assertThat(pause).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(400));
            assertThat(two.take()).isNotEmpty();
        }
    }

    /** Whatever strangers do at its port, a member that is slow to answer is connected to in the end. */
    @Test
    void strangersDoNotTakeThePlacesOfTheConnectionsThatAMemberMakes() throws Exception {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        PeerAddress slow = Objects.requireNonNull(members.get(1));
        PeerAddress own = Objects.requireNonNull(members.get(2));
        Handshake.Self self = new Handshake.Self(TcpNode.CLUSTER, 1, 1, Set.of(1, 2), () -> Standing.NEW);
        Handshake handshake = new Handshake(self, TcpNode.key(), new SplittableRandom(1));
        try (ServerSocket server = new ServerSocket(slow.port(), 10, InetAddress.getByName(slow.host()));
                TcpNode two = node(2, members, SILENCE);
                Socket socket = server.accept()) {
            List<Socket> strangers = new ArrayList<>();
            for (int i = 0; i < 3 * TcpSettings.MAX_HANDSHAKES; i++) {
                strangers.add(new Socket(own.host(), own.port()));
            }
            await().atMost(TcpNode.LIMIT).until(() -> hasEnded(strangers.get(0)));
            assertThat(handshake.accept(
                            socket.getInputStream(), socket.getOutputStream(), member -> true, peer -> null))
                    .isNotNull();
            assertThat(two.awaitConnected()).isPositive();
            strangers.forEach(PendingHandshakes::close);
        }
    }

    /** Whoever has connected and is slow to read what it is told. */
    private static final class Slow extends FilterInputStream {
        private final Runnable before;
        private boolean begun;

        Slow(InputStream input, Runnable before) {
            super(input);
            this.before = before;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (!begun) {
                begun = true;
                before.run();
            }
            return super.read(target, offset, length);
        }
    }

    @Test
    void strangersDoNotTakeThePlaceOfAMemberThatIsSlowToProveItself() throws Exception {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        PeerAddress target = Objects.requireNonNull(members.get(1));
        try (TcpNode one = node(1, members, SILENCE);
                Socket member = new Socket(target.host(), target.port())) {
            Handshake.Self self = new Handshake.Self(TcpNode.CLUSTER, 2, 1, Set.of(1, 2), () -> Standing.NEW);
            List<Socket> strangers = new ArrayList<>();
            InputStream slow = new Slow(member.getInputStream(), () -> {
                // It has been heard once it is answered.
                await().atMost(TcpNode.LIMIT)
                        .until(() -> member.getInputStream().available() > 0);
                for (int i = 0; i < 3 * TcpSettings.MAX_HANDSHAKES; i++) {
                    strangers.add(connection(target));
                }
                await().atMost(TcpNode.LIMIT).until(() -> hasEnded(strangers.get(0)));
            });
            assertThat(new Handshake(self, TcpNode.key(), new SplittableRandom(1))
                            .dial(slow, member.getOutputStream(), 1, Handshake.Purpose.JOIN, any -> true))
                    .isNotNull();
            assertThat(one.awaitConnected()).isPositive();
            strangers.forEach(PendingHandshakes::close);
        }
    }

    private static Socket connection(PeerAddress target) {
        try {
            return new Socket(target.host(), target.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasEnded(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    // ---- the system has no thread left

    @ParameterizedTest
    @ValueSource(strings = {"dial-", "from-", "to-"})
    void memberThatFindsNoThreadForAConnectionTriesAgain(String refused) throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        RefusingThreads threads = new RefusingThreads(refused, 3);
        try (TcpNode one = node(1, members, SILENCE);
                TcpNode two = new TcpNode(2, 1, members, SILENCE, threads)) {
            assertThatAllBelongTogether(one, two);
            assertThat(threads.hasRefused()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"handshake", "from-", "to-"})
    void memberThatFindsNoThreadForWhoeverConnectsGoesOnAccepting(String refused) throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        RefusingThreads threads = new RefusingThreads(refused, 3);
        try (TcpNode one = new TcpNode(1, 1, members, SILENCE, threads);
                TcpNode two = node(2, members, SILENCE)) {
            assertThatAllBelongTogether(two, one);
            assertThat(threads.hasRefused()).isTrue();
        }
    }

    /** What is sent on the connections that the first one is told of arrives in the end, and of all others the end is told. */
    private static void assertThatAllBelongTogether(TcpNode sender, TcpNode refused) {
        await().atMost(TcpNode.LIMIT).until(() -> {
            List<Transport.Arrival> told = List.copyOf(sender.take());
            if (!told.isEmpty() && told.get(told.size() - 1) instanceof Transport.Arrival.Connected last) {
                sender.transport.send(last.connection(), new PeerMessage.ReadAt(7, 0));
            }
            return refused.take().stream().anyMatch(arrival -> arrival instanceof Transport.Arrival.Received);
        });
        long open = 0;
        for (Transport.Arrival arrival : refused.take()) {
            if (arrival instanceof Transport.Arrival.Connected up) {
                assertThat(open).isZero();
                open = up.connection();
            } else if (arrival instanceof Transport.Arrival.Disconnected down) {
                assertThat(down.connection()).isEqualTo(open);
                open = 0;
            }
        }
        assertThat(open).isPositive();
    }

    @Test
    void portIsFreeAgainIfThereIsNoThreadThatAccepts() throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 1);
        try (TcpNetwork refused =
                new TcpNetwork(TcpNode.settings(1, 1, members, SILENCE), new RefusingThreads("accept", 1))) {
            assertThatThrownBy(refused::bind).isInstanceOf(IOException.class).hasMessageContaining("thread");
        }
        try (TcpNode again = node(1, members, SILENCE)) {
            assertThat(again.take()).isEmpty();
        }
    }

    /** Counts promises and their keeping, and what was handed over in between. */
    private static final class Promises implements Driving {
        private final AtomicInteger made = new AtomicInteger();
        private final AtomicInteger kept = new AtomicInteger();

        @Override
        public void promiseHelp() {
            made.incrementAndGet();
        }

        @Override
        public void helpBriefly() {
            kept.incrementAndGet();
        }
    }

    @Test
    void threadThatHasReadTheLastMessageForNowPromisesToHelpAndDoes() throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        Promises promises = new Promises();
        try (TcpNode one = new TcpNode(TcpNode.settings(1, 1, members, SILENCE, promises), TransportThreads::plain);
                TcpNode two = node(2, members, SILENCE)) {
            long back = two.awaitConnected();
            assertThat(one.awaitConnected()).isPositive();

            two.transport.send(back, new PeerMessage.Protocol(new Message.Ping(1, 1)));

            assertThat(one.awaitMessage()).isNotNull();
            assertThat(promises.made).hasPositiveValue();
            await().untilAsserted(() -> assertThat(promises.kept).hasValue(promises.made.get()));
        }
    }
}
