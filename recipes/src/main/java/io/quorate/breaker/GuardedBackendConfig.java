package io.quorate.breaker;

import java.time.Duration;

/**
 * How a {@link GuardedBackend} judges the backend behind it.
 *
 * @param name what the backend is called in events and messages; not blank
 * @param requestVolumeThreshold how many operations must have begun within the rolling window before their ratio means
 *     anything; 1 or more
 * @param failureRatio the share of operations, failed or slow, at which the guard opens; above 0, at most 1
 * @param slowThreshold the time from which on an operation counts as slow, whether or not it has ended; a probe must be
 *     answered within it. Positive, at most half of the rolling window
 * @param rollingWindow how long after its beginning an operation counts; in whole seconds, 2 seconds to 5 minutes
 * @param minimumServingMembers how many members must serve; 0 for the majority of those that the backend lists
 * @param maximumConnections how many connections a member may have and still count as serving; 1 or more
 * @param describeInterval the time between two looks at the members, and how long a look may take; 10 milliseconds to an
 *     hour. The guard opens after two looks in a row that find too few of them serving
 * @param openDuration the time before the first probe; doubled after each probe that fails; positive
 * @param maximumOpenDuration the most that the time between two probes grows to; at least {@code openDuration}, at most
 *     a day
 */
public record GuardedBackendConfig(
        String name,
        int requestVolumeThreshold,
        double failureRatio,
        Duration slowThreshold,
        Duration rollingWindow,
        int minimumServingMembers,
        int maximumConnections,
        Duration describeInterval,
        Duration openDuration,
        Duration maximumOpenDuration) {

    private static final Duration MILLISECOND = Duration.ofMillis(1);

    private static final GuardedBackendConfig DEFAULTS = new GuardedBackendConfig(
            "backend",
            20,
            0.5,
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            0,
            Integer.MAX_VALUE,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30));

    /** Checks the ranges stated above. */
    public GuardedBackendConfig {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank: it tells backends apart in events");
        }
        checkAtLeast("requestVolumeThreshold", requestVolumeThreshold, 1);
        if (!(failureRatio > 0 && failureRatio <= 1)) {
            throw new IllegalArgumentException("failureRatio must be above 0 and at most 1, but is " + failureRatio);
        }
        checkTime("rollingWindow", rollingWindow, Duration.ofSeconds(2), Duration.ofMinutes(5));
        if (!rollingWindow.equals(Duration.ofSeconds(rollingWindow.toSeconds()))) {
            throw new IllegalArgumentException("rollingWindow is in whole seconds, but is " + rollingWindow);
        }
        checkTime("slowThreshold", slowThreshold, MILLISECOND, rollingWindow.dividedBy(2));
        checkAtLeast("minimumServingMembers", minimumServingMembers, 0);
        checkAtLeast("maximumConnections", maximumConnections, 1);
        checkTime("describeInterval", describeInterval, Duration.ofMillis(10), Duration.ofHours(1));
        checkTime("maximumOpenDuration", maximumOpenDuration, MILLISECOND, Duration.ofDays(1));
        checkTime("openDuration", openDuration, MILLISECOND, maximumOpenDuration);
    }

    /**
     * Returns the defaults: half of at least 20 operations failed or slower than 2 seconds within 10 seconds; a majority of
     * the members, looked at every 5 seconds; 2 seconds before the first probe, doubled up to 30 seconds.
     */
    public static GuardedBackendConfig defaults() {
        return DEFAULTS;
    }

    /** Returns this configuration under another name. */
    public GuardedBackendConfig withName(String newName) {
        return new GuardedBackendConfig(
                newName,
                requestVolumeThreshold,
                failureRatio,
                slowThreshold,
                rollingWindow,
                minimumServingMembers,
                maximumConnections,
                describeInterval,
                openDuration,
                maximumOpenDuration);
    }

    /**
     * Returns this configuration with other thresholds for operations.
     *
     * @param requestVolume the new {@link #requestVolumeThreshold()}
     * @param ratio the new {@link #failureRatio()}
     * @param slow the new {@link #slowThreshold()}
     * @param window the new {@link #rollingWindow()}
     * @throws IllegalArgumentException if one of them is out of its range, naming it
     */
    public GuardedBackendConfig withOperations(int requestVolume, double ratio, Duration slow, Duration window) {
        return new GuardedBackendConfig(
                name,
                requestVolume,
                ratio,
                slow,
                window,
                minimumServingMembers,
                maximumConnections,
                describeInterval,
                openDuration,
                maximumOpenDuration);
    }

    /**
     * Returns this configuration with other demands on the members.
     *
     * @param minimumServing the new {@link #minimumServingMembers()}
     * @param maximumConnectionsOfEach the new {@link #maximumConnections()}
     * @param interval the new {@link #describeInterval()}
     * @throws IllegalArgumentException if one of them is out of its range, naming it
     */
    public GuardedBackendConfig withMembers(int minimumServing, int maximumConnectionsOfEach, Duration interval) {
        return new GuardedBackendConfig(
                name,
                requestVolumeThreshold,
                failureRatio,
                slowThreshold,
                rollingWindow,
                minimumServing,
                maximumConnectionsOfEach,
                interval,
                openDuration,
                maximumOpenDuration);
    }

    /**
     * Returns this configuration with another time before the first probe, and another bound for its doubling.
     *
     * @param first the new {@link #openDuration()}
     * @param maximum the new {@link #maximumOpenDuration()}
     * @throws IllegalArgumentException if one of them is out of its range, naming it
     */
    public GuardedBackendConfig withOpenDurations(Duration first, Duration maximum) {
        return new GuardedBackendConfig(
                name,
                requestVolumeThreshold,
                failureRatio,
                slowThreshold,
                rollingWindow,
                minimumServingMembers,
                maximumConnections,
                describeInterval,
                first,
                maximum);
    }

    private static void checkAtLeast(String component, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(component + " must be at least " + min + ", but is " + value);
        }
    }

    private static void checkTime(String component, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    component + " must be between " + min + " and " + max + ", but is " + value);
        }
    }
}
