package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;

/**
 * Makes ensembles in this process from URIs.
 *
 * <ul>
 *   <li>{@code embedded:}, or {@code embedded:?members=3}: in memory, gone with the process
 *   <li>{@code embedded:/var/lib/app}, or {@code embedded:/var/lib/app?members=3}: durable, below a directory
 * </ul>
 *
 * <p>Without {@code members} there is one: it starts fastest, and in one process more of them survive faults that only tests
 * cause. The backend owns its ensemble: it starts with the first session and ends with {@link Backend#close}.
 */
public final class EmbeddedBackendProvider implements BackendProvider {

    private static final String FORM = "; the form is embedded:[/directory][?members=N]";

    /** For {@link java.util.ServiceLoader}. */
    public EmbeddedBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("embedded");
    }

    @Override
    public Backend create(URI uri) {
        return new OwningBackend(EmbeddedEnsemble.of(parse(uri)));
    }

    static EnsembleConfig parse(URI uri) {
        if (!"embedded".equals(uri.getScheme())) {
            throw new IllegalArgumentException("the scheme must be embedded" + FORM);
        }
        String rest = uri.getSchemeSpecificPart();
        int question = rest.indexOf('?');
        String path = question < 0 ? rest : rest.substring(0, question);
        int members = question < 0 ? 1 : members(rest.substring(question + 1));
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("a fragment means nothing here" + FORM);
        }
        if (path.startsWith("//")) {
            throw new IllegalArgumentException("an embedded ensemble has no host" + FORM);
        }
        if (path.isEmpty()) {
            return EnsembleConfig.inMemory(members);
        }
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("the directory must be absolute" + FORM);
        }
        return EnsembleConfig.durable(Path.of(path), members);
    }

    private static int members(String query) {
        String name = "members=";
        if (!query.startsWith(name)) {
            throw new IllegalArgumentException("the only parameter is members" + FORM);
        }
        try {
            return Integer.parseInt(query.substring(name.length()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("members must be a number" + FORM, e);
        }
    }
}
