package io.quorate.config;

/** Where a snapshot was read. */
public enum ConfigOrigin {
    /** In the backend. */
    BACKEND,
    /** In the file that keeps the last good snapshot, because the backend could not be reached at the start. */
    LAST_GOOD_FILE,
    /** In an operator's file, which wins over the other two key by key. */
    OVERRIDE_FILE
}
