package io.quorate.benchmarks.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.quorate.embedded.testing.ResetFigures;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The figures of the guide to testing: test classes whose tests each begin with an empty coordination service and take one lock,
 * run by JUnit as a build would.
 *
 * <p>The classes run by turns. The first round includes the loading of all classes, as every build pays for it; of the others the median is
 * printed. The argument is the number of rounds, 3 by default.
 */
public final class TestClassFigures {

    private static final int HUNDRED = 100;
    private static final int LEFT = 20;

    private record Subject(String name, Class<?> tests, int count) {}

    private TestClassFigures() {}

    /** Measures and prints. */
    public static void main(String[] args) throws InterruptedException {
        int rounds = args.length == 0 ? 3 : Integer.parseInt(args[0]);
        List<Subject> subjects = List.of(
                new Subject("@QuorateTest(members = 3)", QuorateTests.class, QuorateTests.TESTS),
                new Subject("QuorateExtension.inMemory(3) per test", QuorateFreshTests.class, QuorateFreshTests.TESTS),
                new Subject("curator-test TestingServer", TestingServerTests.class, TestingServerTests.TESTS),
                new Subject("curator-test TestingCluster(3)", TestingClusterTests.class, TestingClusterTests.TESTS));
        double[][] seconds = new double[subjects.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                seconds[i][round] = secondsOf(subjects.get(i));
            }
        }
        PrintStream out = System.out;
        out.println(
                "seconds for a class of 100 tests, each on a state of its own with one lock; first run, median of all");
        for (int i = 0; i < subjects.size(); i++) {
            double perHundred = (double) HUNDRED / subjects.get(i).count();
            print(
                    out,
                    subjects.get(i).name()
                            + (perHundred > 1 ? " (" + subjects.get(i).count() + " tests, scaled)" : ""),
                    seconds[i][0] * perHundred,
                    median(seconds[i]) * perHundred);
        }
        out.println("milliseconds between two tests, of 3 members; median, 95th percentile");
        ResetFigures.resets(3, LEFT, HUNDRED);
        ResetFigures.replacements(3, HUNDRED);
        print(out, "emptied in place, nothing left behind", ResetFigures.resets(3, 0, HUNDRED));
        print(out, "emptied in place, " + LEFT + " entries left behind", ResetFigures.resets(3, LEFT, HUNDRED));
        print(out, "another ensemble instead", ResetFigures.replacements(3, HUNDRED));
    }

    private static double secondsOf(Subject subject) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(subject.tests()))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        long begin = System.nanoTime();
        LauncherFactory.create().execute(request, listener);
        double seconds = (System.nanoTime() - begin) / 1e9;
        TestExecutionSummary summary = listener.getSummary();
        if (summary.getTestsSucceededCount() != subject.count()) {
            throw new IllegalStateException(subject.name() + ": only " + summary.getTestsSucceededCount() + " of "
                    + subject.count() + " tests passed: " + summary.getFailures());
        }
        return seconds;
    }

    private static void print(PrintStream out, String name, double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        print(out, name, median(millis), sorted[sorted.length * 95 / 100]);
    }

    private static void print(PrintStream out, String name, double first, double second) {
        out.println(String.format(Locale.ROOT, "  %-60s %10.2f %10.2f", name, first, second));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
