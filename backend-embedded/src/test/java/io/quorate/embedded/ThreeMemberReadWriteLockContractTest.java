package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.ReadWriteLockContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of read-write locks on three members in memory. */
final class ThreeMemberReadWriteLockContractTest extends ReadWriteLockContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
