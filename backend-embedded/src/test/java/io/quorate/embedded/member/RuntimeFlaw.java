package io.quorate.embedded.member;

/** A mistake around the runtime of a member, or in what a session relies on; for tests of the tests. */
public enum RuntimeFlaw {
    /** No mistake. */
    NONE,
    /** Appends are reported durable when they are queued: what is applied may be lost. */
    APPEND_REPORTED_EARLY,
    /** Promises are reported durable when they are queued. */
    PROMISE_REPORTED_EARLY,
    /** A received snapshot is reported as installed when it is queued. */
    INSTALLATION_REPORTED_EARLY,
    /** A failed force is taken for a successful one. */
    FAILED_FORCE_IGNORED,
    /** A leader confirms rounds without asking anybody: a deposed one serves reads and renews sessions. */
    ROUND_CONFIRMED_AT_ONCE,
    /** A follower serves a linearizable read from the state as it is. */
    READ_INDEX_FORGOTTEN,
    /** An answer that is true at a later index is given at once. */
    ANSWER_AHEAD_OF_STATE,
    /** A session is opened with the index of somebody else's transaction. */
    CONTROL_AT_WRONG_INDEX,
    /** A follower ends a session that it serves, as if it had been silent. */
    EXPIRY_BY_FOLLOWER,
    /** A message is sent late, on whatever connection is used next. */
    MESSAGE_STRAYS,
    /** A message is lost, and the connection stays open. */
    MESSAGE_LOST,
    /** Clocks run at rates that differ by more than a session's proof allows for. */
    CLOCKS_TOO_DIFFERENT,
    /** The tasks of a lane run in another order: a reply overtakes a batch. */
    LANE_OUT_OF_ORDER,
    /** A task of a lane is lost: a batch, a reply or a change of state. */
    LANE_LOSES_TASK,
    /** A retry is sent with a number of its own, and carried out again. */
    RETRY_RENUMBERED,
    /** An operation is attributed to another session. */
    OPERATION_MISATTRIBUTED,
    /** A file that is closed stays open now and then. */
    FILE_LEFT_OPEN,
    /** Members see no time pass: no silent session ends. */
    CLOCKS_STAND_STILL,
    /** A recovery forgets the last record. */
    RECOVERY_FORGETS_A_RECORD,
    /** A choice depends on something that no seed decides. */
    CHOICE_WITHOUT_SEED
}
