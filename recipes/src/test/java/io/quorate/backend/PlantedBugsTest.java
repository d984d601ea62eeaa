package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelBackend.Bug;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.mutation.testing.FailedTests;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A check that cannot fail proves nothing: the contract suite must notice every bug that is planted in the model. */
class PlantedBugsTest {

    /** The contract on a model with one bug. Nested, so that no build runs it as a test of its own. */
    @ParameterizedClass(name = "{0}")
    @EnumSource(Bug.class)
    @ExtendWith(UntilCaught.class)
    static class ContractOfAModelWithABug extends BackendContract {

        private final Bug bug;

        ContractOfAModelWithABug(Bug bug) {
            this.bug = bug;
        }

        @Override
        protected BackendFixture newFixture() {
            return new ModelFixture(1, Duration.ofMillis(15), bug);
        }
    }

    /** Skips what is left of the suite once a test has failed: one is enough. */
    static class UntilCaught implements ExecutionCondition, AfterEachCallback {

        private static final Namespace STORE = Namespace.create(UntilCaught.class);

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getTestMethod().isPresent() && isCaught(context)
                    ? ConditionEvaluationResult.disabled("the bug has been caught")
                    : ConditionEvaluationResult.enabled("the bug has not been caught");
        }

        /** Runs after the suite's own clean-up, which is a test too. */
        @Override
        public void afterEach(ExtensionContext context) {
            if (context.getExecutionException().isPresent()) {
                storeOfTheBug(context).put("caught", true);
            }
        }

        private static boolean isCaught(ExtensionContext context) {
            return storeOfTheBug(context).get("caught") != null;
        }

        private static ExtensionContext.Store storeOfTheBug(ExtensionContext context) {
            return context.getParent().orElseThrow().getStore(STORE);
        }
    }

    @Test
    void everyPlantedBugIsCaught() {
        FailedTests failed = FailedTests.of(ContractOfAModelWithABug.class);
        Set<Bug> missed = EnumSet.allOf(Bug.class);
        missed.removeIf(bug -> failed.include(bug.name()));
        assertThat(missed).isEmpty();
    }
}
