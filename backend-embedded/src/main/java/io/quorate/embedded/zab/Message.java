package io.quorate.embedded.zab;

/**
 * What one member says to another. Names are ZooKeeper's, with the paper's beside them.
 *
 * <p>Every message but {@link Notification}, {@link FollowerInfo} and {@link Replaced} belongs to the epoch it carries. Messages on one
 * connection arrive in the order in which they were sent, or not at all.
 */
public sealed interface Message {

    /** Calls the method of {@code handler} that is made for this message. */
    void accept(Handler handler, int sender);

    /** The receiver of messages, one method for each kind. The sender is given by its position in the member list. */
    interface Handler {
        void onNotification(int sender, Notification m);

        void onFollowerInfo(int sender, FollowerInfo m);

        void onReplaced(int sender, Replaced m);

        void onLeaderInfo(int sender, LeaderInfo m);

        void onAckEpoch(int sender, AckEpoch m);

        void onDiff(int sender, Diff m);

        void onTruncate(int sender, Truncate m);

        void onSnapshot(int sender, Snapshot m);

        void onPropose(int sender, Propose m);

        void onNewLeader(int sender, NewLeader m);

        void onAck(int sender, Ack m);

        void onUpToDate(int sender, UpToDate m);

        void onCommit(int sender, Commit m);

        void onPing(int sender, Ping m);

        void onPong(int sender, Pong m);

        void onAdmit(int sender, Admit m);

        void onAdmitted(int sender, Admitted m);

        void onHandOver(int sender, HandOver m);
    }

    /**
     * Election: the sender's role and vote.
     *
     * @param role the role of the sender
     * @param round the election round of the sender
     * @param vote whom the sender votes for; of a sender that is not looking, its leader
     * @param epoch the epoch of the last record in the sender's durable log; if it leads, when it was elected
     * @param index the index of that record
     * @param heard the members the sender has heard of lately, one bit for each position in the member list
     * @param voter whether the sender counts in quorums
     * @param candidate whether the sender could lead: a quorum is in two-way contact with it and none of that quorum has
     *     a more recent log
     * @param established whether the sender leads in the broadcast phase
     */
    record Notification(
            RoleName role,
            long round,
            Vote vote,
            long epoch,
            long index,
            long heard,
            boolean voter,
            boolean candidate,
            boolean established)
            implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onNotification(sender, this);
        }
    }

    /**
     * FOLLOWERINFO (CEPOCH): the sender wants to follow.
     *
     * @param acceptedEpoch the newest epoch the sender accepted
     * @param voter whether the sender counts in quorums
     * @param disk the number of the sender's disk
     */
    record FollowerInfo(long acceptedEpoch, boolean voter, long disk) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onFollowerInfo(sender, this);
        }
    }

    /**
     * REPLACED: another disk of the receiver was admitted since it left, and its own must not count any more.
     *
     * @param disk the number of the disk that was admitted
     */
    record Replaced(long disk) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onReplaced(sender, this);
        }
    }

    /**
     * LEADERINFO (NEWEPOCH): the epoch the sender leads.
     *
     * @param epoch the epoch
     * @param incarnation the incarnation of the sender
     */
    record LeaderInfo(long epoch, long incarnation) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onLeaderInfo(sender, this);
        }
    }

    /**
     * ACKEPOCH (ACK-E): the sender has accepted the epoch and tells what its disk holds.
     *
     * @param epoch the epoch
     * @param counted whether the sender counts for this leader: it is a voter and promised the epoch to no other leader
     * @param history the sender's durable history
     */
    record AckEpoch(long epoch, boolean counted, History history) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onAckEpoch(sender, this);
        }
    }

    /**
     * DIFF: the receiver keeps its whole log, the records that follow continue it.
     *
     * @param epoch the epoch
     * @param index the last index of the receiver's log
     */
    record Diff(long epoch, long index) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onDiff(sender, this);
        }
    }

    /**
     * TRUNC: the receiver drops its records after an index, the records that follow continue what remains.
     *
     * @param epoch the epoch
     * @param index the last index to keep
     */
    record Truncate(long epoch, long index) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onTruncate(sender, this);
        }
    }

    /**
     * SNAP: a snapshot replaces the receiver's log, the records that follow continue it. Its content has arrived before
     * this message, outside the protocol core.
     *
     * @param epoch the epoch
     * @param point the point of the snapshot
     */
    record Snapshot(long epoch, LogPoint point) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onSnapshot(sender, this);
        }
    }

    /**
     * PROPOSAL (PROPOSE): records to log, during synchronization as well as in broadcast.
     *
     * @param epoch the epoch
     * @param records the records
     * @param commitIndex the last index known to be committed, 0 during synchronization
     * @param round the last quorum round begun, 0 if the receiver need not answer
     */
    record Propose(long epoch, RecordBatch records, long commitIndex, long round) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onPropose(sender, this);
        }
    }

    /**
     * NEWLEADER (NEWLEADER): the end of the synchronization stream, and what the receiver's log must end with by now.
     *
     * @param epoch the epoch
     * @param lastIndex the last index of the stream
     * @param hash the chain hash of that record
     */
    record NewLeader(long epoch, long lastIndex, long hash) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onNewLeader(sender, this);
        }
    }

    /**
     * ACK: all records up to an index are on the sender's disk. The first one is the paper's ACK-LD.
     *
     * @param epoch the epoch
     * @param index the last durable index
     */
    record Ack(long epoch, long index) implements Message {

        /** The only way the protocol makes an ACK: from a position that came out of a completed fsync. */
        static Ack of(long epoch, StorageCompletion.DurableIndex durable) {
            return new Ack(epoch, durable.index());
        }

        @Override
        public void accept(Handler handler, int sender) {
            handler.onAck(sender, this);
        }
    }

    /**
     * UPTODATE (COMMIT-LD): the receiver's history is part of an established epoch.
     *
     * @param epoch the epoch
     * @param commitIndex the last committed index at this moment
     */
    record UpToDate(long epoch, long commitIndex) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onUpToDate(sender, this);
        }
    }

    /**
     * COMMIT: all records up to an index are committed.
     *
     * @param epoch the epoch
     * @param index the last committed index
     */
    record Commit(long epoch, long index) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onCommit(sender, this);
        }
    }

    /**
     * PING: the leader is alive.
     *
     * @param epoch the epoch, 0 before there is one
     * @param round the last quorum round begun
     */
    record Ping(long epoch, long round) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onPing(sender, this);
        }
    }

    /**
     * PONG: the sender still follows, and had accepted no newer epoch when it heard of the round.
     *
     * @param epoch the epoch
     * @param round the round of the PING or PROPOSAL it answers
     */
    record Pong(long epoch, long round) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onPong(sender, this);
        }
    }

    /**
     * ADMIT: the receiver, which had lost its disk, holds everything it may ever have acknowledged, and may count again.
     *
     * @param epoch the epoch
     */
    record Admit(long epoch) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onAdmit(sender, this);
        }
    }

    /**
     * ADMITTED: the sender has noted on its disk that it counts again.
     *
     * @param epoch the epoch
     */
    record Admitted(long epoch) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onAdmitted(sender, this);
        }
    }

    /**
     * HANDOVER: the leader gives up its seat.
     *
     * @param epoch the epoch that ends
     * @param successor the member that should lead next: its log is as recent as any
     */
    record HandOver(long epoch, int successor) implements Message {
        @Override
        public void accept(Handler handler, int sender) {
            handler.onHandOver(sender, this);
        }
    }
}
