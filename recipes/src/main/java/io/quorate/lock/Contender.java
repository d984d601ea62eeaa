package io.quorate.lock;

import io.quorate.backend.SessionId;
import java.time.Instant;

/**
 * Somebody who holds a lock or waits for it.
 *
 * @param owner the owner name of its session
 * @param session its session
 * @param token its fencing token, the greater the later it comes
 * @param since when it queued up, by the backend's wall clock; for display
 * @param mode whom it excludes
 * @param permits how many permits of a semaphore it holds or waits for; 1 for everything else
 */
public record Contender(String owner, SessionId session, long token, Instant since, LockMode mode, int permits) {}
