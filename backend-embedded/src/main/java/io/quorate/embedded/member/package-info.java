/**
 * The runtime of a member: what stands between the protocol core, the storage, the replicated state and the sessions.
 *
 * <p>A {@link io.quorate.embedded.member.Member} has no thread, no clock and no randomness of its own. Whoever drives it calls three
 * methods; an {@link io.quorate.embedded.member.EnsembleLoop} does so for all members of a process, a simulation by hand:
 *
 * <pre>{@code
 * runOnce():
 *     what the storage has finished    -> becomes events; recovery, installed snapshots and failures are seen to at once
 *     what the transport has received  -> the protocol's messages become events; requests to the leader and its answers
 *                                         find everything done that the protocol was told before them
 *     one step of the protocol         -> the Outlet sends, stores and applies what it asks for;
 *                                         applying tells watches, then those who wait for the transaction
 *     what the sessions ask for        -> leaves for the leader, in the order in which they asked
 *     what a leader was asked for      -> is judged and proposed as one batch, and confirmed by one round
 * runInBackground():
 *     a piece of a snapshot            -> if one is being written or due
 * tick():
 *     one tick for the protocol, the silent sessions and the disk, then runOnce()
 * }</pre>
 *
 * <p>The units, each with one idea:
 *
 * <ul>
 *   <li>{@code Inbox}: what other threads have to tell; the only thing here that they touch. {@code Arrivals}: what
 *       other members have to tell. {@code Links}: the connections, and what must wait behind a snapshot.
 *   <li>{@code Protocol} with its {@code Outlet}: events in, effects out. {@code Replica} and {@code Snapshots}: the state, the log
 *       behind its base, and how they are cut short.
 *   <li>{@code Serving}: what depends on the epoch. It holds the {@code Service} for the attached sessions and, at
 *       the leader, the {@code Leadership} for all members; both are dropped whole when the epoch ends.
 *   <li>{@code MemberStore} with its two implementations, in memory and on a disk.
 * </ul>
 *
 * <h2>What always holds</h2>
 *
 * <ol>
 *   <li>An {@link io.quorate.embedded.member.Attachment} never outlives the epoch in which it began: what was asked for over it is
 *       answered in that epoch or not at all. The session then attaches anew and sends again what was not answered.
 *   <li>A reply is given when the member's own state shows its effect, behind the watches that tell of it.
 *   <li>Requests of one member reach the leader in their order, and the leader's answers reach the member in theirs: both
 *       travel over the connection of the epoch, or by calls at the leader itself.
 *   <li>A leader judges nothing, and confirms no sign of life, before it has applied everything that it found in its log.
 *   <li>A session whose end is being proposed is confirmed nothing any more: what a client takes for proof was true when a quorum
 *       confirmed it.
 *   <li>A leader that stops takes no new requests, so that it comes to the end of what it proposed, under any load.
 * </ol>
 */
@NullMarked
package io.quorate.embedded.member;

import org.jspecify.annotations.NullMarked;
