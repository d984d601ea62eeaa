package io.quorate.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.quorate.architecture.testing.ArchitectureContract;
import io.quorate.architecture.testing.ArchitectureRules;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ArchitectureTest extends ArchitectureContract {
    private static final Set<String> ALLOWED_PACKAGES =
            Set.of("io.quorate..", "org.slf4j", "org.jspecify.annotations", "com.fasterxml.jackson..");
    private static final Set<String> CLOCK_READERS = Set.of(
            "io.quorate.backend.Ticker",
            // The default of the clock that stamps snapshots for display.
            "io.quorate.config.ConfigOptions");
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

    /** Jackson is optional: without it every class but the codec must load. */
    @Test
    void onlyTheCodecOfDocumentsKnowsJackson() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.config.jackson")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.fasterxml.jackson..")
                .because("Jackson is an optional dependency: go through ConfigCodec"));
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
