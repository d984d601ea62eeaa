/**
 * The replicated state machine: nodes, sessions, and what watches are told. Pure: no thread, clock, I/O or randomness.
 *
 * <h2>The state</h2>
 *
 * <p>A {@link io.quorate.embedded.tree.StateMachine} is the state at one index. It consists of a tree of nodes with the
 * metadata that ZooKeeper keeps, and of a table of sessions with what they own and the results that their clients have not
 * acknowledged. Watches and the {@linkplain io.quorate.embedded.tree.ChangeHistory history} that replays what a reconnecting
 * session missed belong to a member and not to the state.
 *
 * <h2>A write takes two steps</h2>
 *
 * <pre>{@code
 * // On the leader, for each request. The validator was made when everything in the log had been applied.
 * long index = log.lastIndex() + 1;
 * Verdict verdict = validator.validate(request, index, wallClockMillis);
 * // Propose: append and send codec.encode(txn) as index; the result is inside, but nobody may see it before the commit.
 * // Answer:  known already; true as soon as verdict.index() is applied, and not before.
 *
 * // On every member, for each committed and durable index, in order.
 * Applied applied = state.apply(index, TxnCodec.decode(payload));   // a record of the protocol's own counts as a NoOp
 * history.add(applied);
 * registry.dispatch(applied, sink);                                 // batches of this index, whole
 * // Now answer the request, if its session is served here: no reply overtakes a batch with a smaller index.
 *
 * // When a leadership ends: validator = null. Nothing of its proposals is anywhere else.
 * }</pre>
 *
 * <p><em>Validation</em> judges a request on the state after all proposals before it, and puts all that depends on a
 * clock, on limits or on that judgement into the transaction: times, implicit parents, the numbers of tickets, the order of
 * deletions, the result. A failure becomes a transaction as well. Its place in the order is what makes it true; and if it
 * were judged anew when a client retries, it could succeed after operations that the client issued later.
 *
 * <p><em>Applying</em> a transaction cannot fail. If it does not fit, the state has diverged, and the member must halt.
 *
 * <h2>Exactly once</h2>
 *
 * <p>The operations of a session are numbered without a hole. The next number is carried out, a smaller one is answered from
 * memory, a larger one is refused until those before it have arrived. A result is kept until the client acknowledges it; a
 * client that does not is refused further operations, so that nothing is ever forgotten that may be asked for.
 *
 * <h2>What holds</h2>
 *
 * <p>See {@link io.quorate.embedded.tree.StateMachine#checkInvariants()}. Beyond that: members at equal indexes have equal
 * digests; a session's end removes exactly its nodes, at one index; a ticket's revision is above that of all earlier tickets of its
 * queue, even if the queue was removed in between; a snapshot followed by the later transactions gives what all
 * transactions give.
 *
 * <h2>Decisions</h2>
 *
 * <ul>
 *   <li>Pending proposals are an overlay over the applied state, as ZooKeeper's outstanding changes are, rather than a
 *       second tree: a leadership that ends drops one object.
 *   <li>A snapshot saves what is about to change instead of copying on write: one walk over a mutable tree, no cost when
 *       no snapshot is under way, and at most the records of the touched nodes for a transaction while one is.
 *   <li>Children are a list in creation order with a hash table beside it, not a sorted map: a listing needs no sorting, and a
 *       queue's line is read off the list even when sequence numbers wrap around.
 * </ul>
 */
@NullMarked
package io.quorate.embedded.tree;

import org.jspecify.annotations.NullMarked;
