package io.quorate.breaker;

import io.quorate.config.ConfigCodec;
import io.quorate.config.InvalidConfigException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How a circuit breaker judges.
 *
 * <p>All components but the predicates can be set by their names, from a properties file or any other map: see
 * {@link #withProperties(Map)}. The predicates are called by the threads that make the calls, many at a time; a call for which one of
 * them throws counts as a failure. Immutable, as far as the predicates are.
 *
 * @param enabled whether the breaker does anything; if not, every call of this instance passes uncounted
 * @param requestVolumeThreshold how many calls all instances together must have made within the rolling window before
 *     the ratios mean anything; for an instance that opens by itself, its own calls; 1 or more
 * @param failureRatio the share of failures at which the breaker opens; above 0, at most 1
 * @param minimumResponseTime the time from which on a call counts as slow; zero for never, which saves two readings of
 *     the clock with each call that is timed. Every probe is timed, and every other call while an instance makes less than two thousand a
 *     second; of more, a random share of at least a thousand a second is, which counts for all of them
 * @param slowRatio the share of slow calls at which the breaker opens; above 0, at most 1
 * @param openCircuitDuration how long the breaker stays open before the first round of probes; positive
 * @param sleepWindow how long it stays open after a round of probes that failed; doubled with each further round, up to
 *     sixteenfold; positive
 * @param permittedProbes how many calls in the whole cluster pass as probes of one round, all of which must succeed; 1 to
 *     {@value #MAX_PROBES}
 * @param probeTimeout how long a probe may take before it counts as failed; an unused permit is given back after this
 *     time; positive
 * @param rollingWindow how long a call counts; in whole seconds, 2 seconds to 5 minutes
 * @param minimumVotingInstances how many instances must be over a ratio themselves before the shared state opens;
 *     0 for the majority of those that make calls
 * @param failureException which exceptions count as failures; the others count as successes
 * @param ignoredException which exceptions count as nothing at all; asked first
 * @param failureResult which results count as failures
 */
public record CircuitBreakerConfig(
        boolean enabled,
        int requestVolumeThreshold,
        double failureRatio,
        Duration minimumResponseTime,
        double slowRatio,
        Duration openCircuitDuration,
        Duration sleepWindow,
        int permittedProbes,
        Duration probeTimeout,
        Duration rollingWindow,
        int minimumVotingInstances,
        Predicate<? super Throwable> failureException,
        Predicate<? super Throwable> ignoredException,
        Predicate<Object> failureResult) {

    /** The largest value of {@link #permittedProbes()}. */
    public static final int MAX_PROBES = 60;

    private static final Duration MIN_WINDOW = Duration.ofSeconds(2);
    private static final Duration MAX_WINDOW = Duration.ofMinutes(5);

    /** The longest time that can be counted in nanoseconds without overflow, generously rounded down. */
    private static final Duration MAX_TIME = Duration.ofDays(365);

    private static final CircuitBreakerConfig DEFAULTS = new CircuitBreakerConfig(
            true,
            20,
            0.5,
            Duration.ZERO,
            0.5,
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            3,
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            0,
            failure -> true,
            failure -> failure instanceof InterruptedException || failure instanceof CancellationException,
            result -> false);

    /** Checks the ranges stated above. */
    public CircuitBreakerConfig {
        checkCount("requestVolumeThreshold", requestVolumeThreshold, 1, Integer.MAX_VALUE);
        checkRatio("failureRatio", failureRatio);
        checkTime("minimumResponseTime", minimumResponseTime, Duration.ZERO, MAX_TIME);
        checkRatio("slowRatio", slowRatio);
        checkTime("openCircuitDuration", openCircuitDuration, Duration.ofMillis(1), MAX_TIME);
        checkTime("sleepWindow", sleepWindow, Duration.ofMillis(1), MAX_TIME);
        checkCount("permittedProbes", permittedProbes, 1, MAX_PROBES);
        checkTime("probeTimeout", probeTimeout, Duration.ofMillis(1), MAX_TIME);
        checkTime("rollingWindow", rollingWindow, MIN_WINDOW, MAX_WINDOW);
        if (!rollingWindow.equals(Duration.ofSeconds(rollingWindow.toSeconds()))) {
            throw new IllegalArgumentException("rollingWindow is in whole seconds, but is " + rollingWindow);
        }
        checkCount("minimumVotingInstances", minimumVotingInstances, 0, Integer.MAX_VALUE);
    }

    /**
     * Returns the defaults: 20 calls, half of them failures, within 10 seconds; 5 seconds open and between rounds, 3
     * probes of at most 10 seconds; slow calls do not count; interrupts and cancellations are ignored.
     */
    public static CircuitBreakerConfig defaults() {
        return DEFAULTS;
    }

    /** Returns a builder that begins with the defaults. */
    public static Builder builder() {
        return DEFAULTS.toBuilder();
    }

    /** Returns a builder that begins with this configuration. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Returns whether slow calls count, so that calls must be timed. */
    public boolean countsSlowCalls() {
        return !minimumResponseTime.isZero();
    }

    /**
     * Returns this configuration with those components replaced that the map names, as {@code failureRatio=0.3} and
     * {@code openCircuitDuration=5s} in a properties file do.
     *
     * @param properties names of components, and values as text. A duration is a number with a unit, {@code ms},
     *     {@code s}, {@code m} or {@code h}, or has the form of {@link Duration#parse}; zero needs no unit.
     * @throws IllegalArgumentException if a name is unknown, or a value cannot be read or is out of its range, naming all
     *     of them
     */
    public CircuitBreakerConfig withProperties(Map<String, String> properties) {
        ConfigProperties named = new ConfigProperties(properties);
        List<String> problems = named.problemsIn(this);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return named.applyTo(this);
    }

    /**
     * Returns this configuration with those components replaced that a properties file names. See
     * {@link #withProperties(Map)}.
     *
     * @param file as {@link Properties#load(java.io.Reader)} has read it
     * @throws IllegalArgumentException if a name is unknown, or a value cannot be read or is out of its range, naming all
     *     of them
     */
    public CircuitBreakerConfig withProperties(Properties file) {
        return withProperties(file.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, name -> file.getProperty(name))));
    }

    /**
     * Returns a codec that makes breaker configurations of live ones: this configuration with those components replaced
     * that the entries name, as {@link #withProperties(Map)} does. A watcher with it never makes current what is not valid,
     * and tells everything that is wrong with it:
     *
     * <pre>{@code
     * watcher.onChange(change -> breaker.reconfigure(change.after().value()));
     * }</pre>
     */
    public ConfigCodec<CircuitBreakerConfig> codec() {
        return entries -> {
            ConfigProperties named = new ConfigProperties(entries.keys().stream()
                    .collect(Collectors.toMap(
                            key -> key, key -> entries.text(key).orElse(""))));
            List<String> problems = named.problemsIn(this);
            if (!problems.isEmpty()) {
                throw new InvalidConfigException(problems);
            }
            return named.applyTo(this);
        };
    }

    private static void checkCount(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be "
                    + (max == Integer.MAX_VALUE ? "at least " + min : "between " + min + " and " + max) + ", but is "
                    + value);
        }
    }

    private static void checkRatio(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be above 0 and at most 1, but is " + value);
        }
    }

    private static void checkTime(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " must be between " + min + " and " + max + ", but is " + value);
        }
    }

    /** Collects the components of a configuration; see there for their meaning. Not thread-safe. */
    public static final class Builder {

        private boolean enabled;
        private int requestVolumeThreshold;
        private double failureRatio;
        private Duration minimumResponseTime;
        private double slowRatio;
        private Duration openCircuitDuration;
        private Duration sleepWindow;
        private int permittedProbes;
        private Duration probeTimeout;
        private Duration rollingWindow;
        private int minimumVotingInstances;
        private Predicate<? super Throwable> failureException;
        private Predicate<? super Throwable> ignoredException;
        private Predicate<Object> failureResult;

        private Builder(CircuitBreakerConfig from) {
            this.enabled = from.enabled;
            this.requestVolumeThreshold = from.requestVolumeThreshold;
            this.failureRatio = from.failureRatio;
            this.minimumResponseTime = from.minimumResponseTime;
            this.slowRatio = from.slowRatio;
            this.openCircuitDuration = from.openCircuitDuration;
            this.sleepWindow = from.sleepWindow;
            this.permittedProbes = from.permittedProbes;
            this.probeTimeout = from.probeTimeout;
            this.rollingWindow = from.rollingWindow;
            this.minimumVotingInstances = from.minimumVotingInstances;
            this.failureException = from.failureException;
            this.ignoredException = from.ignoredException;
            this.failureResult = from.failureResult;
        }

        /** Sets {@link CircuitBreakerConfig#enabled()}. */
        public Builder enabled(boolean value) {
            this.enabled = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#requestVolumeThreshold()}. */
        public Builder requestVolumeThreshold(int value) {
            this.requestVolumeThreshold = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#failureRatio()}. */
        public Builder failureRatio(double value) {
            this.failureRatio = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#minimumResponseTime()}. */
        public Builder minimumResponseTime(Duration value) {
            this.minimumResponseTime = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#slowRatio()}. */
        public Builder slowRatio(double value) {
            this.slowRatio = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#openCircuitDuration()}. */
        public Builder openCircuitDuration(Duration value) {
            this.openCircuitDuration = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#sleepWindow()}. */
        public Builder sleepWindow(Duration value) {
            this.sleepWindow = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#permittedProbes()}. */
        public Builder permittedProbes(int value) {
            this.permittedProbes = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#probeTimeout()}. */
        public Builder probeTimeout(Duration value) {
            this.probeTimeout = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#rollingWindow()}. */
        public Builder rollingWindow(Duration value) {
            this.rollingWindow = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#minimumVotingInstances()}. */
        public Builder minimumVotingInstances(int value) {
            this.minimumVotingInstances = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#failureException()}. */
        public Builder failureException(Predicate<? super Throwable> value) {
            this.failureException = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#ignoredException()}. */
        public Builder ignoredException(Predicate<? super Throwable> value) {
            this.ignoredException = value;
            return this;
        }

        /** Sets {@link CircuitBreakerConfig#failureResult()}. */
        public Builder failureResult(Predicate<Object> value) {
            this.failureResult = value;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException if a component is out of its range, naming it
         */
        public CircuitBreakerConfig build() {
            return new CircuitBreakerConfig(
                    enabled,
                    requestVolumeThreshold,
                    failureRatio,
                    minimumResponseTime,
                    slowRatio,
                    openCircuitDuration,
                    sleepWindow,
                    permittedProbes,
                    probeTimeout,
                    rollingWindow,
                    minimumVotingInstances,
                    failureException,
                    ignoredException,
                    failureResult);
        }
    }
}
