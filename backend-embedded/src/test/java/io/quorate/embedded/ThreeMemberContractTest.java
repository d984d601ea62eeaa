package io.quorate.embedded;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of backends on 3 member(s) in memory. */
final class ThreeMemberContractTest extends BackendContract {

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
        return made;
    }
}
