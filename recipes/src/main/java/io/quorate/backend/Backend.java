package io.quorate.backend;

import java.util.concurrent.CompletableFuture;

/**
 * A coordination service, seen through sessions.
 *
 * <p>Implementations are safe for use by many threads. Creating a backend starts nothing; threads and connections
 * begin with the first {@link #open(SessionOptions)} and end with {@link #close()}.
 */
public interface Backend extends AutoCloseable {

    /**
     * Opens a session.
     *
     * <p>The future completes on the new session's event lane once the backend has accepted the session, or with
     * {@link BackendUnavailableException} when it could not be reached within the connection time-out of the backend,
     * {@link NoQuorumException} when it was reached but cannot serve, {@link AccessDeniedException} when it refused the
     * credentials. Cancelling the future abandons the attempt; a session that is accepted all the same is closed.
     *
     * @throws IllegalArgumentException if the session time-out lies outside of {@link #capabilities()}
     * @throws IllegalStateException if this backend is closed
     */
    CompletableFuture<Session> open(SessionOptions options);

    /** Returns the limits and properties of this backend; a constant that needs no connection. */
    Capabilities capabilities();

    /**
     * Describes the service for health checks and display: members, roles, leader, latency.
     *
     * <p>The answer is a picture, not a proof: it may be out of date when it arrives. It never fails because the
     * service is down; an unreachable member is listed as such.
     */
    CompletableFuture<BackendView> describe();

    /**
     * Closes every open session, then stops and joins the threads of this backend. Idempotent, callable from any
     * thread, callbacks included; a call on an event lane of this backend does not wait for that lane.
     */
    @Override
    void close();
}
