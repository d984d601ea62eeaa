package io.quorate.backend;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import java.time.Duration;

/** The model keeps the contract when messages take their time but lanes do not. */
class ModelBackendContractTest extends BackendContract {

    @Override
    protected BackendFixture newFixture() {
        return new ModelFixture(1, Duration.ZERO);
    }
}
