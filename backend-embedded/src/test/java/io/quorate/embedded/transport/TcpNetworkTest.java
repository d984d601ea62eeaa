package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections between ports of this machine, and what those who are no members can do to them. */
@Timeout(120)
class TcpNetworkTest {

    private static final Duration SILENCE = Duration.ofSeconds(2);

    private static PeerMessage ping(long round) {
        return new PeerMessage.Protocol(new Message.Ping(1, round));
    }

    private static PeerMessage readAt(long id) {
        return new PeerMessage.ReadAt(id, 0);
    }

    @Test
    void messagesArriveInTheOrderInWhichTheyWereSent() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            for (int i = 1; i <= 20_000; i++) {
                pair.one.transport.send(pair.forth, readAt(i));
                pair.two.transport.send(pair.back, ping(i));
            }
            for (int i = 1; i <= 20_000; i++) {
                assertThat(pair.two.awaitMessage()).isEqualTo(readAt(i));
                assertThat(pair.one.awaitMessage()).isEqualTo(ping(i));
            }
        }
    }

    @Test
    void membersMeetOverIpv6() throws IOException {
        Map<Integer, PeerAddress> members;
        try {
            members = TcpNode.addresses("::1", 2);
        } catch (SocketException e) {
            Assumptions.abort("this machine has no IPv6");
            return;
        }
        try (TcpNode one = new TcpNode(1, 1, members, SILENCE);
                TcpNode two = new TcpNode(2, 1, members, SILENCE)) {
            assertThat(one.awaitConnected()).isPositive();
            assertThat(two.awaitConnected()).isPositive();
        }
    }

    @Test
    void whatWasSentBeforeTheConnectionWasClosedArrivesAndThenItsEnd() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            for (int i = 1; i <= 5_000; i++) {
                pair.one.transport.send(pair.forth, readAt(i));
                // What arrives at an end that closes must not take back what it has sent.
                pair.two.transport.send(pair.back, readAt(i));
            }
            pair.one.transport.close(pair.forth);
            pair.one.transport.send(pair.forth, readAt(9_999));
            List<Long> received = new ArrayList<>();
            await().atMost(TcpNode.LIMIT)
                    .until(() -> pair.two.take().stream()
                            .anyMatch(arrival -> arrival instanceof Transport.Arrival.Disconnected));
            for (Transport.Arrival arrival : pair.two.take()) {
                if (arrival instanceof Transport.Arrival.Received message
                        && message.message() instanceof PeerMessage.ReadAt at) {
                    received.add(at.id());
                } else if (arrival instanceof Transport.Arrival.Disconnected) {
                    break;
                }
            }
            assertThat(received).hasSize(5_000).isSorted();
            // Both make a new connection, under another id, and nothing of the old one arrives on it.
            assertThat(pair.one.awaitConnected()).isGreaterThan(pair.forth);
            long again = pair.two.awaitNext(Transport.Arrival.Connected.class).connection();
            assertThat(again).isGreaterThan(pair.back);
        }
    }

    @Test
    void lifeThatEndsIsToldAndTheNextOneIsConnected() throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        try (TcpNode one = new TcpNode(1, 1, members, SILENCE)) {
            try (TcpNode two = new TcpNode(2, 1, members, SILENCE)) {
                assertThat(two.awaitConnected()).isPositive();
                assertThat(one.awaitConnected()).isPositive();
            }
            assertThat(one.awaitNext(Transport.Arrival.Disconnected.class).member())
                    .isEqualTo(2);
            try (TcpNode two = new TcpNode(2, 2, members, SILENCE)) {
                assertThat(two.awaitConnected()).isPositive();
                assertThat(one.awaitConnected()).isPositive();
            }
        }
    }

    @Test
    void receiverThatTakesNothingLosesItsConnectionAndTheSenderItsQueue() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            PeerMessage proposal = PeerMessages.proposal(1);
            int sent = 0;
            while (sent < 1_000
                    && pair.one.take().stream().noneMatch(each -> each instanceof Transport.Arrival.Disconnected)) {
                pair.one.transport.send(pair.forth, proposal);
                sent++;
            }
            // The buffers of both ends and of the system in between, and no more.
            assertThat(sent).isBetween(64, 300);
        }
    }

    /** What a member lacks that was away for long is in one message, and must not look like a receiver that takes nothing. */
    @Test
    void historyThatOutweighsTheBoundArrives() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            pair.one.transport.send(pair.forth, PeerMessages.proposal(80));
            pair.one.transport.send(pair.forth, readAt(7));
            int records = 0;
            PeerMessage next = pair.two.awaitMessage();
            while (next instanceof PeerMessage.Protocol part && part.message() instanceof Message.Propose propose) {
                records += propose.records().size();
                next = pair.two.awaitMessage();
            }
            assertThat(records).isEqualTo(80);
            assertThat(next).isEqualTo(readAt(7));
        }
    }

    @Test
    void receiverThatIsSlowerThanTheSenderForAWhileIsKept() throws IOException {
        try (TcpPair pair = new TcpPair(Duration.ofSeconds(30))) {
            PeerMessage proposal = PeerMessages.proposal(1);
            for (int i = 0; i < 150; i++) {
                pair.one.transport.send(pair.forth, proposal);
            }
            for (int i = 0; i < 150; i++) {
                assertThat(pair.two.awaitMessage()).isInstanceOf(PeerMessage.Protocol.class);
            }
        }
    }

    @Test
    void receiverThatTakesNothingForTooLongLosesItsConnection() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            PeerMessage proposal = PeerMessages.proposal(1);
            for (int i = 0; i < 150; i++) {
                pair.one.transport.send(pair.forth, proposal);
            }
            await().atMost(TcpNode.LIMIT).until(() -> {
                pair.one.transport.send(pair.forth, readAt(7));
                return pair.one.take().stream().anyMatch(each -> each instanceof Transport.Arrival.Disconnected);
            });
        }
    }

    @Test
    void snapshotThatStillWaitsWhenTheConnectionIsClosedIsNotSent() throws IOException {
        try (TcpPair pair = new TcpPair(Duration.ofSeconds(30))) {
            PeerMessage proposal = PeerMessages.proposal(1);
            for (int i = 0; i < 60; i++) {
                // Nobody takes them yet, so that the writer stands still.
                pair.one.transport.send(pair.forth, proposal);
            }
            List<byte[]> chunks = Collections.nCopies(4, new byte[256 << 10]);
            pair.one.transport.send(pair.forth, new PeerMessage.SnapshotContent(new LogPoint(1, 1, 1), chunks));
            pair.one.transport.send(pair.forth, readAt(7));
            pair.one.transport.close(pair.forth);
            await().atMost(TcpNode.LIMIT)
                    .until(() -> pair.two.take().stream()
                            .anyMatch(arrival -> arrival instanceof Transport.Arrival.Disconnected));
            List<PeerMessage> received = pair.two.take().stream()
                    .filter(arrival -> arrival instanceof Transport.Arrival.Received)
                    .map(arrival -> ((Transport.Arrival.Received) arrival).message())
                    .toList();
            assertThat(received).hasSize(60).allMatch(message -> message instanceof PeerMessage.Protocol);
        }
    }

    @Test
    void heartbeatsOvertakeTheContentOfASnapshot() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            List<byte[]> chunks = Collections.nCopies(400, new byte[256 << 10]);
            pair.one.transport.send(pair.forth, new PeerMessage.SnapshotContent(new LogPoint(1, 1, 1), chunks));
            pair.one.transport.send(pair.forth, readAt(7));
            pair.one.transport.send(pair.forth, ping(1));
            assertThat(pair.two.awaitMessage()).isEqualTo(ping(1));
            PeerMessage content = pair.two.awaitMessage();
            assertThat(content).isInstanceOf(PeerMessage.SnapshotContent.class);
            assertThat(((PeerMessage.SnapshotContent) content).chunks()).hasSize(400);
            assertThat(pair.two.awaitMessage()).isEqualTo(readAt(7));
        }
    }

    @Test
    void newerLifeTakesThePlaceOfAnOlderOneAndNotTheOtherWayRound() throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        Map<Integer, PeerAddress> elsewhere = new TreeMap<>(members);
        elsewhere.put(2, new PeerAddress("127.0.0.1", 0));
        try (TcpNode one = new TcpNode(1, 1, members, SILENCE);
                TcpNode two = new TcpNode(2, 5, members, SILENCE)) {
            long first = one.awaitConnected();
            assertThat(two.awaitConnected()).isPositive();
            try (TcpNode older = new TcpNode(2, 4, elsewhere, SILENCE)) {
                await().atMost(TcpNode.LIMIT).until(() -> one.network.refusedConnections() >= 3);
                assertThat(older.take()).isEmpty();
                assertThat(one.take()).isEmpty();
            }
            try (TcpNode newer = new TcpNode(2, 6, elsewhere, SILENCE)) {
                assertThat(newer.awaitConnected()).isPositive();
                assertThat(one.awaitNext(Transport.Arrival.Disconnected.class).connection())
                        .isEqualTo(first);
                assertThat(one.awaitConnected()).isGreaterThan(first);
            }
        }
    }

    /** A peer that is gone without a word, as behind a cable that was pulled, is noticed by its silence. */
    @Test
    void silentConnectionIsGivenUp() throws IOException {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        try (TcpNode one = new TcpNode(1, 1, members, Duration.ofMillis(300));
                // It believes that it has all the time of the world, and keeps nothing alive.
                TcpNode two = new TcpNode(2, 1, members, Duration.ofHours(1))) {
            assertThat(two.awaitConnected()).isPositive();
            long first = one.awaitConnected();
            assertThat(one.awaitNext(Transport.Arrival.Disconnected.class).connection())
                    .isEqualTo(first);
        }
    }

    @Test
    void idleConnectionIsKept() throws IOException {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            await().during(SILENCE.multipliedBy(3))
                    .atMost(TcpNode.LIMIT)
                    .until(() -> pair.one.take().isEmpty() && pair.two.take().isEmpty());
        }
    }

    // ---- those who are no members

    /** What strangers do, over and over, until it is told to stop. */
    private interface Mischief {
        void once(Socket socket, Random random) throws IOException;
    }

    private static void garbage(Socket socket, Random random) throws IOException {
        byte[] bytes = new byte[1 + random.nextInt(5_000)];
        random.nextBytes(bytes);
        socket.getOutputStream().write(bytes);
        socket.close();
    }

    private static void halfFrame(Socket socket, Random random) throws IOException {
        byte[] hello = FrameTest.frame(new LinkIdentity(TcpNode.CLUSTER, 2, 9, 9), Handshake.HELLO, 0, new byte[50]);
        socket.getOutputStream().write(hello, 0, 1 + random.nextInt(hello.length - 1));
    }

    private static void claimsMuch(Socket socket, Random random) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) random.nextInt(), 0, 0, 0, 0});
        out.write(new byte[100]);
    }

    private static void nothing(Socket socket, Random random) {}

    /** Holds some hundred connections open, of which each does its mischief, and the oldest makes room for a new one. */
    private static Thread mischief(PeerAddress target, AtomicBoolean over, Mischief mischief, long[] connects) {
        Thread thread = new Thread(
                () -> {
                    Random random = new Random(9);
                    List<Socket> open = new ArrayList<>();
                    while (!over.get()) {
                        try {
                            Socket socket = new Socket();
                            socket.connect(new InetSocketAddress(target.host(), target.port()), 1_000);
                            connects[0]++;
                            open.add(socket);
                            mischief.once(socket, random);
                        } catch (IOException e) {
                            // It was closed, or the backlog is full: that is what the port is for.
                        }
                        while (open.size() > 300) {
                            PendingHandshakes.close(open.remove(0));
                        }
                    }
                    open.forEach(PendingHandshakes::close);
                },
                "mischief");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void standsUp(Mischief what) throws Exception {
        Map<Integer, PeerAddress> members = TcpNode.addresses("127.0.0.1", 2);
        AtomicBoolean over = new AtomicBoolean();
        long[] connects = new long[1];
        try (TcpNode one = new TcpNode(1, 1, members, SILENCE)) {
            try (TcpNode two = new TcpNode(2, 1, members, SILENCE)) {
                long back = two.awaitConnected();
                assertThat(one.awaitConnected()).isPositive();
                Thread stranger = mischief(Objects.requireNonNull(members.get(1)), over, what, connects);
                for (int i = 1; i <= 200 || connects[0] < 500; i++) {
                    two.transport.send(back, readAt(i));
                    assertThat(one.awaitMessage()).isEqualTo(readAt(i));
                }
                // One thread for each that is being looked at, two for the connection, and the one that accepts.
                assertThat(one.network.threads().count()).isLessThanOrEqualTo(2 * TcpSettings.MAX_HANDSHAKES + 5);
                two.end();
                try (TcpNode again = new TcpNode(2, 2, members, SILENCE)) {
                    assertThat(again.awaitConnected()).isPositive();
                }
                over.set(true);
                stranger.join();
            } finally {
                over.set(true);
            }
        }
    }

    @Test
    void garbageChangesNothing() throws Exception {
        standsUp(TcpNetworkTest::garbage);
    }

    @Test
    void halfFramesChangeNothing() throws Exception {
        standsUp(TcpNetworkTest::halfFrame);
    }

    @Test
    void claimedLengthsChangeNothing() throws Exception {
        standsUp(TcpNetworkTest::claimsMuch);
    }

    @Test
    void connectionsThatSayNothingChangeNothing() throws Exception {
        standsUp(TcpNetworkTest::nothing);
    }

    /** Those that come from everywhere are turned away without a thread or a place for each, and members do not notice. */
    @Test
    void crowdOfStrangersIsTurnedAway() throws Exception {
        try (TcpPair pair = new TcpPair(SILENCE)) {
            PeerAddress target = pair.address(1);
            int most = 0;
            for (int i = 1; i <= 4_000; i++) {
                try (Socket stranger = new Socket()) {
                    stranger.bind(new InetSocketAddress("127.9." + i / 250 + "." + (1 + i % 250), 0));
                    stranger.connect(new InetSocketAddress(target.host(), target.port()), 1_000);
                } catch (IOException e) {
                    // It was turned away before it knew that it was there, or the backlog is full.
                }
                most = Math.max(most, pair.one.network.threads().count());
                if (i % 20 == 0) {
                    pair.two.transport.send(pair.back, readAt(i));
                    assertThat(pair.one.awaitMessage()).isEqualTo(readAt(i));
                }
            }
            assertThat(most).isLessThanOrEqualTo(2 * TcpSettings.MAX_HANDSHAKES + 5);
            await().atMost(TcpNode.LIMIT).until(() -> pair.one.network.refusedConnections() > 500);
            // What is left of them when their time is up: the thread that accepts, and two for the connection.
            await().atMost(TcpNode.LIMIT).until(() -> pair.one.network.threads().count() <= 3);
            assertThat(pair.one.take()).isEmpty();
        }
    }

    /** Who sends a byte now and then is closed when the time for all of it is up. */
    @Test
    void slowGreetingIsBrokenOff() {
        PendingHandshakes pending = new PendingHandshakes(2, 100);
        Socket first = new Socket();
        Socket second = new Socket();
        Socket third = new Socket();
        pending.add(first, 0);
        pending.add(second, 50);
        pending.expire(100);
        assertThat(first.isClosed()).isFalse();
        pending.expire(101);
        assertThat(first.isClosed()).isTrue();
        assertThat(pending.remove(first)).isFalse();
        pending.add(third, 101);
        assertThat(pending.size()).isEqualTo(2);
        Socket fourth = new Socket();
        pending.add(fourth, 102);
        assertThat(second.isClosed()).isTrue();
        assertThat(pending.size()).isEqualTo(2);
        assertThat(pending.remove(third)).isTrue();
        assertThat(third.isClosed()).isFalse();
    }
}
