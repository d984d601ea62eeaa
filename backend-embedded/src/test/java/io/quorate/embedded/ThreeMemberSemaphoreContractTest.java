package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.SemaphoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of semaphores on three members in memory. */
final class ThreeMemberSemaphoreContractTest extends SemaphoreContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
