package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.SemaphoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of semaphores on one member in memory. */
final class OneMemberSemaphoreContractTest extends SemaphoreContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
