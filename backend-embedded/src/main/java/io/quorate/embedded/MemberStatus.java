package io.quorate.embedded;

import io.quorate.backend.BackendView;
import java.util.Optional;

/**
 * What a member looked like a moment ago.
 *
 * @param id its id, counted from 1
 * @param role the part it plays; {@link BackendView.Role#UNREACHABLE} if it does not run
 * @param epoch the leader's term it takes part in, 0 if none
 * @param applied the revision up to which its state has come
 * @param digest the digest of its state; members with the same {@code applied} have the same
 * @param sessions how many sessions are connected to it
 * @param failure why it halted, if it did
 */
public record MemberStatus(
        int id, BackendView.Role role, long epoch, long applied, long digest, int sessions, Optional<String> failure) {}
