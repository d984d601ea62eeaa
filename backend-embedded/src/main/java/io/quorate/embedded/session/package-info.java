/**
 * The session front end: the backend interface, served by members of this process.
 *
 * <p>Everything that a session knows of its operations and watches is confined to whoever drives the loop
 * ({@link io.quorate.embedded.session.FrontEnd}), one thread at a time. A call takes this way:
 *
 * <pre>{@code
 * caller   ClientSession   checks the arguments; Admission refuses what would be too much; a command goes to the loop
 * loop     Operations      numbers and sends it, in the order of the calls
 *          Attachment      (of the member) asks the leader; captures the result when the state shows it
 *          Operations      forgets it, notes what it proves
 *          LaneOutbox      hands it over with others
 * lane     Pending         completes the future
 * }</pre>
 *
 * <p>A caller that will wait may drive the loop and its lane itself, and then needs no other thread to wake up.
 *
 * <h2>What always holds</h2>
 *
 * <ol>
 *   <li>What is not answered is kept, and sent again in its order over the next link. Writes carry dense numbers, so that the
 *       members answer a repeated one instead of doing it twice.
 *   <li>A session attaches only to a member that is no older than anything it has been told. If a quorum confirms that the
 *       ensemble itself is older, what waits fails with {@link io.quorate.backend.StaleClusterException}.
 *   <li>Over a new link the watches come first, so that no reply overtakes the batch that closes a gap.
 *   <li>A write waits for earlier reads of the same keys: repeated elsewhere, they would show it.
 *   <li>{@code provenUntilNanos} grows by what was sent once, over the link it is confirmed on.
 *   <li>States, results and batches are published on the lane, in the order in which the loop came to know of them. CLOSED is
 *       published before the members hear that the session closes.
 *   <li>Memory is bounded: operations and watches by {@code Admission}, before anything is queued; the batches that wait for
 *       a listener by merging them into one gap.
 * </ol>
 */
@NullMarked
package io.quorate.embedded.session;

import org.jspecify.annotations.NullMarked;
