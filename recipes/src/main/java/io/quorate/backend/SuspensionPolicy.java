package io.quorate.backend;

/**
 * What a lease does while its session has lost the connection and the proven deadline has not passed yet.
 *
 * <p>Neither policy ever outlasts {@link Session#provenUntilNanos()}: waiting for the news of an expiry is not offered,
 * since that news arrives after the service has given the lock to somebody else.
 */
public enum SuspensionPolicy {
    /** The lease stays held until the proven deadline; a reconnection before it keeps the lease. */
    UNTIL_DEADLINE,
    /** The lease is lost with the connection. */
    FAIL_FAST
}
