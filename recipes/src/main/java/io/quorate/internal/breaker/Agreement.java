package io.quorate.internal.breaker;

import io.quorate.backend.Bytes;
import io.quorate.breaker.BreakerOverride;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all instances of a breaker agree on: the value of its state entry.
 *
 * <p>As text it is one {@code name=value} a line, for people who look with a tool of the backend. The first line is the
 * version; a value of another version is not understood, and never overwritten.
 *
 * @param phase the state
 * @param overrides how many overrides there have been, which tells one from the next
 * @param override the override that holds, if there is one
 */
record Agreement(Phase phase, long overrides, @Nullable BreakerOverride override) {

    /** What holds as long as nobody has written anything. */
    static final Agreement INITIAL = new Agreement(Phase.INITIAL, 0, null);

    private static final String VERSION = "quorate-breaker=1";

    Agreement with(Phase next) {
        return new Agreement(next, overrides, override);
    }

    Agreement overriddenBy(BreakerOverride next) {
        return new Agreement(phase, overrides + 1, next);
    }

    Agreement withoutOverride() {
        return new Agreement(phase, overrides, null);
    }

    Bytes encode() {
        StringBuilder text = new StringBuilder(VERSION);
        line(text, "state", phase.state());
        line(text, "epoch", phase.epoch());
        if (phase instanceof Phase.Open open) {
            line(text, "round", open.round());
        } else if (phase instanceof Phase.HalfOpen half) {
            line(text, "round", half.round());
            line(text, "passed", half.passed());
        }
        line(text, "overrides", overrides);
        if (override != null) {
            line(text, "override", override.mode());
            line(text, "timeToLiveMillis", override.timeToLive().toMillis());
            line(text, "reason", override.reason());
        }
        return Bytes.utf8(text.toString());
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append('\n').append(name).append('=').append(value);
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException if it is malformed or of another version
     */
    static Agreement decode(@Nullable Bytes value) {
        String text = value == null ? "" : value.utf8();
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(VERSION)) {
            throw new IllegalArgumentException("the value does not begin with " + VERSION);
        }
        Map<String, String> fields = new HashMap<>();
        for (String line : lines) {
            String[] parts = line.split("=", 2);
            fields.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        return new Agreement(phase(fields), number(fields, "overrides"), override(fields));
    }

    private static Phase phase(Map<String, String> fields) {
        long epoch = number(fields, "epoch");
        return switch (text(fields, "state")) {
            case "CLOSED" -> new Phase.Closed(epoch);
            case "OPEN" -> new Phase.Open(epoch, (int) number(fields, "round"));
            case "HALF_OPEN" -> new Phase.HalfOpen(epoch, (int) number(fields, "round"), number(fields, "passed"));
            default -> throw new IllegalArgumentException("there is no state " + text(fields, "state"));
        };
    }

    private static @Nullable BreakerOverride override(Map<String, String> fields) {
        if (!fields.containsKey("override")) {
            return null;
        }
        return new BreakerOverride(
                BreakerOverride.Mode.valueOf(text(fields, "override")),
                text(fields, "reason"),
                Duration.ofMillis(number(fields, "timeToLiveMillis")));
    }

    private static long number(Map<String, String> fields, String name) {
        long number = Long.parseLong(text(fields, name));
        if (number < 0) {
            throw new IllegalArgumentException(name + " is negative");
        }
        return number;
    }

    private static String text(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }
}
