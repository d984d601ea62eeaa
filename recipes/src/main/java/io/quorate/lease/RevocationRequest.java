package io.quorate.lease;

import java.time.Instant;

/**
 * A request to let go of a lease. The holder decides what to make of it.
 *
 * @param requestedBy the owner name of the client that asks
 * @param reason why, in its words
 * @param since when the first request for this name was made that the backend keeps, by its wall clock; for display
 */
public record RevocationRequest(String requestedBy, String reason, Instant since) {}
