package io.quorate.embedded;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Key;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An ensemble in this process for all tests of a class, each of which works in a namespace of its own. */
final class SharedEnsemble implements BeforeAllCallback, AfterAllCallback {

    private final EnsembleConfig config;
    private final AtomicInteger tests = new AtomicInteger();
    private @Nullable EmbeddedEnsemble ensemble;

    SharedEnsemble(EnsembleConfig config) {
        this.config = config;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ensemble = EmbeddedFixture.start(config);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        requireNonNull(ensemble).close();
    }

    /** Returns the fixture of one test. All members run again once it has been closed. */
    EmbeddedFixture newFixture() {
        Key namespace = Key.of("/test-" + tests.incrementAndGet());
        return new EmbeddedFixture(requireNonNull(ensemble), config.members(), namespace);
    }
}
