package io.quorate.embedded.log;

/**
 * Where an epoch begins in the log.
 *
 * @param epoch the epoch
 * @param firstIndex the index of its first record that the log still holds
 */
public record EpochStart(long epoch, long firstIndex) {}
