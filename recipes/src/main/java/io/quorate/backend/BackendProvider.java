package io.quorate.backend;

import java.net.URI;
import java.util.Set;

/**
 * Makes a backend from a URI, so that the choice of backend is one string.
 *
 * <p>Providers are found through {@link java.util.ServiceLoader} and need a public constructor without parameters.
 */
public interface BackendProvider {

    /** Returns the URI schemes that this provider understands, in lower case. */
    Set<String> schemes();

    /**
     * Creates a backend. Nothing is started and nothing is contacted yet.
     *
     * @param uri an absolute URI whose scheme is one of {@link #schemes()}
     * @throws IllegalArgumentException if the URI is malformed; the message names the part and shows the expected form,
     *     and never repeats user information that the URI carried
     */
    Backend create(URI uri);
}
