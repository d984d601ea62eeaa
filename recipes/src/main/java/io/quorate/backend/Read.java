package io.quorate.backend;

/** How fresh a read must be. */
public enum Read {
    /** Linearizable: sees every commit that was acknowledged to anyone before the call. */
    LATEST,
    /**
     * Monotone within the session: never older than anything the session has read, watched or committed before, also
     * across a reconnection to another member; possibly older than what others have already seen.
     */
    ANY
}
