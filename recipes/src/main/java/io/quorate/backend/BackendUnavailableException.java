package io.quorate.backend;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The backend could not be reached or refused to serve. The operation certainly did not happen and may be retried. */
public class BackendUnavailableException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /** Creates it without advice on when to retry. */
    public BackendUnavailableException(String message, @Nullable Throwable cause) {
        this(message, null, cause);
    }

    /** Creates it with the time after which a retry makes sense, if that is known. */
    public BackendUnavailableException(String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(Outcome.DID_NOT_HAPPEN, message, cause);
        this.retryAfter = retryAfter;
    }

    /** Returns the time after which a retry makes sense, if the backend knows. */
    public final Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
