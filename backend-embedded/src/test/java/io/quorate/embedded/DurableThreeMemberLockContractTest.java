package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.LockContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The contract of locks on 3 durable member(s). */
final class DurableThreeMemberLockContractTest extends LockContract {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

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
        EmbeddedFixture made = new EmbeddedFixture(EnsembleConfig.durable(directory, 3));
        fixture = made;
        return made;
    }
}
