package io.quorate.backend.testing;

/** What a test can do to a service or to a client's connection, through a {@link BackendFixture} that knows how. */
public enum Fault {
    /** {@link BackendFixture#cut} and {@link BackendFixture#restore}. */
    CUT,
    /** {@link BackendFixture#hang}. */
    HANG,
    /** {@link BackendFixture#expire}. */
    EXPIRE,
    /** {@link BackendFixture#loseNextReply}. */
    LOSE_REPLY,
    /** {@link BackendFixture#loseNextRequest}. */
    LOSE_REQUEST,
    /** {@link BackendFixture#killLeader}. */
    KILL_LEADER,
    /** {@link BackendFixture#stopService} and {@link BackendFixture#startService}. */
    STOP_SERVICE,
    /** {@link BackendFixture#backUp}. */
    RESTORE_BACKUP,
    /** {@link BackendFixture#pause}. */
    PAUSE,
    /** {@link BackendFixture#deleteRaw}. */
    DELETE_RAW
}
