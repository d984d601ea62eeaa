/**
 * The contracts of {@link io.quorate.leader.LeaderLatch} and {@link io.quorate.leader.LeaderElection}, as tests that every
 * backend runs.
 */
@NullMarked
package io.quorate.leader.testing;

import org.jspecify.annotations.NullMarked;
