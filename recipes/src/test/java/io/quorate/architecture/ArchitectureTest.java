package io.quorate.architecture;

import io.quorate.architecture.testing.ArchitectureContract;
import io.quorate.architecture.testing.ArchitectureRules;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ArchitectureTest extends ArchitectureContract {
    private static final Set<String> ALLOWED_PACKAGES = Set.of("io.quorate..", "org.slf4j", "org.jspecify.annotations");

    /** The options of config watchers take a clock, for the times that people read, and name the one that is used if none is given. */
    private static final Set<String> CLOCK_READERS =
            Set.of("io.quorate.backend.Ticker", "io.quorate.config.ConfigOptions");

    private static final Set<String> THREAD_OWNERS = Set.of("io.quorate.CallbackThreads");
    private static final Set<String> RANDOM_SOURCES = Set.of();

    @Override
    protected Set<String> allowedPackages() {
        return ALLOWED_PACKAGES;
    }

    @Override
    protected Set<String> clockReaders() {
        return CLOCK_READERS;
    }

    @Override
    protected Set<String> threadOwners() {
        return THREAD_OWNERS;
    }

    @Override
    protected Set<String> randomSources() {
        return RANDOM_SOURCES;
    }

    @Test
    void backendInterfaceKnowsNoRecipe() {
        check(ArchitectureRules.backendInterfaceKnowsNoRecipe());
    }

    @Test
    void noMethodIsSynchronized() {
        check(ArchitectureRules.noSynchronizedMethod());
    }

    @Test
    void noMonitorIsWaitedOn() {
        check(ArchitectureRules.noMonitorIsWaitedOn());
    }
}
