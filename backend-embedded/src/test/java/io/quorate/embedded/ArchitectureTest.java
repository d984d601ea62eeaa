package io.quorate.embedded;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.quorate.architecture.testing.ArchitectureContract;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ArchitectureTest extends ArchitectureContract {
    private static final Set<String> ALLOWED_PACKAGES = Set.of(
            "io.quorate",
            "io.quorate.backend..",
            "io.quorate.embedded..",
            "javax.crypto..",
            "javax.management",
            "javax.net.ssl",
            "javax.security.auth.x500",
            "org.slf4j",
            "org.jspecify.annotations",
            "org.junit.jupiter.api..");
    private static final Set<String> CLOCK_READERS = Set.of(
            "io.quorate.embedded.EmbeddedEnsemble",
            "io.quorate.embedded.PlainEnvironment",
            "io.quorate.embedded.log.LogTool");
    private static final Set<String> THREAD_OWNERS = Set.of(
            "io.quorate.embedded.member.EnsembleLoop",
            "io.quorate.embedded.member.StorageThreads",
            "io.quorate.embedded.session.LaneThreads",
            "io.quorate.embedded.transport.TransportThreads");
    private static final Set<String> RANDOM_SOURCES =
            Set.of("io.quorate.embedded.EmbeddedEnsemble", "io.quorate.embedded.EnsembleMember");

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
    void protocolAndTreeArePure() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage("io.quorate.embedded.zab..", "io.quorate.embedded.tree..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "java.io..",
                                "java.net..",
                                "java.nio.channels..",
                                "java.nio.file..",
                                "java.util.concurrent..",
                                "org.slf4j..",
                                "io.quorate.embedded.log..",
                                "io.quorate.embedded.member..",
                                "io.quorate.embedded.session..",
                                "io.quorate.embedded.transport..")
                        .because(
                                "a step of the protocol is a function of its event: return the effect and let the member do it"));
    }

    @Test
    void onlyTheTestingPackageUsesJUnit() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.embedded.testing..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit..")
                .because("JUnit is an optional dependency: keep what needs it in io.quorate.embedded.testing"));
    }

    @Test
    void onlyTheTestingPackageUsesRecipes() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.embedded.testing..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quorate")
                .because("a backend knows no recipe: what hands out clients is io.quorate.embedded.testing"));
    }

    @Test
    void nothingButTestsNeedsTheTestingPackage() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.embedded.testing..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quorate.embedded.testing..")
                .because("it loads with JUnit only: let it come to you by Environment.Factory"));
    }
}
