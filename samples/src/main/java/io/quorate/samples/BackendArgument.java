package io.quorate.samples;

import io.quorate.Backends;
import io.quorate.backend.Backend;

/** The one argument of a sample: the URI of the backend that it runs on. Without it a sample runs on a quorum in its own process. */
final class BackendArgument {

    private static final String EMBEDDED = "embedded:";

    private BackendArgument() {}

    /**
     * Returns the URI.
     *
     * @throws IllegalArgumentException if there is more than one argument
     */
    static String uri(String... args) {
        if (args.length > 1) {
            throw new IllegalArgumentException("a sample takes one argument, not " + args.length
                    + ": the URI of a backend, such as zookeeper://localhost:2181/samples; without it the sample runs on "
                    + EMBEDDED + ", a quorum in its own process");
        }
        return args.length == 0 ? EMBEDDED : args[0];
    }

    /**
     * Creates the backend, for all clients of the sample: two that opened {@code embedded:} one by one would each have a quorum
     * to themselves, and never meet.
     *
     * @throws IllegalArgumentException if there is more than one argument, or it is not the URI of a backend
     */
    static Backend create(String... args) {
        return Backends.create(uri(args));
    }

    /** Returns whether the backend of this URI can be reached from other processes than the one that names it. */
    static boolean isShared(String uri) {
        return !uri.regionMatches(true, 0, EMBEDDED, 0, EMBEDDED.length());
    }
}
