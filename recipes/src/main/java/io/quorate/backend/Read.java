package io.quorate.backend;

/** How fresh a read must be. */
public enum Read {
    /** Linearizable: sees every commit that was acknowledged to anyone before the call. */
    LATEST,
    /**
     * Sees every commit that was acknowledged to anyone before the call, unless the leader behind it has been deposed
     * and does not know yet: as fresh as a read can be that costs no backend a write. This is what ZooKeeper's
     * {@code sync} gives; a backend on which the proof costs no write serves it as {@link #LATEST}.
     */
    SYNCED,
    /**
     * Monotone within the session: never older than anything the session has read, watched or committed before, also
     * across a reconnection to another member; possibly older than what others have already seen.
     */
    ANY
}
