package io.quorate.breaker;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The components of a {@link CircuitBreakerConfig} as text, by name. */
final class ConfigProperties {

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]{1,12})\\s*(ms|s|m|h)");

    private static final Map<String, BiConsumer<CircuitBreakerConfig.Builder, String>> SETTERS = Map.ofEntries(
            Map.entry("enabled", (builder, text) -> builder.enabled(truth(text))),
            Map.entry("requestVolumeThreshold", (builder, text) -> builder.requestVolumeThreshold(number(text))),
            Map.entry("failureRatio", (builder, text) -> builder.failureRatio(ratio(text))),
            Map.entry("minimumResponseTime", (builder, text) -> builder.minimumResponseTime(time(text))),
            Map.entry("slowRatio", (builder, text) -> builder.slowRatio(ratio(text))),
            Map.entry("openCircuitDuration", (builder, text) -> builder.openCircuitDuration(time(text))),
            Map.entry("sleepWindow", (builder, text) -> builder.sleepWindow(time(text))),
            Map.entry("permittedProbes", (builder, text) -> builder.permittedProbes(number(text))),
            Map.entry("probeTimeout", (builder, text) -> builder.probeTimeout(time(text))),
            Map.entry("rollingWindow", (builder, text) -> builder.rollingWindow(time(text))),
            Map.entry("minimumVotingInstances", (builder, text) -> builder.minimumVotingInstances(number(text))));

    private final Map<String, String> properties;

    ConfigProperties(Map<String, String> properties) {
        this.properties = new TreeMap<>(properties);
    }

    /** Returns everything that is wrong; of each component by itself, since none depends on another. */
    List<String> problemsIn(CircuitBreakerConfig config) {
        List<String> problems = new ArrayList<>();
        properties.forEach((name, text) -> {
            try {
                new ConfigProperties(Map.of(name, text)).applyTo(config);
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        });
        return problems;
    }

    /**
     * Returns a configuration with these components.
     *
     * @throws IllegalArgumentException with the first thing that is wrong
     */
    CircuitBreakerConfig applyTo(CircuitBreakerConfig config) {
        CircuitBreakerConfig.Builder builder = config.toBuilder();
        properties.forEach((name, text) -> set(builder, name, text.strip()));
        return builder.build();
    }

    private static void set(CircuitBreakerConfig.Builder builder, String name, String text) {
        BiConsumer<CircuitBreakerConfig.Builder, String> setter = SETTERS.get(name);
        if (setter == null) {
            throw new IllegalArgumentException("no property of a circuit breaker is called '" + name + "'; there are "
                    + String.join(", ", SETTERS.keySet().stream().sorted().toList()));
        }
        try {
            setter.accept(builder, text);
        } catch (Unreadable e) {
            throw new IllegalArgumentException(
                    name + " cannot be read from '" + text + "'; it is " + e.getMessage(), e.getCause());
        }
    }

    /** A value that does not have the form that the message shows. */
    private static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unreadable(String form, @Nullable Throwable cause) {
            super(form, cause);
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Unreadable("a whole number, such as 20", e);
        }
    }

    private static double ratio(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new Unreadable("a number, such as 0.5", e);
        }
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Unreadable("one of true, false", null);
        };
    }

    private static Duration time(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            return parsed(text);
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static Duration parsed(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new Unreadable("a duration, such as 500ms, 5s, 2m or PT5S", e);
        }
    }
}
