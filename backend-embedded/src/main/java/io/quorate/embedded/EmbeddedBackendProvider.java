package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendProvider;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes ensembles in this process from URIs, and one client of each.
 *
 * <ul>
 *   <li>{@code embedded:}, or {@code embedded:?members=3}: in memory, gone with the process
 *   <li>{@code embedded:/var/lib/app}, or {@code embedded:/var/lib/app?members=3}: durable, below a directory
 * </ul>
 *
 * <p>Without {@code members} there is one: it starts fastest, and in one process more of them survive faults that only tests
 * cause. The backend owns its ensemble: it starts with the first session and ends with {@link Backend#close}.
 *
 * <p>A directory has one owner. A second backend for the same directory, in this process or another, fails with
 * {@link DataDirectoryException} as soon as it opens a session; clients that are to share an ensemble share an
 * {@link EmbeddedEnsemble}, and each has {@link EmbeddedEnsemble#backend()}.
 */
public final class EmbeddedBackendProvider implements BackendProvider {

    private static final String FORM = "; the form is embedded:[/directory][?members=N]";
    private static final String MEMBERS = "members=";
    private static final Pattern NUMBER = Pattern.compile("[1-7]");

    /** For {@link java.util.ServiceLoader}. */
    public EmbeddedBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("embedded");
    }

    /**
     * Returns a client of a new ensemble, which is started with the first session.
     *
     * @throws IllegalArgumentException naming the URI, what is wrong with it, and the form
     */
    @Override
    public Backend create(URI uri) {
        return new OwningBackend(EmbeddedEnsemble.of(parse(uri)));
    }

    static EnsembleConfig parse(URI uri) {
        try {
            return parts(uri);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(uri + ": " + e.getMessage() + FORM, e);
        }
    }

    private static EnsembleConfig parts(URI uri) {
        if (!"embedded".equalsIgnoreCase(uri.getScheme())) {
            throw refused("the scheme must be embedded");
        }
        if (uri.getRawFragment() != null) {
            throw refused("a fragment means nothing here");
        }
        if (uri.getRawAuthority() != null) {
            throw refused("an embedded ensemble has no host");
        }
        // Without a path the URI is opaque, and Java does not look for a query.
        String rest = uri.getRawSchemeSpecificPart();
        String query = uri.isOpaque() ? rest.substring(rest.indexOf('?') + 1) : uri.getRawQuery();
        if (uri.isOpaque() && !rest.startsWith("?")) {
            throw refused("the directory must be absolute, as in embedded:/var/lib/app");
        }
        int members = members(query == null ? "" : query);
        String path = uri.getPath();
        return path == null ? EnsembleConfig.inMemory(members) : EnsembleConfig.durable(directory(path), members);
    }

    private static Path directory(String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw refused("the directory is no path (" + e.getReason() + ")");
        }
    }

    private static int members(String query) {
        if (query.isEmpty()) {
            return 1;
        }
        String[] parameters = query.split("&", -1);
        if (parameters.length != 1 || !parameters[0].startsWith(MEMBERS)) {
            throw refused("the only parameter is members, once");
        }
        String number = parameters[0].substring(MEMBERS.length());
        if (!NUMBER.matcher(number).matches()) {
            throw refused("members must be a number from 1 to 7");
        }
        return Integer.parseInt(number);
    }

    private static IllegalArgumentException refused(String reason) {
        return new IllegalArgumentException(reason);
    }
}
