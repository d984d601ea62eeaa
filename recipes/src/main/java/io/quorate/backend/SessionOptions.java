package io.quorate.backend;

import java.time.Duration;

/**
 * How to open a session.
 *
 * @param ownerName who this is, for people: stored in queue entries and shown by listings; 1 to 128 characters without
 *     control characters
 * @param timeout how long the backend keeps the session without a sign of life; positive, within
 *     {@link Capabilities#minSessionTimeout()} and {@link Capabilities#maxSessionTimeout()}
 * @param namespace the key below which all keys of the session live; {@link Key#ROOT} for none
 */
public record SessionOptions(String ownerName, Duration timeout, Key namespace) {

    /** The default of {@link #timeout()}: 15 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

    private static final int MAX_OWNER_NAME = 128;

    /** Checks the ranges stated above. */
    public SessionOptions {
        if (ownerName.isBlank() || ownerName.length() > MAX_OWNER_NAME) {
            throw new IllegalArgumentException(
                    "the owner name must have 1 to " + MAX_OWNER_NAME + " characters, but has " + ownerName.length());
        }
        if (ownerName.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the owner name must not contain control characters");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the session time-out must be positive, but is " + timeout);
        }
    }

    /** Returns options with the {@linkplain #DEFAULT_TIMEOUT default time-out} and no namespace. */
    public static SessionOptions of(String ownerName) {
        return new SessionOptions(ownerName, DEFAULT_TIMEOUT, Key.ROOT);
    }

    /** Returns these options with another time-out. */
    public SessionOptions withTimeout(Duration newTimeout) {
        return new SessionOptions(ownerName, newTimeout, namespace);
    }

    /** Returns these options with another namespace. */
    public SessionOptions withNamespace(Key newNamespace) {
        return new SessionOptions(ownerName, timeout, newNamespace);
    }
}
