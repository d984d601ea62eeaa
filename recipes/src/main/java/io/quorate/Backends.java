package io.quorate;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** Finds the backend that a URI names among the providers on the class path or module path. */
final class Backends {

    private Backends() {}

    static Backend create(String uri) {
        URI parsed = parse(uri);
        String scheme = parsed.getScheme();
        if (scheme == null) {
            throw new IllegalArgumentException(
                    "a backend URI begins with a scheme, as in zookeeper://host:2181/namespace or embedded:");
        }
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
        try {
            return new URI(uri);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URI (" + e.getReason() + " at index " + e.getIndex()
                    + "); a backend URI reads like zookeeper://host:2181/namespace or embedded:");
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
                        + ". Add io.quorate:quorate-backend-remote for zookeeper://, io.quorate:quorate-backend-embedded for embedded:");
    }
}
