package io.quorate.remote;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendProvider;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes ZooKeeper backends from URIs of the form
 * {@code zookeeper://host1:2181,host2:2181/namespace?connectionTimeout=5s}.
 *
 * <p>The namespace may be left out. Parameters are {@code connectionTimeout}, {@code minSessionTimeout} and
 * {@code maxSessionTimeout}, durations such as {@code 500ms}, {@code 5s}, {@code 2m} or {@code PT5S}. Credentials have no
 * place in a URI, which ends up in logs: they belong into {@link ZooKeeperConfig#withAuthentication}.
 */
public final class ZooKeeperBackendProvider implements BackendProvider {

    private static final String SCHEME = "zookeeper";

    private static final String FORM = "zookeeper://host1:2181,host2:2181/namespace?connectionTimeout=5s";

    private static final Set<String> PARAMETERS = Set.of("connectionTimeout", "minSessionTimeout", "maxSessionTimeout");

    private static final Pattern SHORT_DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    /** Creates it; for {@link java.util.ServiceLoader}. */
    public ZooKeeperBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(SCHEME);
    }

    @Override
    public Backend create(URI uri) {
        return ZooKeeperBackend.create(config(uri));
    }

    /** Reads a URI. */
    static ZooKeeperConfig config(URI uri) {
        String scheme = uri.getScheme();
        if (scheme == null || !scheme.toLowerCase(Locale.ROOT).equals(SCHEME)) {
            throw malformed("the scheme must be " + SCHEME);
        }
        String authority = uri.getRawAuthority();
        if (authority == null || authority.isEmpty()) {
            throw malformed("the servers are missing");
        }
        if (authority.indexOf('@') >= 0) {
            throw malformed("user information is refused, since URIs are logged; configure the authentication instead");
        }
        if (uri.getRawFragment() != null) {
            throw malformed("a fragment has no meaning");
        }
        Map<String, Duration> durations = durations(uri.getRawQuery());
        ZooKeeperConfig config = ZooKeeperConfig.of(authority).withNamespace(namespace(uri.getPath()));
        Duration connectionTimeout = durations.getOrDefault("connectionTimeout", config.connectionTimeout());
        return config.withConnectionTimeout(connectionTimeout)
                .withSessionTimeouts(
                        durations.getOrDefault("minSessionTimeout", config.minSessionTimeout()),
                        durations.getOrDefault("maxSessionTimeout", config.maxSessionTimeout()));
    }

    private static Key namespace(@Nullable String path) {
        if (path == null || path.isEmpty() || path.equals("/")) {
            return Key.ROOT;
        }
        try {
            return Key.of(path);
        } catch (InvalidKeyException e) {
            throw malformed("the path must be a namespace: " + e.reason());
        }
    }

    private static Map<String, Duration> durations(@Nullable String query) {
        Map<String, Duration> result = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
            return result;
        }
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (!PARAMETERS.contains(name)) {
                throw malformed("unknown parameter '" + name + "'; known are "
                        + String.join(", ", PARAMETERS.stream().sorted().toList()));
            }
            Duration duration = duration(name, equals < 0 ? "" : parameter.substring(equals + 1));
            if (result.put(name, duration) != null) {
                throw malformed("the parameter '" + name + "' occurs twice");
            }
        }
        return result;
    }

    private static Duration duration(String name, String text) {
        Matcher matcher = SHORT_DURATION.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMinutes(amount);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw malformed("the parameter '" + name + "' must be a duration such as 500ms, 5s or PT5S");
        }
    }

    private static IllegalArgumentException malformed(String what) {
        return new IllegalArgumentException("not a ZooKeeper URI: " + what + "; expected " + FORM);
    }
}
