package io.quorate.architecture.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Stream;

/**
 * The rules of {@link ArchitectureContract}, and those that single modules add.
 *
 * <p>Each message ends with what to do instead. A permission is the name of a top-level class and covers its nested
 * classes.
 */
public final class ArchitectureRules {
    private static final Set<String> WORDS_THAT_SAY_NOTHING =
            Set.of("Manager", "Helper", "Util", "Utils", "Impl", "Processor");

    private static final Set<String> CLOCK_METHODS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.Thread.sleep",
            "java.lang.Thread.onSpinWait",
            "java.util.concurrent.TimeUnit.sleep",
            "java.util.concurrent.CompletableFuture.orTimeout",
            "java.util.concurrent.CompletableFuture.completeOnTimeout",
            "java.util.concurrent.CompletableFuture.delayedExecutor");

    private static final Set<String> PROPERTY_METHODS = Set.of(
            "java.lang.System.getProperty",
            "java.lang.System.getProperties",
            "java.lang.System.setProperty",
            "java.lang.System.getenv",
            "java.lang.Boolean.getBoolean",
            "java.lang.Integer.getInteger",
            "java.lang.Long.getLong");

    private static final Set<String> THREAD_STARTERS = Set.of("start", "ofVirtual", "ofPlatform", "startVirtualThread");

    private ArchitectureRules() {}

    /** Returns the rule that a module uses {@code java..}, its own packages and the given ones. */
    public static ArchRule onlyAllowedPackages(Collection<String> allowed) {
        String[] packages =
                Stream.concat(Stream.of("java.."), allowed.stream()).sorted().toArray(String[]::new);
        return classes()
                .that(not(isModuleDescriptor()))
                .should()
                .onlyDependOnClassesThat(
                        JavaClass.Predicates.resideInAnyPackage(packages).or(isPrimitive()))
                .because("a library brings its dependencies to all its users:"
                        + " use the JDK, or write a decision down before the build file changes");
    }

    /** Returns the rule that the backend interface uses no recipe. */
    public static ArchRule backendInterfaceKnowsNoRecipe() {
        return noClasses()
                .that()
                .resideInAPackage("io.quorate.backend..")
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.quorate..")
                        .and(not(JavaClass.Predicates.resideInAPackage("io.quorate.backend.."))))
                .because("arrows point from recipes to the backend interface: move what both need into the interface");
    }

    /** Returns the rule that only the named classes read a clock or sleep. */
    public static ArchRule clocksAreInjected(Collection<String> readers) {
        return noClasses()
                .that(not(isOneOf(readers)))
                .should()
                .accessTargetWhere(targetIsOneOf(CLOCK_METHODS).or(asksForTheDate()))
                .because("a test decides what time it is: take a Ticker and a Scheduler, as a Session hands them out");
    }

    /** Returns the rule that only the named classes start threads or create executors. */
    public static ArchRule threadsAreInjected(Collection<String> owners) {
        return noClasses()
                .that(not(isOneOf(owners)))
                .should()
                .accessTargetWhere(describe("a thread or a pool begins", ArchitectureRules::startsThreads))
                .because("every thread has an owner that stops it: take an Executor or a Scheduler");
    }

    /** Returns the rule that only the named classes draw randomness that no seed decides. */
    public static ArchRule randomnessIsInjected(Collection<String> sources) {
        return noClasses()
                .that(not(isOneOf(sources)))
                .should()
                .accessTargetWhere(describe("no seed decides the value", ArchitectureRules::drawsWithoutSeed))
                .because("a seed replays the world: take a RandomGenerator");
    }

    /** Returns the rule that no stage of a future runs on the default executor. */
    public static ArchRule asynchronousStepsNameTheirExecutor() {
        return noClasses()
                .should()
                .accessTargetWhere(
                        describe("an asynchronous step has no executor", ArchitectureRules::runsOnTheDefaultExecutor))
                .because("on small machines the default executor of CompletableFuture starts a thread for each task:"
                        + " pass the executor of the session or of the caller");
    }

    /** Returns the rule that configuration is passed in. */
    public static ArchRule noSystemPropertyIsRead() {
        return noClasses()
                .should()
                .accessTargetWhere(targetIsOneOf(PROPERTY_METHODS))
                .because(
                        "system properties are configuration that no reader finds: add a component to the configuration record");
    }

    /** Returns the rule that nothing is kept per thread. */
    public static ArchRule noThreadLocal() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .because("pools and virtual threads share threads: keep the state in the handle that owns it");
    }

    /** Returns the rule that no method is synchronized. */
    public static ArchRule noSynchronizedMethod() {
        return noMethods()
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .because("a monitor held across a callback deadlocks and pins a virtual thread:"
                        + " publish immutable state through an atomic reference, or use a private ReentrantLock");
    }

    /** Returns the rule that nothing waits on a monitor. */
    public static ArchRule noMonitorIsWaitedOn() {
        Set<String> monitorMethods = Set.of("wait", "notify", "notifyAll");
        return noClasses()
                .should()
                .accessTargetWhere(describe(
                        "Object.wait or notify",
                        access -> access.getTargetOwner().isEquivalentTo(Object.class)
                                && monitorMethods.contains(access.getName())))
                .because("a monitor pins a virtual thread: wait on a future, a latch or a Condition");
    }

    /** Returns the rule that no object is written or read by the Java serialization. */
    public static ArchRule noStreamOfObjects() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectOutputStream.class)
                .because("bytes from outside must not choose classes: write an explicit codec");
    }

    /** Returns the rule that no class asks to be serialized; exceptions and enums inherit it and are left alone. */
    public static ArchRule nothingDeclaresSerializable() {
        return noClasses()
                .should()
                .dependOnClassesThat(describe(
                        "Serializable",
                        type -> type.isEquivalentTo(Serializable.class) || type.isEquivalentTo(Externalizable.class)))
                .because("Java serialization is a second, unchecked constructor: write an explicit codec");
    }

    /** Returns the rule that no class is named after nothing in particular. */
    public static ArchRule namesSayWhatThingsAre() {
        return noClasses()
                .should(ArchCondition.from(describe(
                        "have a name that ends with one of " + WORDS_THAT_SAY_NOTHING,
                        type -> WORDS_THAT_SAY_NOTHING.stream()
                                .anyMatch(word -> type.getSimpleName().endsWith(word)))))
                .because("such a name says nothing: use the field's term for what the class is");
    }

    /** Returns the rule that public fields are final. */
    public static ArchRule publicFieldsAreFinal() {
        return fields().that()
                .arePublic()
                .should()
                .beFinal()
                .because("whoever sees a field may write it: make it final or private");
    }

    /** Returns the rule that static fields are assigned once. */
    public static ArchRule staticFieldsAreFinal() {
        return fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("two clients in one process must not meet in a static field: keep the state in an instance");
    }

    /** Returns the rule that static fields hold neither counters nor references that change. */
    public static ArchRule staticFieldsHoldNoState() {
        return noFields()
                .that()
                .areStatic()
                .should()
                .haveRawType(describe("that can change", ArchitectureRules::isMutableHolder))
                .because("two clients in one process must not meet in a static field: keep the state in an instance");
    }

    private static boolean isMutableHolder(JavaClass type) {
        boolean atomic = type.getPackageName().equals("java.util.concurrent.atomic")
                && !type.getSimpleName().endsWith("FieldUpdater");
        boolean mutableCollection =
                (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class)) && !type.isInterface();
        return atomic || mutableCollection;
    }

    private static DescribedPredicate<JavaClass> isPrimitive() {
        return describe(
                "primitive or an array of primitives",
                type -> type.getBaseComponentType().isPrimitive());
    }

    private static DescribedPredicate<JavaClass> isModuleDescriptor() {
        return describe("module descriptor", type -> type.getSimpleName().equals("module-info"));
    }

    private static DescribedPredicate<JavaClass> isOneOf(Collection<String> names) {
        return describe("one of " + names, type -> {
            String name = type.getName();
            int nested = name.indexOf('$');
            return names.contains(nested < 0 ? name : name.substring(0, nested));
        });
    }

    private static DescribedPredicate<JavaAccess<?>> targetIsOneOf(Set<String> names) {
        return describe("one of " + names, access -> names.contains(fullName(access)));
    }

    private static DescribedPredicate<JavaAccess<?>> asksForTheDate() {
        return describe(
                "the date of today",
                access -> (access.getTargetOwner().getPackageName().equals("java.time")
                                && (access.getName().equals("now")
                                        || access.getName().startsWith("system")))
                        || constructsWithoutArguments(access, Date.class));
    }

    private static boolean startsThreads(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        boolean isThread = owner.isAssignableTo(Thread.class);
        boolean isPool = owner.isAssignableTo(ThreadPoolExecutor.class) || owner.isAssignableTo(ForkJoinPool.class);
        return owner.isEquivalentTo(Executors.class)
                || (isConstructor(access) && (isThread || isPool || owner.isAssignableTo(Timer.class)))
                || (isThread && THREAD_STARTERS.contains(access.getName()))
                || fullName(access).equals("java.util.concurrent.ForkJoinPool.commonPool");
    }

    private static boolean drawsWithoutSeed(JavaAccess<?> access) {
        return fullName(access).equals("java.lang.Math.random")
                || fullName(access).equals("java.util.UUID.randomUUID")
                || fullName(access).equals("java.util.concurrent.ThreadLocalRandom.current")
                || (isConstructor(access) && access.getTargetOwner().isEquivalentTo(SecureRandom.class))
                || constructsWithoutArguments(access, Random.class)
                || constructsWithoutArguments(access, SplittableRandom.class);
    }

    private static boolean runsOnTheDefaultExecutor(JavaAccess<?> access) {
        return access.getTargetOwner().isAssignableTo(CompletionStage.class)
                && access.getName().endsWith("Async")
                && parametersOf(access).stream().noneMatch(parameter -> parameter.isAssignableTo(Executor.class));
    }

    private static boolean constructsWithoutArguments(JavaAccess<?> access, Class<?> type) {
        return isConstructor(access)
                && access.getTargetOwner().isEquivalentTo(type)
                && parametersOf(access).isEmpty();
    }

    private static boolean isConstructor(JavaAccess<?> access) {
        return access.getName().equals(JavaConstructor.CONSTRUCTOR_NAME);
    }

    private static List<JavaClass> parametersOf(JavaAccess<?> access) {
        return access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget target
                ? target.getRawParameterTypes()
                : List.of();
    }

    private static String fullName(JavaAccess<?> access) {
        return access.getTargetOwner().getName() + "." + access.getName();
    }
}
