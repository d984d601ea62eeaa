package io.quorate.samples;

import io.quorate.breaker.BreakerState;
import java.io.IOException;

/** An instance of a shop that has to be paid through a service, wherever it runs. */
interface Shop extends AutoCloseable {

    /** Returns where it runs, for people. */
    String place();

    /** Calls the service, unless the breaker keeps it from doing so, and returns what came of it, for people. */
    String pay() throws Exception;

    /** Returns the state of its breaker, as it sees it. */
    BreakerState state() throws IOException;

    @Override
    void close() throws IOException;
}
