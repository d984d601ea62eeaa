package io.quorate.embedded.transport;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a member's port is told.
 *
 * @param cluster the cluster
 * @param member the id of the member
 * @param incarnation the life of this process: greater than any before it
 * @param bind where to listen
 * @param members where each member is reached, this one included
 * @param security what makes connections trustworthy
 * @param silence after how long without a sign of life a connection is given up
 * @param standing what the member tells those that ask before they begin
 * @param random draws nonces, numbers and back-offs
 * @param monotonicNanos the clock that limits are measured with
 * @param driving what the thread helps that has read all there is from a connection
 */
public record TcpSettings(
        UUID cluster,
        int member,
        long incarnation,
        PeerAddress bind,
        Map<Integer, PeerAddress> members,
        PeerSecurity security,
        Duration silence,
        Supplier<Standing> standing,
        RandomGenerator random,
        LongSupplier monotonicNanos,
        Driving driving) {

    /** A handshake that takes longer is broken off. */
    static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(5);

    /** What may be under way at the same time with those that have not proved who they are. */
    static final int MAX_HANDSHAKES = 64;

    /** How often an address may connect from which no member is expected. */
    static final ConnectionRate.Limit STRANGER_RATE = new ConnectionRate.Limit(100, 20);

    /** How often all of them together may: with certificates each costs a signature. */
    static final ConnectionRate.Limit ALL_STRANGERS_RATE = new ConnectionRate.Limit(200, 100);

    /** How often an address of a member may; others may have that address too. */
    static final ConnectionRate.Limit MEMBER_RATE = new ConnectionRate.Limit(500, 500);

    /** What a connection may keep waiting for its member before it stops to read. */
    static final long MAX_INCOMING_BYTES = 16L << 20;

    /** Copies the map, and checks that the member is in it. */
    public TcpSettings {
        members = Map.copyOf(members);
        if (!members.containsKey(member)) {
            throw new IllegalArgumentException("member " + member + " is not among " + members.keySet());
        }
    }

    Handshake.Self self() {
        return new Handshake.Self(cluster, member, incarnation, members.keySet(), standing);
    }
}
