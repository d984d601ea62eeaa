package io.quorate.breaker;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.breaker.testing.GuardedBackendContract;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of guards around the model backend, each test in several worlds whose random delays differ. */
@ParameterizedClass
@ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
final class ModelGuardedBackendContractTest extends GuardedBackendContract {

    private final long seed;

    ModelGuardedBackendContractTest(long seed) {
        this.seed = seed;
    }

    @Override
    protected BackendFixture newFixture() {
        return new ModelFixture(seed, Duration.ofMillis(seed % 4 * 3));
    }
}
