package io.quorate.mutation.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What became of test classes that were run by JUnit to see whether they notice a mistake. */
public final class FailedTests {

    private final Map<String, Set<String>> failed = new TreeMap<>();

    private FailedTests() {}

    /** Runs test classes on this thread. */
    public static FailedTests of(Class<?>... suites) {
        FailedTests result = new FailedTests();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(suites)
                                        .map(suite -> selectClass(suite))
                                        .toArray(ClassSelector[]::new))
                                .build(),
                        result.new Listener());
        return result;
    }

    /** Returns the names of the tests that failed, by the name of what they were run as part of; none for a part that passed. */
    public Map<String, Set<String>> byPart() {
        return Collections.unmodifiableMap(failed);
    }

    /** Returns whether a test failed in a part with such a name. */
    public boolean include(String part) {
        return failed.entrySet().stream()
                .anyMatch(
                        each -> each.getKey().contains(part) && !each.getValue().isEmpty());
    }

    /** Returns the names of all tests that failed. */
    public Set<String> all() {
        Set<String> all = new TreeSet<>();
        failed.values().forEach(all::addAll);
        return all;
    }

    private final class Listener implements TestExecutionListener {

        private final Map<String, String> names = new HashMap<>();

        @Override
        public void executionStarted(TestIdentifier test) {
            names.put(test.getUniqueId(), test.getDisplayName());
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            boolean hasFailed = result.getStatus() == TestExecutionResult.Status.FAILED;
            if (!test.isTest() && !hasFailed) {
                return;
            }
            // A class whose set-up failed is its own part.
            String part = test.isTest() ? test.getParentId().map(names::get).orElse("") : test.getDisplayName();
            Set<String> tests = failed.computeIfAbsent(part, made -> new TreeSet<>());
            if (hasFailed) {
                tests.add(test.getDisplayName());
            }
        }
    }
}
