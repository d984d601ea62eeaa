package io.quorate.remote.testing;

import java.util.concurrent.CompletableFuture;

/** One client's candidate for a leadership, with the steps whose cost {@link LeaderRoundTripsTest} measures. */
interface LatchSubject extends AutoCloseable {
    /** Opens a candidate with a session of its own; the session is connected when this returns, and nothing else has happened. */
    interface Opener {
        LatchSubject open(String connectString) throws Exception;
    }

    /** Stands for the leadership; completed when the candidate leads. */
    CompletableFuture<Void> start() throws Exception;

    /** Gives up the leadership or the place in the queue. The session goes on. */
    void stepDown() throws Exception;

    /** Returns how often a candidate had to wait for the server before it could go on. */
    default int roundTrips(Counts counts) {
        return counts.roundTrips();
    }

    /** Returns the path below which the candidates' entries are. */
    String path();

    /** Ends the session. */
    @Override
    void close();
}
