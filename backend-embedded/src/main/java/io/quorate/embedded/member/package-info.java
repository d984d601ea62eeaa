/**
 * The runtime of a member: what stands between the protocol core, the storage, the replicated state and the sessions.
 *
 * <p>A {@link io.quorate.embedded.member.Member} is stepped by {@link io.quorate.embedded.member.Member#runOnce}: it drains what
 * has arrived, lets the protocol handle it in one step, applies what that committed, answers, and proposes what its sessions
 * ask for. It has no thread of its own. Several members of one process share the thread of a
 * {@link io.quorate.embedded.member.EnsembleLoop}; a simulation may step them by hand.
 *
 * <p>A session is served through an {@link io.quorate.embedded.member.Attachment}, which lives no longer than the member stays
 * in the broadcast phase under one leader. After that the session attaches anew and sends again what was not answered.
 */
@NullMarked
package io.quorate.embedded.member;

import org.jspecify.annotations.NullMarked;
