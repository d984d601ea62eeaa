package io.quorate.embedded.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The ways between members in several processes: a {@link TcpProxy} from each to each other one. Used by one thread. */
public final class ProxyNetwork implements AutoCloseable {

    private record Pair(int from, int to) {}

    private final Map<Pair, TcpProxy> proxies = new HashMap<>();

    /** Makes the ways to members by their ports, the first member's first. */
    public ProxyNetwork(List<Integer> ports) throws IOException {
        for (int from = 1; from <= ports.size(); from++) {
            for (int to = 1; to <= ports.size(); to++) {
                if (from != to) {
                    proxies.put(new Pair(from, to), new TcpProxy(ports.get(to - 1)));
                }
            }
        }
    }

    /** Returns the port at which one member reaches another. */
    public int port(int from, int to) {
        return proxy(new Pair(from, to)).port();
    }

    private TcpProxy proxy(Pair pair) {
        TcpProxy proxy = proxies.get(pair);
        if (proxy == null) {
            throw new IllegalArgumentException("there is no way for " + pair);
        }
        return proxy;
    }

    /** Lets nothing of what some members say arrive at others, whoever has made the connection. Neither end is told. */
    public void silence(Set<Integer> from, Set<Integer> to) {
        forEach(from, to, way -> way.hold(true));
    }

    /** Lets what some members say arrive late at others, whoever has made the connection. */
    void delay(Set<Integer> from, Set<Integer> to, long millis) {
        forEach(from, to, way -> way.delay(millis));
    }

    private void forEach(Set<Integer> from, Set<Integer> to, Consumer<TcpProxy.Way> change) {
        for (int one : from) {
            for (int other : to) {
                if (one != other) {
                    change.accept(proxy(new Pair(one, other)).forth());
                    change.accept(proxy(new Pair(other, one)).back());
                }
            }
        }
    }

    /** Lets members not connect to each other, and cuts the connections that they have: both ends know at once. */
    void refuse(Set<Integer> some, Set<Integer> others) {
        for (TcpProxy proxy : between(some, others)) {
            proxy.refuse(true);
            proxy.cut();
        }
    }

    /** Cuts the connections between members, which may make new ones. */
    void cut(Set<Integer> some, Set<Integer> others) {
        between(some, others).forEach(TcpProxy::cut);
    }

    private List<TcpProxy> between(Set<Integer> some, Set<Integer> others) {
        List<TcpProxy> found = new ArrayList<>();
        for (Map.Entry<Pair, TcpProxy> each : proxies.entrySet()) {
            Set<Integer> ends =
                    new HashSet<>(Set.of(each.getKey().from(), each.getKey().to()));
            boolean isBetween = ends.removeIf(some::contains) && ends.removeIf(others::contains);
            if (isBetween && ends.isEmpty()) {
                found.add(each.getValue());
            }
        }
        return found;
    }

    /** Undoes all that disturbs; what was held back arrives now. */
    public void heal() {
        for (TcpProxy proxy : proxies.values()) {
            proxy.refuse(false);
            proxy.forth().delay(0);
            proxy.back().delay(0);
            proxy.forth().hold(false);
            proxy.back().hold(false);
        }
    }

    @Override
    public void close() throws IOException {
        for (TcpProxy proxy : proxies.values()) {
            proxy.close();
        }
    }
}
