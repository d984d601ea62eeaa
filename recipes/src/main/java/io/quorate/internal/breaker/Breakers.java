package io.quorate.internal.breaker;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Session;
import io.quorate.backend.Ticker;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.internal.Client;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The circuit breakers of one client, at most one of each name: two would each see half of the calls. */
public final class Breakers {

    private final Client client;
    private final Rules rules;
    private final ConcurrentMap<String, SharedCircuitBreaker> byName = new ConcurrentHashMap<>();

    /** Creates it without a breaker. */
    public Breakers(Client client) {
        this(client, Rules.SOUND);
    }

    Breakers(Client client, Rules rules) {
        this.client = client;
        this.rules = rules;
    }

    /**
     * Returns the breaker of the given name, made and started if there is none that is not closed.
     *
     * @throws io.quorate.backend.InvalidKeyException if the name breaks the grammar of keys
     * @throws IllegalArgumentException if there is one with another configuration
     */
    public CircuitBreaker get(String name, CircuitBreakerConfig config) {
        BreakerNames names = BreakerNames.of(name);
        SharedCircuitBreaker created = new SharedCircuitBreaker(names, client, config, ticker(), rules);
        SharedCircuitBreaker breaker = requireNonNull(
                byName.compute(names.name(), (key, known) -> known == null || known.isClosed() ? created : known));
        if (breaker == created) {
            breaker.start();
        } else if (!breaker.config().equals(config)) {
            throw new IllegalArgumentException(
                    breaker + " exists in this client with another configuration; use reconfigure to change it");
        }
        return breaker;
    }

    /** Returns the breaker's source of time, which stays the same when a session is followed by another. */
    private Ticker ticker() {
        Session open = client.sessions().openSession();
        return open == null ? client.sessions().ticker() : open.ticker();
    }
}
