package io.quorate.embedded.sim;

/** A way in which a storage may break its obligations towards the protocol. */
enum DiskFlaw {
    NONE,
    /** Appends are reported durable when they are queued. */
    APPEND_REPORTED_EARLY,
    /** Promises are reported durable when they are queued. */
    PROMISE_REPORTED_EARLY,
    /** A failed fsync is taken for a successful one. */
    FAILURE_IGNORED,
    /** What is queued is reported as being on the disk. */
    QUEUED_REPORTED_AS_SETTLED,
    /** A snapshot is reported installed when it is queued. */
    SNAPSHOT_REPORTED_EARLY,
    /** Now and then a record is written with another content, and nobody notices. */
    RECORD_ALTERED
}
