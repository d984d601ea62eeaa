package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two members make sure of each other, or part with a reason; a stranger gets nowhere. */
@Timeout(60)
class HandshakeTest {

    private static final UUID CLUSTER = new UUID(7, 9);
    private static final Set<Integer> MEMBERS = Set.of(1, 2, 3);

    private final ExecutorService acceptors = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        acceptors.shutdownNow();
    }

    private static ClusterKey key(int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return ClusterKey.of(secret);
    }

    private static Handshake.Self self(int id) {
        return new Handshake.Self(CLUSTER, id, 100 + id, MEMBERS, () -> Standing.NEW);
    }

    private static Handshake member(Handshake.Self self, @Nullable ClusterKey key) {
        return new Handshake(self, key, new SplittableRandom(self.id()));
    }

    /** What became of both ends: the connection or the failure. */
    private record Ends(Object dialer, @Nullable Object acceptor) {
        Refusal refusedBy(Object end) {
            assertThat(end).isInstanceOf(RefusedException.class);
            return ((RefusedException) end).refusal();
        }
    }

    private Ends meet(Handshake dialer, Handshake acceptor) throws Exception {
        return meet(dialer, acceptor, 1, Handshake.Purpose.JOIN, member -> true, peer -> null);
    }

    private Ends meet(
            Handshake dialer,
            Handshake acceptor,
            int target,
            Handshake.Purpose purpose,
            IntPredicate certified,
            Handshake.Admission admission)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket near = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket far = server.accept()) {
            near.setSoTimeout(20_000);
            far.setSoTimeout(20_000);
            Future<@Nullable Object> accepted = acceptors.submit(() -> {
                try {
                    return acceptor.accept(far.getInputStream(), far.getOutputStream(), certified, admission);
                } catch (IOException e) {
                    PendingHandshakes.close(far);
                    return e;
                }
            });
            Object dialed;
            try {
                dialed = dialer.dial(near.getInputStream(), near.getOutputStream(), target, purpose, member -> true);
            } catch (IOException e) {
                PendingHandshakes.close(near);
                dialed = e;
            }
            return new Ends(dialed, accepted.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void membersWithTheSameKeyMeet() throws Exception {
        Ends ends = meet(member(self(2), key(1)), member(self(1), key(1)));
        assertThat(ends.dialer()).isInstanceOf(Handshake.Established.class);
        assertThat(ends.acceptor()).isInstanceOf(Handshake.Established.class);
        LinkIdentity seenByDialer = ((Handshake.Established) ends.dialer()).peer();
        LinkIdentity seenByAcceptor = ((Handshake.Established) Objects.requireNonNull(ends.acceptor())).peer();
        assertThat(seenByDialer.sender()).isEqualTo(1);
        assertThat(seenByDialer.incarnation()).isEqualTo(101);
        assertThat(seenByAcceptor.sender()).isEqualTo(2);
        assertThat(seenByAcceptor.incarnation()).isEqualTo(102);
        assertThat(seenByDialer.connection())
                .isEqualTo(seenByAcceptor.connection())
                .isPositive();
    }

    @Test
    void memberWithAnotherKeyIsRefusedByEitherEnd() throws Exception {
        // The acceptor proves itself first, so that the dialer is the one to notice.
        Ends ends = meet(member(self(2), key(1)), member(self(1), key(2)));
        assertThat(ends.refusedBy(ends.dialer())).isEqualTo(Refusal.PROOF);
        assertThat(ends.acceptor()).isInstanceOf(IOException.class);
        // A dialer that does not care is noticed by the acceptor.
        Ends careless = meet(member(self(2), null), member(self(1), key(2)));
        assertThat(careless.refusedBy(careless.dialer())).isEqualTo(Refusal.PROOF);
        assertThat(careless.acceptor())
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.PROOF));
        // And an acceptor that does not prove anything by the dialer.
        Ends silent = meet(member(self(2), key(1)), member(self(1), null));
        assertThat(silent.refusedBy(silent.dialer())).isEqualTo(Refusal.PROOF);
    }

    @Test
    void memberOfAnotherClusterIsRefusedAndBothAreToldTheIds() throws Exception {
        UUID other = new UUID(8, 8);
        Handshake stranger = member(new Handshake.Self(other, 2, 1, MEMBERS, () -> Standing.NEW), key(1));
        Ends ends = meet(stranger, member(self(1), key(1)));
        for (Object end : new Object[] {ends.dialer(), Objects.requireNonNull(ends.acceptor())}) {
            assertThat(end)
                    .isInstanceOfSatisfying(
                            FrameException.class, e -> assertThat(e.reason()).isEqualTo(FrameException.Reason.CLUSTER));
            assertThat(((IOException) end).getMessage())
                    .contains(CLUSTER.toString())
                    .contains(other.toString());
        }
    }

    @Test
    void memberThatDoesNotExistIsRefused() throws Exception {
        Handshake.Self nobody = new Handshake.Self(CLUSTER, 9, 1, MEMBERS, () -> Standing.NEW);
        Ends ends = meet(member(nobody, key(1)), member(self(1), key(1)));
        assertThat(ends.refusedBy(ends.dialer())).isEqualTo(Refusal.UNKNOWN_MEMBER);
        Ends same = meet(member(self(1), key(1)), member(self(1), key(1)));
        assertThat(same.refusedBy(same.dialer())).isEqualTo(Refusal.UNKNOWN_MEMBER);
    }

    @Test
    void memberWithAnotherListIsRefused() throws Exception {
        Handshake.Self five = new Handshake.Self(CLUSTER, 2, 1, Set.of(1, 2, 3, 4, 5), () -> Standing.NEW);
        Ends ends = meet(member(five, key(1)), member(self(1), key(1)));
        assertThat(ends.refusedBy(ends.dialer())).isEqualTo(Refusal.MEMBER_LIST);
    }

    @Test
    void memberAtTheAddressOfAnotherIsNoticed() throws Exception {
        Ends ends = meet(
                member(self(3), key(1)),
                member(self(1), key(1)),
                2,
                Handshake.Purpose.JOIN,
                member -> true,
                peer -> null);
        assertThat(ends.refusedBy(ends.dialer())).isEqualTo(Refusal.WRONG_TARGET);
    }

    @Test
    void certificateOfAnotherMemberIsRefused() throws Exception {
        Ends ends = meet(
                member(self(2), null),
                member(self(1), null),
                1,
                Handshake.Purpose.JOIN,
                member -> member == 3,
                peer -> null);
        assertThat(ends.refusedBy(ends.dialer())).isEqualTo(Refusal.CERTIFICATE);
    }

    @Test
    void acceptorSaysWhyItAdmitsNobody() throws Exception {
        for (Refusal refusal : new Refusal[] {Refusal.NOT_READY, Refusal.DUPLICATE, Refusal.OUTDATED}) {
            Ends ends = meet(
                    member(self(2), key(1)),
                    member(self(1), key(1)),
                    1,
                    Handshake.Purpose.JOIN,
                    member -> true,
                    peer -> refusal);
            assertThat(ends.refusedBy(ends.dialer())).isEqualTo(refusal);
        }
    }

    @Test
    void whoProbesLearnsTheStanding() throws Exception {
        for (Standing standing : Standing.values()) {
            Handshake.Self asked = new Handshake.Self(CLUSTER, 1, 1, MEMBERS, () -> standing);
            Ends ends = meet(
                    member(self(2), key(1)),
                    member(asked, key(1)),
                    1,
                    Handshake.Purpose.PROBE,
                    member -> true,
                    peer -> null);
            assertThat(((Handshake.Established) ends.dialer()).standing()).isEqualTo(standing);
            assertThat(ends.acceptor()).isNull();
        }
    }

    /** What an honest member said once is of no use to whoever has listened. */
    @Test
    void recordedConversationCannotBeReplayed() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket near = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket far = server.accept()) {
            Handshake acceptor = member(self(1), key(1));
            Future<@Nullable Object> accepted = acceptors.submit(
                    () -> acceptor.accept(far.getInputStream(), far.getOutputStream(), member -> true, peer -> null));
            OutputStream recording = new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    said.write(b);
                    near.getOutputStream().write(b);
                }
            };
            Handshake.Established unused = member(self(2), key(1))
                    .dial(near.getInputStream(), recording, 1, Handshake.Purpose.JOIN, member -> true);
            assertThat(accepted.get(30, TimeUnit.SECONDS)).isNotNull();
        }
        Handshake later = new Handshake(self(1), key(1), new SplittableRandom(77));
        assertThat(acceptedOrRefused(later, said.toByteArray()))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.PROOF));
    }

    private static @Nullable Object acceptedOrRefused(Handshake acceptor, byte[] input) {
        try {
            return acceptor.accept(
                    new ByteArrayInputStream(input), new ByteArrayOutputStream(), member -> true, peer -> null);
        } catch (IOException e) {
            return e;
        }
    }

    @Test
    void garbageAndHalfGreetingsEndInAnIoException() {
        Random random = new Random(5);
        Handshake acceptor = member(self(1), key(1));
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            assertThat(acceptedOrRefused(acceptor, bytes)).isInstanceOf(IOException.class);
        }
        LinkIdentity two = new LinkIdentity(CLUSTER, 2, 5, 5);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = new byte[random.nextInt(80)];
            random.nextBytes(body);
            byte[] frame = FrameTest.frame(two, Handshake.HELLO, 0, body);
            assertThat(acceptedOrRefused(acceptor, frame)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void greetingThatIsTooLongIsRefusedUnread() {
        byte[] frame = FrameTest.frame(new LinkIdentity(CLUSTER, 2, 5, 5), Handshake.HELLO, 0, new byte[4097]);
        assertThat(acceptedOrRefused(member(self(1), key(1)), frame))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.reason()).isEqualTo(FrameException.Reason.TOO_LONG));
    }

    @Test
    void messageAheadOfTheGreetingIsOutOfPlace() {
        byte[] frame = FrameTest.frame(new LinkIdentity(CLUSTER, 2, 5, 5), PeerMessageCodec.SPACE_LOW, 0);
        assertThat(acceptedOrRefused(member(self(1), key(1)), frame))
                .isInstanceOfSatisfying(
                        FrameException.class,
                        e -> assertThat(e.reason()).isEqualTo(FrameException.Reason.OUT_OF_PLACE));
    }
}
