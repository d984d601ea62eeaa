package io.quorate.embedded.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A test class that has an ensemble of its own, in memory and in the same process.
 *
 * <pre>{@code
 * @QuorateTest(members = 3)
 * class ReportJobTest {
 *     @Test
 *     void anotherInstanceTakesOver(Quorate one, Quorate other, Faults faults) {
 *         ...
 *     }
 * }
 * }</pre>
 *
 * <p>The ensemble starts before the first test of the class and ends after the last one. Each test begins with an empty state, all
 * members running, and no fault. Its tests run one after another. See {@link QuorateExtension} for what tests may take as parameters,
 * and for an ensemble per test.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(QuorateExtension.class)
@Execution(ExecutionMode.SAME_THREAD)
public @interface QuorateTest {

    /** The number of members, 1 to 7. */
    int members() default 3;

    /** The session time-out of the clients that are handed out, in milliseconds, 100 to 60,000. */
    long sessionTimeoutMillis() default 3_000;

    /** After how much silence a follower gives its leader up, in milliseconds, 50 to 30,000. */
    long electionTimeoutMillis() default 200;

    /** Whether a test fails that leaves something behind. */
    boolean checkLeaks() default true;
}
