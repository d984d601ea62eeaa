package io.quorate.remote.testing;

import io.quorate.remote.testing.Frame.Direction;
import java.util.ArrayList;
import java.util.List;

/**
 * A count in progress, from {@link ZooKeeperProxy#startCounting()} to {@link #stop()}.
 *
 * <p>The proxy's thread feeds it; any thread may stop it.
 */
public final class Recording {
    private final ZooKeeperProxy proxy;
    private final List<Frame> trace = new ArrayList<>();

    Recording(ZooKeeperProxy proxy) {
        this.proxy = proxy;
    }

    /**
     * Ends the count once the proxy is quiet and returns what it found; see {@link ZooKeeperProxy#awaitQuiet()}.
     *
     * @throws IllegalStateException if the proxy does not become quiet in time, or the recording was stopped before
     */
    public Counts stop() {
        return proxy.stop(this);
    }

    /** Returns what was found until now, while the count goes on. */
    Counts soFar() {
        return proxy.soFar(this);
    }

    void passed(Frame frame) {
        trace.add(frame);
    }

    Counts counts() {
        int writes = 0;
        int requests = 0;
        int notifications = 0;
        for (Frame frame : trace) {
            boolean request =
                    frame.direction() == Direction.TO_SERVER && frame.op().isRequest();
            requests += request ? 1 : 0;
            writes += request && frame.op().isWrite() ? 1 : 0;
            notifications += frame.op() == Operation.NOTIFICATION ? 1 : 0;
        }
        int roundTrips = RoundTrips.in(trace, request -> true);
        return new Counts(requests, writes, requests - writes, roundTrips, notifications, trace);
    }
}
