package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.EnsembleConfig;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests an ensemble, clients and faults.
 *
 * <p>Registered in a {@code static} field, or by {@link QuorateTest}, it starts one ensemble for the class; registered in an instance
 * field, one for each test. Either way each test begins with an empty state, all members running, and no fault. What
 * {@code @BeforeAll} methods have written is not there.
 *
 * <p>Constructors, tests and the methods around them may have parameters of these types:
 *
 * <ul>
 *   <li>{@link EmbeddedEnsemble}: the ensemble, started. It is not the test's to close.
 *   <li>{@link Quorate}: a client with a session of its own, another one for each parameter. It is closed after the test; one that a
 *       {@code @BeforeAll} method takes, after the last test of the class.
 *   <li>{@link Faults}: the faults of the ensemble. What is not healed by the end of the test is healed then.
 * </ul>
 *
 * <p>After each test, when its {@code @AfterEach} methods have run and faults are healed, the extension looks what the test has left
 * behind: entries that the clients own still, watches that are open, sessions of clients that the test has opened itself, and, when the
 * clients are closed, threads. Whatever is still there after five seconds fails the test, by name.
 *
 * <p>When a test fails, the list of the faults that were injected, with times, is added to the failure as a suppressed exception and
 * published as a report entry.
 *
 * <p>Tests that share an ensemble must not run at the same time. An extension is immutable.
 */
