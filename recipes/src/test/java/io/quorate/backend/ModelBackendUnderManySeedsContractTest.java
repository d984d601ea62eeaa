package io.quorate.backend;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The model keeps the contract whatever the interleaving. */
@ParameterizedClass(name = "seed {0}")
@MethodSource("seeds")
class ModelBackendUnderManySeedsContractTest extends BackendContract {

    private static final Duration JITTER = Duration.ofMillis(15);

    private final long seed;

    ModelBackendUnderManySeedsContractTest(long seed) {
        this.seed = seed;
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @Override
    protected BackendFixture newFixture() {
        return new ModelFixture(seed, JITTER);
    }
}
