package io.quorate.backend;

/**
 * A commit that happened.
 *
 * @param revision its place in the total order: the {@code modRevision} of every entry it created or updated
 */
public record CommitResult(long revision) {}
