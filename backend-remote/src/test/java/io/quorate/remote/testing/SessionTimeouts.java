package io.quorate.remote.testing;

import java.time.Duration;

/** The session timeouts the servers agree to. A client that asks for less or more gets the bound. */
final class SessionTimeouts {
    static final int MAXIMUM_MILLIS = 60_000;

    private SessionTimeouts() {}

    /** Two ticks, as ZooKeeper has it by default: sessions expire on ticks, a shorter timeout would not be kept. */
    static int minimumMillis(Duration tick) {
        return Math.toIntExact(2 * tick.toMillis());
    }
}
