package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.ReadWriteLockContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of read-write locks on one member in memory. */
final class OneMemberReadWriteLockContractTest extends ReadWriteLockContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
