/**
 * The contract of {@link io.quorate.lock.DistributedLock}, as tests that every backend runs.
 */
@NullMarked
package io.quorate.lock.testing;

import org.jspecify.annotations.NullMarked;
