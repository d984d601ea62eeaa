package io.quorate.embedded.zab;

import java.util.List;

/** Something that happened to a member. Events are the only input of {@link ZabPeer}. */
public sealed interface Event
        permits Event.Tick,
                Event.ConnectionUp,
                Event.ConnectionDown,
                Event.Received,
                Event.Propose,
                Event.BeginRound,
                Event.HandOver,
                Event.StandAside,
                Event.SnapshotTaken,
                Event.StorageFailed,
                StorageCompletion {

    /** Calls the method of {@code handler} that is made for this event. */
    void accept(Handler handler);

    /** The receiver of events, one method for each kind. */
    interface Handler {
        void onTick();

        void onConnectionUp(ConnectionUp e);

        void onConnectionDown(ConnectionDown e);

        void onReceived(Received e);

        void onPropose(Propose e);

        void onBeginRound(BeginRound e);

        void onHandOver();

        void onStandAside(StandAside e);

        void onSnapshotTaken(SnapshotTaken e);

        void onStorageFailed(StorageFailed e);

        void onStorageCompletion(StorageCompletion e);
    }

    /** A tick of the member's clock has passed. */
    record Tick() implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onTick();
        }
    }

    /**
     * A connection to a member is open and its handshake done; it replaces an older one to that member.
     *
     * @param member the other end
     * @param connection the id of the connection, never 0 and never used before in the life of this member
     */
    record ConnectionUp(int member, long connection) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onConnectionUp(this);
        }
    }

    /**
     * A connection is closed; nothing more arrives on it.
     *
     * @param member the other end
     * @param connection the id of the connection
     */
    record ConnectionDown(int member, long connection) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onConnectionDown(this);
        }
    }

    /**
     * A message has arrived.
     *
     * @param member the sender
     * @param connection the id of the connection it arrived on
     * @param message the message
     */
    record Received(int member, long connection, Message message) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onReceived(this);
        }
    }

    /**
     * The state machine, at the leader, wants transactions logged and committed, in the given order.
     *
     * @param ticket comes back in {@link Effects#proposed} or {@link Effects#refused}
     * @param payloads the transactions, at least one
     * @param contents what each payload means, see {@link LogRecord#content}; or none, to have them decoded
     */
    record Propose(long ticket, List<byte[]> payloads, List<? extends Object> contents) implements Event {

        /** Checks that there is a content for each payload, if there is any. */
        public Propose {
            if (!contents.isEmpty() && contents.size() != payloads.size()) {
                throw new IllegalArgumentException(contents.size() + " contents for " + payloads.size() + " payloads");
            }
        }

        /** Transactions that are still to be decoded. */
        public Propose(long ticket, List<byte[]> payloads) {
            this(ticket, payloads, List.of());
        }

        @Override
        public void accept(Handler handler) {
            handler.onPropose(this);
        }

        @Override
        public String toString() {
            return "Propose[ticket=" + ticket + ", payloads=" + payloads.size() + "]";
        }
    }

    /**
     * Somebody wants to know, at the leader, that no other leader had been established before now.
     *
     * @param ticket comes back in {@link Effects#roundConfirmed} or {@link Effects#roundFailed}
     */
    record BeginRound(long ticket) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onBeginRound(this);
        }
    }

    /** This member shall give up its seat, if it leads, to its most recent follower. */
    record HandOver() implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onHandOver();
        }
    }

    /**
     * This member shall leave the ensemble to the others as long as they have an established leader, or shall do so no more.
     * If they lose theirs it takes part in finding another, and follows it until it is told again.
     *
     * @param aside whether it stands aside from now on
     */
    record StandAside(boolean aside) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onStandAside(this);
        }
    }

    /**
     * The member has a new durable snapshot of its applied state, and may have dropped old records.
     *
     * @param snapshot the point of the snapshot
     * @param base the point the log now starts after
     */
    record SnapshotTaken(LogPoint snapshot, LogPoint base) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onSnapshotTaken(this);
        }
    }

    /**
     * The storage has failed and cannot say what is on the disk.
     *
     * @param reason what went wrong
     */
    record StorageFailed(String reason) implements Event {
        @Override
        public void accept(Handler handler) {
            handler.onStorageFailed(this);
        }
    }
}
