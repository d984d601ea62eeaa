package io.quorate;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/**
 * Finds the backend that a URI names among the providers on the class path or module path: for code that puts something
 * around it, as {@link io.quorate.breaker.GuardedBackend} does, before it opens a client. All others call
 * {@link Quorate#open(String)}.
 */
public final class Backends {

    private static final String EXAMPLE = "zookeeper://host1:2181,host2:2181/namespace";

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:");

    private static final Pattern HOST_AND_PORT = Pattern.compile("[^:/]+:[0-9]+([,/?]|$)");

    private Backends() {}

    /**
     * Creates a backend, which the caller closes. Nothing is started and nothing is contacted yet.
     *
     * @throws IllegalArgumentException if the URI is malformed or no provider knows its scheme
     */
    public static Backend create(String uri) {
        URI parsed = parse(uri);
        String scheme = parsed.getScheme();
        List<BackendProvider> providers = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return providers.stream()
                .filter(provider -> provider.schemes().contains(scheme.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> unknown(scheme, providers))
                .create(parsed);
    }

    /** Reads a URI. What is malformed may hold a password, so that neither the message nor a cause repeats it. */
    private static URI parse(String uri) {
        requireNonNull(uri, "uri");
        // A connect string, such as localhost:2181, would pass for a URI with a scheme.
        if (!SCHEME.matcher(uri).lookingAt() || HOST_AND_PORT.matcher(uri).lookingAt()) {
            throw new IllegalArgumentException(
                    "a backend URI begins with a scheme, as in " + EXAMPLE + " or embedded:");
        }
        try {
            // A scheme alone, as in embedded:, is no URI; with an empty query it is one.
            return new URI(uri.endsWith(":") ? uri + "?" : uri);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URI (" + e.getReason() + " at index " + e.getIndex()
                    + "); a backend URI reads like " + EXAMPLE);
        }
    }

    private static IllegalArgumentException unknown(String scheme, List<BackendProvider> providers) {
        List<String> known = providers.stream()
                .flatMap(provider -> provider.schemes().stream())
                .sorted()
                .toList();
        return new IllegalArgumentException(
                "no backend for the scheme '" + scheme + "' is on the class path; present: "
                        + (known.isEmpty() ? "none" : String.join(", ", known))
                        + ". Add io.quorate:quorate-backend-remote for zookeeper://, or io.quorate:quorate-backend-embedded for embedded:");
    }
}
