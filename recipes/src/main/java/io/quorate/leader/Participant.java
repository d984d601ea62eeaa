package io.quorate.leader;

import io.quorate.backend.SessionId;
import java.time.Instant;

/**
 * A candidate in the queue for leadership; the first one leads.
 *
 * @param owner the owner name of its session
 * @param session its session
 * @param token its fencing token: the term, once it leads
 * @param since when it queued up, by the backend's wall clock; for display
 */
public record Participant(String owner, SessionId session, long token, Instant since) {}
