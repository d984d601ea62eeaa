package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.CircuitBreakerContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of circuit breakers on three members in memory. */
final class ThreeMemberCircuitBreakerContractTest extends CircuitBreakerContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
