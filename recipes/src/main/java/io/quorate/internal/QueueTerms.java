package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Key;

/**
 * The entry beside a queue on which the rule of the queue depends.
 *
 * @param key where it is
 * @param initial what it holds if nobody has created it yet
 */
public record QueueTerms(Key key, Bytes initial) {}
