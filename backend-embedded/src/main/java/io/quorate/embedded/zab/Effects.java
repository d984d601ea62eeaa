package io.quorate.embedded.zab;

/**
 * What a step of {@link ZabPeer} asks its surroundings to do.
 *
 * <p>All methods are called during the step, on the thread that steps, and must not call back into the peer. They return
 * at once: what takes time is queued. Sends on one connection, {@link #sendHistory} and {@link #sendSnapshot} among them,
 * keep the order of the calls; so do the storage operations among themselves. Between a send and a storage operation no
 * order is needed: the peer asks for what must not leave before an fsync only when it has heard of that fsync.
 */
public interface Effects {

    /** Sends a message. A connection that is closed by now swallows it. */
    void send(long connection, Message message);

    /**
     * Sends the durable records with indexes in {@code [from, to]}, as one or several {@link Message.Propose} of the given
     * epoch with commit index and round 0, before anything sent later on this connection.
     */
    void sendHistory(long connection, long epoch, long from, long to);

    /** Sends the content of the snapshot at a point, followed by {@link Message.Snapshot} of the given epoch. */
    void sendSnapshot(long connection, long epoch, LogPoint point);

    /** A member has broken the protocol, as a reason for people says; its connection is closed next. */
    default void protocolBroken(int member, String reason) {}

    /** Closes a connection after what was sent on it. {@link Event.ConnectionDown} may be left out. */
    void close(long connection, String reason);

    /**
     * Lets the storage finish or drop everything asked for earlier, then report what the disk holds by
     * {@link StorageCompletion.Settled}.
     */
    void settle(long generation);

    /**
     * Writes records at the end of the log, fsyncs, then reports {@link StorageCompletion.Appended}. One fsync and one
     * completion may cover several appends.
     */
    void append(long generation, RecordBatch records);

    /**
     * Drops the records after an index, makes that durable, then reports {@link StorageCompletion.Truncated}. A record
     * appended later must not become durable before.
     */
    void truncate(long generation, long lastIndex);

    /**
     * Replaces log, snapshot and state by the snapshot whose content the last {@link Message.Snapshot} completed, at once
     * or not at all, then reports {@link StorageCompletion.SnapshotInstalled}.
     */
    void installSnapshot(long generation, LogPoint point);

    /** Makes a promise durable, then reports {@link StorageCompletion.PromisePersisted}. */
    void persistPromise(long generation, EpochPromise promise);

    /**
     * Applies the records after {@code applied}, up to and with {@code through}, to the state machine. They are committed
     * and durable here. Called with each index once and in order, as long as the member runs.
     */
    void apply(long applied, long through);

    /** The transactions of a {@link Event.Propose} have the indexes from {@code firstIndex} on, if they ever commit. */
    void proposed(long ticket, long firstIndex);

    /** The transactions of a {@link Event.Propose} were not logged and never will be. */
    void refused(long ticket);

    /**
     * A quorum has answered a round begun after the {@link Event.BeginRound}: no other leader had been established then.
     *
     * @param readIndex the last committed index at the time of the request; a read that reflects it is linearizable
     */
    void roundConfirmed(long ticket, long readIndex);

    /** The round of a {@link Event.BeginRound} will not be confirmed: this member no longer leads. */
    void roundFailed(long ticket);

    /**
     * The member plays another role, or its role has reached another phase. Proposals of an earlier role that were not
     * applied are of unknown outcome.
     *
     * @param leader the member it follows, itself if it leads, 0 if it has none
     */
    void roleChanged(RoleName role, Phase phase, long epoch, int leader);

    /** The member has given up its seat in favour of another, 0 if no other could take it. */
    void handedOver(int successor);

    /**
     * The member has stopped for good: its connections are to be closed, what it had been asked for is of unknown outcome. No
     * effect follows, and no event has an effect any more.
     */
    void halt(String reason);
}