public final class QuorateExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);
    private static final int MEMBERS = 3;
    private static final int MAX_OWNER_NAME = 100;

    /** What the extension does, unless an annotation says otherwise. */
    private record Settings(EnsembleConfig config, QuorateOptions options, boolean checksLeaks) {}

    private static final String ENSEMBLE = "ensemble";
    private static final String RUN = "run";

    private final @Nullable Settings fixed;

    /** Creates an extension that does what {@link QuorateTest} says, and has three members without it. JUnit calls this. */
    public QuorateExtension() {
        this.fixed = null;
    }

    private QuorateExtension(Settings fixed) {
        this.fixed = fixed;
    }

    /** Returns an extension whose ensembles have so many members, 1 to 7. */
    public static QuorateExtension inMemory(int members) {
        return of(EnsembleConfig.inMemory(members));
    }

    /**
     * Returns an extension whose ensembles are set up in a given way.
     *
     * @throws IllegalArgumentException if the members were to keep data in a directory
     */
    public static QuorateExtension of(EnsembleConfig config) {
        if (config.directory().isPresent()) {
            throw new IllegalArgumentException("each test begins with an empty state: keep it in memory, not in "
                    + config.directory().get());
        }
        return new QuorateExtension(new Settings(config, defaultOptions(SESSION_TIMEOUT), true));
    }

    /**
     * Returns this extension with other options of the clients. Each gets an owner name of its own, which names its test.
     *
     * @throws IllegalStateException if this is not made by {@link #inMemory} or {@link #of}
     */
    public QuorateExtension withOptions(QuorateOptions options) {
        Settings settings = fixed();
        return new QuorateExtension(new Settings(settings.config(), options, settings.checksLeaks()));
    }

    /**
     * Returns this extension without the check for what tests leave behind.
     *
     * @throws IllegalStateException if this is not made by {@link #inMemory} or {@link #of}
     */
    public QuorateExtension withoutLeakCheck() {
        Settings settings = fixed();
        return new QuorateExtension(new Settings(settings.config(), settings.options(), false));
    }

    private Settings fixed() {
        if (fixed == null) {
            throw new IllegalStateException(
                    "the annotation says what this extension does: begin with inMemory(members)");
        }
        return fixed;
    }

    private static QuorateOptions defaultOptions(Duration sessionTimeout) {
        return QuorateOptions.defaults().withSessionTimeout(sessionTimeout);
    }

    // ---- settings

    private Settings settings(ExtensionContext context) {
        if (fixed != null) {
            return fixed;
        }
        QuorateTest annotation = annotation(context.getRequiredTestClass());
        if (annotation == null) {
            return new Settings(EnsembleConfig.inMemory(MEMBERS), defaultOptions(SESSION_TIMEOUT), true);
        }
        return new Settings(
                EnsembleConfig.inMemory(annotation.members())
                        .withElectionTimeout(Duration.ofMillis(annotation.electionTimeoutMillis())),
                defaultOptions(Duration.ofMillis(annotation.sessionTimeoutMillis())),
                annotation.checkLeaks());
    }

    /** Looks at the class, the annotations of its annotations, and the classes around it. */
    private static @Nullable QuorateTest annotation(Class<?> testClass) {
        for (Class<?> type = testClass; type != null; type = type.getEnclosingClass()) {
            QuorateTest direct = type.getAnnotation(QuorateTest.class);
            if (direct != null) {
                return direct;
            }
            for (Annotation present : type.getAnnotations()) {
                QuorateTest composed = present.annotationType().getAnnotation(QuorateTest.class);
                if (composed != null) {
                    return composed;
                }
            }
        }
        return null;
    }

    // ---- from test to test

    private ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(QuorateExtension.class, fixed == null ? "" : this));
    }

    /** Starts the ensemble of the class. Called by JUnit. */
    @Override
    public void beforeAll(ExtensionContext context) {
        // A nested class goes on with the ensemble of the class around it.
        if (store(context).get(ENSEMBLE) == null) {
            store(context).put(ENSEMBLE, TestEnsemble.start(settings(context).config()));
        }
    }

    /** Begins a test. Called by JUnit. */
    @Override
    public void beforeEach(ExtensionContext context) {
        TestRun unused = run(context);
    }

    private TestRun run(ExtensionContext context) {
        TestRun present = store(context).get(RUN, TestRun.class);
        if (present != null) {
            return present;
        }
        Settings settings = settings(context);
        TestEnsemble shared = store(context).get(ENSEMBLE, TestEnsemble.class);
        if (shared != null) {
            shared.reset();
        }
        TestRun begun = shared != null
                ? new TestRun(shared, false, settings.checksLeaks())
                : new TestRun(TestEnsemble.start(settings.config()), true, settings.checksLeaks());
        store(context).put(RUN, begun);
        return begun;
    }

    /** Ends a test and looks what it has left behind. Called by JUnit. */
    @Override
    public void afterEach(ExtensionContext context) {
        TestRun run = store(context).remove(RUN, TestRun.class);
        if (run != null) {
            run.end(context.getExecutionException(), report -> context.publishReportEntry("quorate", report));
        }
    }

    /** Ends the ensemble of the class. Called by JUnit. */
    @Override
    public void afterAll(ExtensionContext context) {
        TestEnsemble ensemble = store(context).remove(ENSEMBLE, TestEnsemble.class);
        if (ensemble != null) {
            ensemble.close();
        }
    }

    // ---- parameters

    /** Has constructors that a test is made by take their parameters for that test. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** Returns whether this is a parameter that the class comment names. Called by JUnit. */
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == EmbeddedEnsemble.class || type == Quorate.class || type == Faults.class;
    }

    /** Returns the value of a parameter. Called by JUnit. */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestEnsemble ensemble = context.getTestMethod().isPresent()
                ? run(context).ensemble()
                : store(context).get(ENSEMBLE, TestEnsemble.class);
        if (ensemble == null) {
            throw new ParameterResolutionException(
                    "there is no ensemble yet: register the extension in a static field to have one for the class");
        }
        Class<?> type = parameter.getParameter().getType();
        if (type == EmbeddedEnsemble.class) {
            return ensemble.ensemble();
        }
        return type == Faults.class ? ensemble.faults() : open(parameter.getParameter(), ensemble, context);
    }

    private Quorate open(Parameter parameter, TestEnsemble ensemble, ExtensionContext context) {
        QuorateOptions options = settings(context).options().withOwnerName(ownerName(parameter, ensemble, context));
        try {
            return context.getTestMethod().isPresent() ? run(context).open(options) : ensemble.open(options, true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("interrupted while a client was opened", e);
        }
    }

    /** Names the test and the parameter, as far as the compiler has kept its name. */
    private static String ownerName(Parameter parameter, TestEnsemble ensemble, ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName()
                + context.getTestMethod().map(method -> "." + method.getName()).orElse("");
        String which = parameter.isNamePresent()
                ? parameter.getName()
                : "client" + (ensemble.clients().size() + 1);
        return test.substring(0, Math.min(test.length(), MAX_OWNER_NAME)) + "-" + which;
    }
}
