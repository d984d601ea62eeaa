package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.GuardedFixture;
import io.quorate.lock.testing.LockContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Locks keep their contract on a guarded backend of three members in memory. */
final class ThreeMemberGuardedLockContractTest extends LockContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return GuardedFixture.around(ENSEMBLE.newFixture());
    }
}
