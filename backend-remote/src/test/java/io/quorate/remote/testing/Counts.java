package io.quorate.remote.testing;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What passed a proxy while a {@link Recording} ran.
 *
 * <p>Pings, the connection handshake and the requests the proxy was told to leave out are not counted.
 *
 * @param requests requests a client sent: {@code writes + reads}
 * @param writes requests that become a transaction, see {@link Operation#isWrite()}
 * @param reads all other requests, also those that set or remove watches
 * @param roundTrips the number of times a client had to wait before it could go on, summed over the connections. A request
 *     joins the current round trip while no request of that round trip has been answered; the first request sent after
 *     such an answer begins the next
 * @param notifications watch events delivered to clients
 * @param trace the counted requests, their replies, notifications and handshakes, in the order the client sent or received
 *     them
 */
public record Counts(int requests, int writes, int reads, int roundTrips, int notifications, List<Frame> trace) {
    public Counts {
        trace = List.copyOf(trace);
    }

    /** Counted requests by operation; an operation that did not occur is absent. */
    public Map<Operation, Integer> byOperation() {
        Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
        requestFrames().forEach(frame -> counts.merge(frame.op(), 1, Integer::sum));
        return counts;
    }

    /** Counted requests by path; a request that names several paths counts once for each of them. */
    public Map<String, Integer> byPath() {
        Map<String, Integer> counts = new TreeMap<>();
        requestFrames()
                .forEach(frame ->
                        frame.paths().stream().distinct().forEach(path -> counts.merge(path, 1, Integer::sum)));
        return counts;
    }

    /**
     * The round trips without those readings that name what the client itself created within the trace. A ticket of ours gets
     * its watch that way, and nobody waits for it: see {@code turnIsGrantedWithoutWaitingForTheWatchOnTheTicket}.
     */
    public int roundTripsWithoutReadingOwnEntries() {
        return RoundTrips.in(trace, request -> !readsOwnEntry(request));
    }

    private boolean readsOwnEntry(Frame request) {
        // The server appends the number to the name that a create asks for.
        return request.op() == Operation.GET_DATA
                && requestFrames().stream()
                        .filter(frame -> frame.connection() == request.connection() && frame.op() == Operation.MULTI)
                        .flatMap(frame -> frame.paths().stream())
                        .anyMatch(created ->
                                created.endsWith("-") && request.paths().get(0).startsWith(created));
    }

    /** The counted requests in the order they were sent. */
    public List<Frame> requestFrames() {
        return trace.stream()
                .filter(frame -> frame.direction() == Frame.Direction.TO_SERVER
                        && frame.op().isRequest())
                .toList();
    }

    /** The figures on the first line, then one line for each frame. */
    @Override
    public String toString() {
        String figures = requests + " requests (" + writes + " writes, " + reads + " reads), " + roundTrips
                + " round trips, " + notifications + " notifications";
        return trace.stream().map(frame -> "\n  " + frame).collect(Collectors.joining("", figures, ""));
    }
}
