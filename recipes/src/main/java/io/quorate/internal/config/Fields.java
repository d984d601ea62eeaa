package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A few named texts in one value, one a line, readable by people and by {@link #parse}: the form of everything that a
 * configuration keeps in the backend beside its own keys.
 */
final class Fields {

    private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

    private final Map<String, String> values = new LinkedHashMap<>();

    /** Adds a field; line breaks and backslashes in the value are escaped. */
    Fields put(String name, String value) {
        values.put(name, value);
        return this;
    }

    Fields put(String name, long value) {
        return put(name, Long.toString(value));
    }

    /** Returns the first line, which says what it is, and a line for each field. */
    Bytes format(String heading) {
        StringBuilder text = new StringBuilder(heading).append('\n');
        values.forEach((name, value) -> text.append(name)
                .append('=')
                .append(value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"))
                .append('\n'));
        return Bytes.utf8(text.toString());
    }

    /** Reads what {@link #format} wrote; empty if the first line is another one. */
    static Optional<Fields> parse(String heading, Bytes value) {
        String text = value.utf8();
        if (!text.startsWith(heading + "\n")) {
            return Optional.empty();
        }
        Fields fields = new Fields();
        text.lines().skip(1).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.put(line.substring(0, equals), unescaped(line.substring(equals + 1)));
            }
        });
        return Optional.of(fields);
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    String get(String name) {
        return find(name).orElse("");
    }

    /** Returns a number, or 0 if there is none. */
    long number(String name) {
        try {
            return Long.parseLong(get(name));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String unescaped(String value) {
        return ESCAPE.matcher(value).replaceAll(escape -> switch (escape.group(1)) {
            case "n" -> "\n";
            case "r" -> "\r";
            default -> Matcher.quoteReplacement(escape.group(1));
        });
    }
}
