package io.quorate.internal;

import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Brings whatever completed a future exceptionally into the one hierarchy of failures. */
public final class Failures {

    private Failures() {}

    /** Returns the failure itself, out of the wrapping that dependent stages put around it. */
    public static QuorateException of(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof QuorateException known) {
            return known;
        }
        return new OutcomeUnknownException("an operation ended in an unexpected way: " + cause, cause);
    }
}
