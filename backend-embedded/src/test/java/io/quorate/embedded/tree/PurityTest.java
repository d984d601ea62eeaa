package io.quorate.embedded.tree;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Members stay equal because nothing in this package depends on anything but the transactions. */
class PurityTest {

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quorate.embedded.tree");

    @Test
    void stateMachineKnowsNoThreadClockRandomnessOrOutsideWorld() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io", "java.net", "java.nio.file..", "java.util.concurrent..", "org.slf4j..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.Thread.*|java\\.util\\.Random|java\\.security\\.SecureRandom"
                        + "|java\\.time\\.Clock|java\\.util\\.IdentityHashMap|java\\.util\\.UUID")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .because("time and chance are arguments of the transaction: let the leader put them there")
                .check(classes);
    }

    @Test
    void stateMachineKnowsNoOtherPartOfTheEngine() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quorate.embedded",
                        "io.quorate.embedded.zab..",
                        "io.quorate.embedded.log..",
                        "io.quorate.embedded.member..")
                .check(classes);
    }

    @Test
    void nothingStaticChanges() {
        fields().that().areStatic().should().beFinal().check(classes);
    }
}
