package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.LockContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of locks on 1 member(s) in memory. */
final class OneMemberLockContractTest extends LockContract {

    private @Nullable EmbeddedFixture fixture;

    /** Runs behind the checks of the contract. */
    @RegisterExtension
    final AfterEachCallback stop = context -> {
        EmbeddedFixture used = fixture;
        if (used != null) {
            used.shutdown();
        }
    };

    @Override
    protected BackendFixture newFixture() {
        EmbeddedFixture made = new EmbeddedFixture(EnsembleConfig.inMemory(1));
        fixture = made;
        return made;
    }
}
