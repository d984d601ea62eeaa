/**
 * Leadership, made of places in a queue.
 *
 * <p>A latch and an election are each one serial flow of events: grants and failures from lanes, losses from whoever
 * noticed them, ends of bodies from their threads, orders from users. The events pass through one {@code SerialExecutor}
 * that runs each where it arose, or hands it to whoever is at it, so that state has one writer at a time, no event waits
 * for a lock, and user code is never called from within.
 */
@NullMarked
package io.quorate.internal.leader;

import org.jspecify.annotations.NullMarked;
