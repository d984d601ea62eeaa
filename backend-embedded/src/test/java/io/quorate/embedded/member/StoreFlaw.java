package io.quorate.embedded.member;

/** A way in which the storage of a member may break its obligations, for tests of the tests. */
public enum StoreFlaw {
    /** No mistake. */
    NONE,
    /** Appends are reported durable when they are queued. */
    APPEND_REPORTED_EARLY,
    /** Promises are reported durable when they are queued. */
    PROMISE_REPORTED_EARLY
}
