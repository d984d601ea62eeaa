/**
 * Locks that are held across processes.
 *
 * <p>A lock belongs to a {@link io.quorate.lock.LockLease handle}, not to a thread: it can be acquired by one thread
 * and given back by another, by asynchronous code, on virtual threads. Every lease has a fencing token and a guard.
 */
@NullMarked
package io.quorate.lock;

import org.jspecify.annotations.NullMarked;
