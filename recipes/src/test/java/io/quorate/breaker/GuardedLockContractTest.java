package io.quorate.breaker;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.breaker.testing.GuardedFixture;
import io.quorate.lock.testing.LockContract;
import java.time.Duration;

/** Locks keep their contract on a guarded backend. */
final class GuardedLockContractTest extends LockContract {

    @Override
    protected BackendFixture newFixture() {
        return GuardedFixture.around(new ModelFixture(1, Duration.ZERO));
    }
}
