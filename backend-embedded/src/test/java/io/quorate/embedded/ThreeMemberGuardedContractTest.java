package io.quorate.embedded;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.GuardedFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A guarded backend keeps the contract of the three members in memory behind it. */
final class ThreeMemberGuardedContractTest extends BackendContract {

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
        EmbeddedFixture made = new EmbeddedFixture(EnsembleConfig.inMemory(3));
        fixture = made;
        return GuardedFixture.around(made);
    }
}
