package io.quorate.lock;

/** Whom a holder excludes. */
public enum LockMode {
    /** Everybody else. */
    EXCLUSIVE,
    /** Those who want it exclusively; others who share hold it at the same time. */
    SHARED
}
