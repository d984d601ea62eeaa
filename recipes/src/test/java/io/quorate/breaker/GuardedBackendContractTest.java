package io.quorate.breaker;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.breaker.testing.GuardedFixture;
import java.time.Duration;

/** A guarded backend keeps the contract of the backend behind it. */
final class GuardedBackendContractTest extends BackendContract {

    @Override
    protected BackendFixture newFixture() {
        return GuardedFixture.around(new ModelFixture(1, Duration.ZERO));
    }
}
