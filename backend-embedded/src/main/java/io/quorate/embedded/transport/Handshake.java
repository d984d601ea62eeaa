package io.quorate.embedded.transport;

import io.quorate.embedded.tree.BinaryInput;
import io.quorate.embedded.tree.BinaryOutput;
import io.quorate.embedded.tree.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How two members make sure of each other before anything else is said.
 *
 * <pre>
 * dialer                                            acceptor
 * HELLO   magic, purpose, target, list, nonce  ---&gt;
 *         &lt;---  WELCOME  target, standing, list, nonce, proof      or REFUSED
 * PROOF   proof                                ---&gt;
 *         &lt;---  ACCEPTED                                           or REFUSED
 * </pre>
 *
 * <p>A proof is an HMAC under the cluster key over who proves it, whose connection it is and everything both have said, their fresh
 * nonces included: so neither can be replayed, nor be sent back to its author. Where certificates tell who is who the cluster key
 * may be missing, and the proofs are empty. Who only probes leaves behind WELCOME.
 *
 * <p>All frames are those of {@link FrameFormat}, at most {@link FrameFormat#HANDSHAKE_BYTES} long. The limit on the time is the
 * caller's.
 */
final class Handshake {

    static final int HELLO = 96;
    static final int WELCOME = 97;
    static final int PROOF = 98;
    static final int ACCEPTED = 99;
    static final int REFUSED = 100;

    private static final long MAGIC = 0x51_55_4F_52_41_54_45_00L;
    private static final int NONCE_BYTES = 32;
    private static final byte[] DIALER = "quorate dialer".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ACCEPTOR = "quorate acceptor".getBytes(StandardCharsets.US_ASCII);

    /** What a connection is made for. */
    enum Purpose {
        /** To take part. */
        JOIN(0),
        /** To learn what the other member has to lose. */
        PROBE(1);

        private static final Purpose[] PURPOSES = values();

        private final int number;

        Purpose(int number) {
            this.number = number;
        }

        static Purpose of(int number) throws FrameException {
            if (number >= PURPOSES.length) {
                throw new FrameException(FrameException.Reason.MALFORMED, "no purpose has the number " + number);
            }
            return PURPOSES[number];
        }
    }

    /**
     * Who this end is.
     *
     * @param members the ids of all members
     * @param standing what it tells those who probe
     */
    record Self(UUID cluster, int id, long incarnation, Set<Integer> members, Supplier<Standing> standing) {

        /** Returns a number that differs between lists of members. */
        long listHash() {
            long hash = 17;
            for (int member : members.stream().sorted().toList()) {
                hash = hash * 31 + member;
            }
            return hash;
        }
    }

    /**
     * A connection whose ends have made sure of each other.
     *
     * @param peer whose frames arrive
     * @param standing what the other end said it has to lose; {@link Standing#UNKNOWN} at the acceptor
     * @param reader reads frames of the other end and of nobody else
     * @param writer writes frames of this end
     */
    record Established(LinkIdentity peer, Standing standing, FrameReader reader, FrameWriter writer) {}

    /** Decides at the acceptor whether a member that has proved who it is may connect. */
    @FunctionalInterface
    interface Admission {

        /** Returns why not, or {@code null} if it may. */
        @Nullable
        Refusal refusal(LinkIdentity peer);

        /** Whoever has connected speaks as a member of this cluster does, and has still to prove that it is one. */
        default void greeted() {}
    }

    private record Hello(Purpose purpose, int target, long listHash) {}

    private final Self self;
    private final @Nullable ClusterKey key;
    private final RandomGenerator random;

    /**
     * Creates it.
     *
     * @param key the cluster key, or {@code null} if certificates alone tell who is who
     * @param random draws nonces and numbers of connections; it must not be guessable
     */
    Handshake(Self self, @Nullable ClusterKey key, RandomGenerator random) {
        this.self = self;
        this.key = key;
        this.random = random;
    }

    // ---- the dialer's side

    /**
     * Makes sure of the member that was dialled.
     *
     * @param certified whether the certificate at the other end is that of a member
     * @throws RefusedException if one end does not want the other
     */
    Established dial(InputStream in, OutputStream out, int target, Purpose purpose, IntPredicate certified)
            throws IOException {
        long connection = 1 + (random.nextLong() >>> 2);
        FrameWriter writer = new FrameWriter(out, mine(connection));
        byte[] hello = hello(target, purpose);
        writer.write(HELLO, hello);
        writer.flush();

        FrameReader reader = new FrameReader(in, self.cluster());
        Frame frame = expect(reader, WELCOME);
        LinkIdentity peer = reader.identity();
        byte[] welcome = bytes(frame);
        if (peer.sender() != target) {
            throw refused(
                    Refusal.WRONG_TARGET,
                    "the member at the address of member " + target + " is member " + peer.sender());
        }
        if (peer.connection() != connection) {
            throw new FrameException(FrameException.Reason.CONNECTION, "an answer for another connection");
        }
        if (!certified.test(target)) {
            throw refused(Refusal.CERTIFICATE, "member " + target + " " + Refusal.CERTIFICATE.what());
        }
        reader.expect(peer);
        Standing standing = readWelcome(welcome, hello, peer, connection);
        if (purpose == Purpose.JOIN) {
            writer.write(PROOF, proof(DIALER, mine(connection), peer, hello, welcome));
            writer.flush();
            expect(reader, ACCEPTED);
        }
        return new Established(peer, standing, reader, writer);
    }

    private byte[] hello(int target, Purpose purpose) {
        BinaryOutput output = new BinaryOutput(64);
        output.fixed(MAGIC);
        output.octet(purpose.number);
        output.number(target);
        output.fixed(self.listHash());
        output.raw(nonce());
        return output.toByteArray();
    }

    private Standing readWelcome(byte[] welcome, byte[] hello, LinkIdentity peer, long connection) throws IOException {
        BinaryInput input = input(welcome);
        try {
            int target = input.count(Integer.MAX_VALUE);
            Standing standing = Standing.of(input.octet());
            long listHash = input.fixed();
            byte[] nonce = input.raw(NONCE_BYTES);
            byte[] proof = input.raw(input.count(ClusterKey.PROOF_BYTES));
            input.end();
            if (target != self.id()) {
                throw refused(Refusal.WRONG_TARGET, "member " + peer.sender() + " answered member " + target);
            }
            if (listHash != self.listHash()) {
                throw refused(
                        Refusal.MEMBER_LIST,
                        "member " + peer.sender() + " " + Refusal.MEMBER_LIST.what() + "; here they are "
                                + self.members());
            }
            byte[] said = welcome(target, standing, listHash, nonce);
            checkProof(proof, ACCEPTOR, peer, mine(connection), hello, said);
            return standing;
        } catch (MalformedDataException e) {
            throw new FrameException(FrameException.Reason.MALFORMED, "a welcome: " + e.getMessage(), e);
        }
    }

    // ---- the acceptor's side

    /**
     * Makes sure of a member that has connected.
     *
     * @param certified whether the certificate at the other end is that of a member
     * @return the connection, or {@code null} if the other end wanted to know the standing only
     * @throws RefusedException if one end does not want the other; it was told why
     */
    @Nullable
    Established accept(InputStream in, OutputStream out, IntPredicate certified, Admission admission)
            throws IOException {
        FrameReader reader = new FrameReader(in, self.cluster());
        FrameWriter early = new FrameWriter(out, mine(0));
        byte[] hello;
        try {
            hello = bytes(expect(reader, HELLO));
        } catch (FrameException e) {
            // A member of another cluster or version is told so by the frame itself; a stranger learns no more.
            if (e.reason() == FrameException.Reason.CLUSTER || e.reason() == FrameException.Reason.VERSION) {
                refuse(early, Refusal.UNKNOWN_MEMBER);
            }
            throw e;
        }
        LinkIdentity peer = reader.identity();
        Hello greeting = readHello(hello);
        if (peer.incarnation() <= 0 || peer.connection() <= 0) {
            throw new FrameException(
                    FrameException.Reason.MALFORMED, "a greeting without an incarnation or a connection");
        }
        reader.expect(peer);
        FrameWriter writer = new FrameWriter(out, mine(peer.connection()));
        Refusal refusal = refusal(peer, greeting, certified);
        if (refusal != null) {
            refuse(writer, refusal);
            throw refused(refusal, "member " + peer.sender() + " " + refusal.what());
        }
        admission.greeted();
        byte[] welcome = sendWelcome(writer, peer, hello);
        if (greeting.purpose() == Purpose.PROBE) {
            return null;
        }
        byte[] proof = bytes(expect(reader, PROOF));
        refusal = isProved(proof, DIALER, peer, mine(peer.connection()), hello, welcome)
                ? admission.refusal(peer)
                : Refusal.PROOF;
        if (refusal != null) {
            refuse(writer, refusal);
            throw refused(refusal, "member " + peer.sender() + " " + refusal.what());
        }
        writer.write(ACCEPTED, new byte[0]);
        writer.flush();
        return new Established(peer, Standing.UNKNOWN, reader, writer);
    }

    private static Hello readHello(byte[] hello) throws FrameException {
        BinaryInput input = input(hello);
        try {
            if (input.fixed() != MAGIC) {
                throw new FrameException(FrameException.Reason.MALFORMED, "a greeting that is none");
            }
            int purpose = input.octet();
            int target = input.count(Integer.MAX_VALUE);
            long listHash = input.fixed();
            byte[] unused = input.raw(NONCE_BYTES);
            input.end();
            return new Hello(Purpose.of(purpose), target, listHash);
        } catch (MalformedDataException e) {
            throw new FrameException(FrameException.Reason.MALFORMED, "a greeting: " + e.getMessage(), e);
        }
    }

    private @Nullable Refusal refusal(LinkIdentity peer, Hello hello, IntPredicate certified) {
        if (peer.sender() == self.id() || !self.members().contains(peer.sender())) {
            return Refusal.UNKNOWN_MEMBER;
        } else if (hello.target() != self.id()) {
            return Refusal.WRONG_TARGET;
        } else if (!certified.test(peer.sender())) {
            return Refusal.CERTIFICATE;
        }
        return hello.listHash() == self.listHash() ? null : Refusal.MEMBER_LIST;
    }

    private byte[] sendWelcome(FrameWriter writer, LinkIdentity peer, byte[] hello) throws IOException {
        byte[] said = welcome(peer.sender(), self.standing().get(), self.listHash(), nonce());
        byte[] proof = proof(ACCEPTOR, mine(peer.connection()), peer, hello, said);
        BinaryOutput output = new BinaryOutput(128);
        output.raw(said);
        output.number(proof.length);
        output.raw(proof);
        byte[] welcome = output.toByteArray();
        writer.write(WELCOME, welcome);
        writer.flush();
        return welcome;
    }

    private static byte[] welcome(int target, Standing standing, long listHash, byte[] nonce) {
        BinaryOutput output = new BinaryOutput(64);
        output.number(target);
        output.octet(standing.number());
        output.fixed(listHash);
        output.raw(nonce);
        return output.toByteArray();
    }

    private static void refuse(FrameWriter writer, Refusal refusal) throws IOException {
        writer.write(REFUSED, new byte[] {(byte) refusal.number()});
        writer.flush();
    }

    // ---- what both do

    private LinkIdentity mine(long connection) {
        return new LinkIdentity(self.cluster(), self.id(), self.incarnation(), connection);
    }

    private byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    private byte[] proof(byte[] label, LinkIdentity from, LinkIdentity to, byte[] hello, byte[] welcome) {
        return key == null ? new byte[0] : key.prove(label, ends(from, to), hello, welcome);
    }

    private boolean isProved(
            byte[] proof, byte[] label, LinkIdentity from, LinkIdentity to, byte[] hello, byte[] welcome) {
        return key == null || key.isProved(proof, label, ends(from, to), hello, welcome);
    }

    private void checkProof(
            byte[] proof, byte[] label, LinkIdentity from, LinkIdentity to, byte[] hello, byte[] welcome)
            throws RefusedException {
        if (!isProved(proof, label, from, to, hello, welcome)) {
            throw refused(Refusal.PROOF, "member " + from.sender() + " " + Refusal.PROOF.what());
        }
    }

    private static byte[] ends(LinkIdentity from, LinkIdentity to) {
        BinaryOutput output = new BinaryOutput(64);
        for (LinkIdentity end : new LinkIdentity[] {from, to}) {
            output.fixed(end.cluster().getMostSignificantBits());
            output.fixed(end.cluster().getLeastSignificantBits());
            output.fixed(end.sender());
            output.fixed(end.incarnation());
            output.fixed(end.connection());
        }
        return output.toByteArray();
    }

    private static Frame expect(FrameReader reader, int type) throws IOException {
        Frame frame = reader.read(FrameFormat.HANDSHAKE_BYTES);
        if (frame.type() == REFUSED && type != HELLO && frame.body().remaining() == 1) {
            Refusal refusal = Refusal.of(frame.body().get() & 0xFF);
            throw refused(refusal, "refused by the other end, to which this member " + refusal.what());
        }
        if (frame.type() != type || frame.epoch() != 0) {
            throw new FrameException(
                    FrameException.Reason.OUT_OF_PLACE, "a frame of type " + frame.type() + " instead of " + type);
        }
        return frame;
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.body().remaining()];
        frame.body().get(bytes);
        return bytes;
    }

    private static BinaryInput input(byte[] bytes) {
        return new BinaryInput(ByteBuffer.wrap(bytes));
    }

    private static RefusedException refused(Refusal refusal, String message) {
        return new RefusedException(refusal, message);
    }
}
