package io.quorate.embedded.transport;

import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import java.util.List;

/** What one member sends to another. Immutable, so that members of one process hand over the object itself. */
public sealed interface PeerMessage {

    /**
     * Returns whether it may overtake a snapshot and what is sent behind one: it is small, and means the same before and behind them.
     *
     * <p>Pings, pongs and notifications do. A ping names the epoch, which LEADERINFO has told the receiver before there was a snapshot to
     * send, and the last round, but no record: what is committed is told by proposals, COMMIT and UPTODATE alone, none of which overtakes
     * anything, so that nobody hears of a commit before the record. The pong to a ping that came early says no more than that its sender
     * still follows; it counts in no round, since whoever is sent a snapshot has acknowledged nothing in this epoch. A notification is
     * about an election, and neither end of a connection that carries a snapshot takes part in one. A history that is being written is
     * not overtaken: its parts are signs of life themselves.
     */
    default boolean isUrgent() {
        return PeerMessageCodec.isUrgent(this);
    }

    /**
     * A message of the protocol.
     *
     * @param message the message
     */
    record Protocol(Message message) implements PeerMessage {}

    /**
     * The content of a snapshot, ahead of the message that tells the protocol of it.
     *
     * @param point the point of the snapshot
     * @param chunks the content; the arrays are shared and must not be modified
     */
    record SnapshotContent(LogPoint point, List<byte[]> chunks) implements PeerMessage {

        /** Copies the list. */
        public SnapshotContent {
            chunks = List.copyOf(chunks);
        }
    }

    /** A request to the leader. */
    sealed interface ToLeader extends PeerMessage {}

    /**
     * To the leader: an operation of a session that the sender serves.
     *
     * @param operation the operation
     */
    record Submit(Request.Operation operation) implements ToLeader {}

    /**
     * To the leader: a request that is no numbered operation.
     *
     * @param id what the sender calls it
     * @param request the request
     */
    record Control(long id, Request request) implements ToLeader {}

    /**
     * To the leader: sessions gave a sign of life, and reads want to know how far the state must have come.
     *
     * @param id what the sender calls it
     * @param sessions the ids of the sessions
     */
    record AskRound(long id, List<Long> sessions) implements ToLeader {

        /** Copies the list. */
        public AskRound {
            sessions = List.copyOf(sessions);
        }
    }

    /**
     * From the leader, at once: a read of this round must show the state at this index. Every write that the leader takes
     * from the receiver later has a greater one.
     *
     * @param id the round
     * @param index the index
     */
    record ReadAt(long id, long index) implements PeerMessage {}

    /**
     * From the leader: a quorum has confirmed, after the request arrived, that it leads.
     *
     * @param id the round
     * @param gone those of its sessions that have ended, or are about to; nothing is confirmed to them
     */
    record RoundConfirmed(long id, List<Long> gone) implements PeerMessage {

        /** Copies the list. */
        public RoundConfirmed {
            gone = List.copyOf(gone);
        }
    }

    /**
     * From the leader: the answer of an operation is known already.
     *
     * @param session the session
     * @param operation the number of the operation
     * @param index the answer is true as soon as this index is applied
     * @param result the answer
     */
    record Answered(long session, long operation, long index, Result result) implements PeerMessage {}

    /**
     * From the leader: a request became a transaction.
     *
     * @param id the request
     * @param index the index at which it was proposed
     */
    record ControlProposed(long id, long index) implements PeerMessage {}

    /**
     * From the leader: a request needs no transaction.
     *
     * @param id the request
     * @param index the answer is true as soon as this index is applied
     * @param result the answer
     */
    record ControlAnswered(long id, long index, Result result) implements PeerMessage {}

    /** To the leader, with each tick of the sender: its disk is nearly full. */
    record SpaceLow() implements ToLeader {}

    /**
     * From the leader: enough others have room, so that the receiver, whose disk is nearly full, should leave the ensemble to
     * them.
     */
    record StandAside() implements PeerMessage {}

    /** From the leader, with each of its ticks: the ensemble has no room for what clients write, until it says so no more. */
    record StorageFull() implements PeerMessage {}

    /**
     * To the leader: the digest of the sender's state just behind a record.
     *
     * @param index the index of the record
     * @param digest the digest
     */
    record StateDigest(long index, long digest) implements ToLeader {}

    /**
     * From the leader: the receiver's state just behind a record is not what it should be.
     *
     * @param index the index of the record
     * @param digest what it should have been
     * @param certain whether a quorum has that digest, otherwise the leader
     */
    record Diverged(long index, long digest, boolean certain) implements PeerMessage {}
}
