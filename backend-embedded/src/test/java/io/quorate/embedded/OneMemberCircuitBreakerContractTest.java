package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.CircuitBreakerContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of circuit breakers on one member in memory. */
final class OneMemberCircuitBreakerContractTest extends CircuitBreakerContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
