package io.quorate.embedded.process;

import io.quorate.linearizability.testing.VersionedStore;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked of a member and was told; times are those of the client.
 *
 * @param session the session it was asked on, 0 if that is not known
 * @param latest whether a read asked for what there is now
 * @param outcome how it ended
 * @param output what was answered, if it is known
 */
record ClientOperation(
        int member,
        long session,
        VersionedStore.Input input,
        boolean latest,
        long called,
        long returned,
        Outcome outcome,
        VersionedStore.@Nullable Output output) {

    /** How an operation ended. */
    enum Outcome {
        /** It was answered. */
        ANSWERED,
        /** It certainly did nothing. */
        FAILED,
        /** Nobody knows. */
        UNKNOWN
    }

    /** The revision of a write that succeeded; 0 for all else. */
    long revision() {
        return output instanceof VersionedStore.Committed committed ? committed.revision() : 0;
    }

    /** The last index that it has told the client of; that of the session is the index at which it was opened. */
    long told() {
        long shown = output instanceof VersionedStore.Found found ? found.modRevision() : revision();
        return Math.max(session, shown);
    }

    boolean isRead() {
        return input instanceof VersionedStore.Get;
    }
}
