package io.quorate;

import io.quorate.backend.Key;
import io.quorate.backend.SessionOptions;
import io.quorate.event.QuorateListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a client behaves.
 *
 * @param ownerName who this client is, for people: shown to everybody who lists a lock's queue; 1 to 128 characters
 *     without control characters. The default names the process id only; an instance name of yours reads better.
 * @param sessionTimeout how long the backend keeps what the client owns without a sign of life; see
 *     {@link SessionOptions#timeout()}
 * @param operationTimeout how long a blocking operation that has no limit of its own waits for the backend; positive
 * @param namespace the key below which all keys of the client live; {@link Key#ROOT} for none
 * @param callbackExecutor where callbacks run and futures of recipes complete; empty for daemon threads of the client's
 *     own. It is never shut down by the client.
 * @param listener who is told what the client does, for metrics and logs; empty for nobody
 */
public record QuorateOptions(
        String ownerName,
        Duration sessionTimeout,
        Duration operationTimeout,
        Key namespace,
        Optional<Executor> callbackExecutor,
        Optional<QuorateListener> listener) {

    /** The default of {@link #operationTimeout()}: 10 seconds. */
    public static final Duration DEFAULT_OPERATION_TIMEOUT = Duration.ofSeconds(10);

    /** Checks the ranges stated above. */
    public QuorateOptions {
        if (operationTimeout.isNegative() || operationTimeout.isZero()) {
            throw new IllegalArgumentException("the operation time-out must be positive, but is " + operationTimeout);
        }
        // The other ranges are those of a session, and are checked there.
        sessionOptions(ownerName, sessionTimeout, namespace);
    }

    /** Returns the defaults. */
    public static QuorateOptions defaults() {
        return new QuorateOptions(
                "pid-" + ProcessHandle.current().pid(),
                SessionOptions.DEFAULT_TIMEOUT,
                DEFAULT_OPERATION_TIMEOUT,
                Key.ROOT,
                Optional.empty(),
                Optional.empty());
    }

    /** Returns these options with another owner name. */
    public QuorateOptions withOwnerName(String name) {
        return new QuorateOptions(name, sessionTimeout, operationTimeout, namespace, callbackExecutor, listener);
    }

    /** Returns these options with another session time-out. */
    public QuorateOptions withSessionTimeout(Duration timeout) {
        return new QuorateOptions(ownerName, timeout, operationTimeout, namespace, callbackExecutor, listener);
    }

    /** Returns these options with another operation time-out. */
    public QuorateOptions withOperationTimeout(Duration timeout) {
        return new QuorateOptions(ownerName, sessionTimeout, timeout, namespace, callbackExecutor, listener);
    }

    /** Returns these options with another namespace. */
    public QuorateOptions withNamespace(Key key) {
        return new QuorateOptions(ownerName, sessionTimeout, operationTimeout, key, callbackExecutor, listener);
    }

    /** Returns these options with an executor of the user's. */
    public QuorateOptions withCallbackExecutor(Executor executor) {
        return new QuorateOptions(
                ownerName, sessionTimeout, operationTimeout, namespace, Optional.of(executor), listener);
    }

    /** Returns these options with a listener. */
    public QuorateOptions withListener(QuorateListener told) {
        return new QuorateOptions(
                ownerName, sessionTimeout, operationTimeout, namespace, callbackExecutor, Optional.of(told));
    }

    SessionOptions sessionOptions() {
        return sessionOptions(ownerName, sessionTimeout, namespace);
    }

    private static SessionOptions sessionOptions(String ownerName, Duration timeout, Key namespace) {
        return new SessionOptions(ownerName, timeout, namespace);
    }
}
