package io.quorate.embedded.process;

/**
 * A write under the guard of a lock.
 *
 * @param revision the revision it was committed at
 * @param held the lock
 */
record GuardedWrite(long revision, Held held) {}
