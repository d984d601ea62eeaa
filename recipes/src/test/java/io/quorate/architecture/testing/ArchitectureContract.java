package io.quorate.architecture.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The architecture tests that every module passes.
 *
 * <p>A subclass is nearly empty: it names the classes that may read a clock, start a thread or draw a random number,
 * the packages that the module may use, and adds the rules that hold for its module alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ArchitectureContract {
    private JavaClasses mainClasses = new ClassFileImporter().importClasses();

    /** For subclasses. */
    protected ArchitectureContract() {}

    /** Returns the packages, in ArchUnit's notation, that the module may use beside {@code java..} and its own. */
    protected abstract Set<String> allowedPackages();

    /** Returns the names of the classes that may read a clock or block on one. */
    protected abstract Set<String> clockReaders();

    /** Returns the names of the classes that may start a thread or create an executor. */
    protected abstract Set<String> threadOwners();

    /** Returns the names of the classes that may draw from a source of randomness that no seed decides. */
    protected abstract Set<String> randomSources();

    /** Checks a rule against the main classes of the module. */
    protected final void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(mainClasses);
    }

    @BeforeAll
    void importMainClasses() throws URISyntaxException {
        mainClasses = new ClassFileImporter().importPath(mainDirectory());
    }

    @Test
    void moduleHasClassesToCheck() {
        assertThat(mainClasses).as("main classes of the module").isNotEmpty();
    }

    @Test
    void exceptionsToTheRulesNameClassesThatExist() {
        Set<String> unknown = new TreeSet<>(clockReaders());
        unknown.addAll(threadOwners());
        unknown.addAll(randomSources());
        unknown.removeIf(mainClasses::contain);
        assertThat(unknown)
                .as("classes with a permission that are not in the module: delete the permission")
                .isEmpty();
    }

    @Test
    void moduleUsesAllowedPackagesOnly() {
        check(ArchitectureRules.onlyAllowedPackages(allowedPackages()));
    }

    @Test
    void timeIsInjected() {
        check(ArchitectureRules.clocksAreInjected(clockReaders()));
    }

    @Test
    void threadsAreInjected() {
        check(ArchitectureRules.threadsAreInjected(threadOwners()));
    }

    @Test
    void randomnessIsInjected() {
        check(ArchitectureRules.randomnessIsInjected(randomSources()));
    }

    @Test
    void asynchronousStepsNameTheirExecutor() {
        check(ArchitectureRules.asynchronousStepsNameTheirExecutor());
    }

    @Test
    void configurationIsPassedIn() {
        check(ArchitectureRules.noSystemPropertyIsRead());
    }

    @Test
    void ownershipIsNotTiedToThreads() {
        check(ArchitectureRules.noThreadLocal());
    }

    @Test
    void nothingIsSerializedByJava() {
        check(ArchitectureRules.noStreamOfObjects());
    }

    @Test
    void nothingAsksToBeSerialized() {
        check(ArchitectureRules.nothingDeclaresSerializable());
    }

    @Test
    void namesSayWhatThingsAre() {
        check(ArchitectureRules.namesSayWhatThingsAre());
    }

    @Test
    void fieldsThatOthersSeeAreFinal() {
        check(ArchitectureRules.publicFieldsAreFinal());
    }

    @Test
    void staticFieldsAreFinal() {
        check(ArchitectureRules.staticFieldsAreFinal());
    }

    @Test
    void staticFieldsHoldNoState() {
        check(ArchitectureRules.staticFieldsHoldNoState());
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass type : mainClasses) {
            if (!type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
                unmarked.add(type.getPackageName());
            }
        }
        // The module descriptor is a class in the unnamed package.
        unmarked.remove("");
        assertThat(unmarked)
                .as(
                        "packages without @NullMarked: add a package-info.java that carries it and says what the package is")
                .isEmpty();
    }

    /** Returns the directory of the classes that lie beside the test classes of the subclass. */
    private Path mainDirectory() throws URISyntaxException {
        Path testClasses = Path.of(
                getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
        return testClasses.resolveSibling("classes");
    }
}
