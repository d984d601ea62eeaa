package io.quorate.embedded.sim.recipes;

import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.Permission;
import io.quorate.embedded.sim.SimulatedEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Instances of an application that call a service through one shared breaker; the service is down now and then.
 *
 * <p>N11: no two instances see different states at one revision, epochs never go back while the instance follows the cluster, what one
 * has decided alone ends with the next shared state, probes have permits, {@linkplain BreakerTruth what is committed} is in order, and once
 * the service is up for good all close.
 */
final class BreakerWorkload implements Workload {

    private static final String NAME = "payments";

    private final SimulatedEngine engine;
    private final List<Instance> instances = new ArrayList<>();
    private final Map<Long, String> stateAtRevision = new HashMap<>();
    private final CircuitBreakerConfig config;
    private final BreakerTruth truth;
    private boolean serviceIsUp = true;
    private boolean faultsEnded;
    private boolean ending;

    BreakerWorkload(SimulatedEngine engine) {
        this.engine = engine;
        int probes = 1 + engine.random().below(3);
        this.config = CircuitBreakerConfig.builder()
                .requestVolumeThreshold(10)
                .openCircuitDuration(Duration.ofMillis(engine.random().between(30, 300)))
                .sleepWindow(Duration.ofMillis(engine.random().between(30, 200)))
                .probeTimeout(Duration.ofMillis(500))
                .permittedProbes(probes)
                .build();
        this.truth = new BreakerTruth(engine, NAME, probes);
        changeLater();
    }

    private void changeLater() {
        engine.after(engine.random().between(100_000, 1_500_000), () -> {
            serviceIsUp = faultsEnded || engine.random().chance(0.4);
            changeLater();
        });
    }

    /** One client's share in the breaker. */
    private final class Instance {
        private final RecipeClient client;
        private final CircuitBreaker breaker;
        private long epoch;

        /** The epoch that it saw last, whoever decided then. */
        private long lookedAt;

        /** How many probes are under way, and of which epoch they are. */
        private int probes;

        private long probedEpoch;

        Instance(RecipeClient client) {
            this.client = client;
            this.breaker = client.quorate().circuitBreaker(NAME, config);
        }

        void callLater() {
            client.later(30, () -> {
                if (!ending) {
                    breaker.tryAcquirePermission().ifPresent(this::call);
                    callLater();
                }
            });
        }

        private void call(Permission permission) {
            BreakerView view = breaker.view();
            boolean isProbe = view.state() == BreakerState.HALF_OPEN && view.authority() == Authority.CLUSTER;
            long probed = isProbe ? view.epoch() : -1;
            if (isProbe) {
                probes = probed == probedEpoch ? probes + 1 : 1;
                probedEpoch = probed;
                truth.checkProbes(client, probed, probes);
            }
            client.later(15, () -> {
                probes -= probed == probedEpoch ? 1 : 0;
                if (client.random().chance(0.05)) {
                    permission.release();
                } else if (serviceIsUp) {
                    permission.onSuccess();
                } else {
                    permission.onError(new IllegalStateException("the service is down"));
                }
            });
        }

        void look() {
            BreakerView view = breaker.view();
            if (view.authority() == Authority.INSTANCE && view.epoch() != lookedAt) {
                engine.violated("SharedStateCounts", client.name() + " decides alone as a new epoch begins: " + view);
            }
            lookedAt = view.epoch();
            if (view.authority() != Authority.CLUSTER) {
                return;
            }
            String seen = view.state() + " in epoch " + view.epoch();
            String other = stateAtRevision.putIfAbsent(view.revision(), seen);
            if (other != null && !other.equals(seen)) {
                engine.violated(
                        "OneState",
                        "at revision " + view.revision() + " " + client.name() + " sees " + seen + ", another "
                                + other);
            }
            if (view.epoch() < epoch) {
                engine.violated("EpochsRise", client.name() + " sees " + seen + " after epoch " + epoch);
            }
            epoch = view.epoch();
        }
    }

    @Override
    public void join(RecipeClient client) {
        Instance instance = new Instance(client);
        instances.add(instance);
        instance.callLater();
    }

    @Override
    public void check() {
        instances.removeIf(instance -> !instance.client.isAlive());
        truth.check();
        if (!ending) {
            instances.forEach(Instance::look);
        }
    }

    @Override
    public void faultsEnded() {
        faultsEnded = true;
        serviceIsUp = true;
    }

    @Override
    public boolean hasProgressed() {
        return instances.stream().map(instance -> instance.breaker.view()).allMatch(BreakerWorkload::isWell);
    }

    private static boolean isWell(BreakerView view) {
        return view.state() == BreakerState.CLOSED && view.authority() == Authority.CLUSTER;
    }

    @Override
    public String describe() {
        return "breakers: "
                + instances.stream().map(instance -> instance.breaker.view()).toList();
    }

    @Override
    public void end() {
        ending = true;
    }
}
