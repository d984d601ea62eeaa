package io.quorate.backend;

/** What a watch looks at, relative to its key. */
public enum Scope {
    /** The one entry: batches carry {@link Change.Put} and {@link Change.Removed} of the key itself. */
    ENTRY,
    /** The key and everything below it: batches carry {@link Change.Put} and {@link Change.Removed}. */
    SUBTREE,
    /** The tickets of a queue: batches carry {@link Change.Joined} and {@link Change.Left}, and no values. */
    QUEUE
}
