package io.quorate.config;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.config.testing.ConfigContract;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of configurations on the model backend, each test in several worlds whose random delays differ. */
@ParameterizedClass
@ValueSource(longs = {1, 2, 3, 4})
final class ModelConfigContractTest extends ConfigContract {

    private final long seed;

    ModelConfigContractTest(long seed) {
        this.seed = seed;
    }

    /** One world takes the long way; the others differ in their delays and not in how much happens. */
    @Override
    protected int publishes() {
        return seed == 1 ? 1_000 : 60;
    }

    @Override
    protected BackendFixture newFixture() {
        return new ModelFixture(seed, Duration.ofMillis(seed % 4 * 3));
    }
}
