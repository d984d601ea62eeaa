/**
 * Leadership: of all candidates for a name, one leads at a time.
 *
 * <p>A {@link io.quorate.leader.LeaderLatch} says whether this process leads and tells when that changes; a
 * {@link io.quorate.leader.LeaderElection} runs a body of code while it does. Both of the same name compete with each
 * other. Every term is a {@link io.quorate.lease.Lease} with a fencing token.
 */
@NullMarked
package io.quorate.leader;

import org.jspecify.annotations.NullMarked;
