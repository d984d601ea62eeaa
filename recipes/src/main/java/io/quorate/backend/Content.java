package io.quorate.backend;

/** How much a listing carries. */
public enum Content {
    /** Keys only. */
    KEYS,
    /** Whole entries. */
    ENTRIES
}
