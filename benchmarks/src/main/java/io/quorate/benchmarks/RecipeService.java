package io.quorate.benchmarks;

import java.io.IOException;

/** A coordination service that runs, and clients of it. */
interface RecipeService extends AutoCloseable {

    /** Starts a service. */
    @FunctionalInterface
    interface Factory {
        RecipeService start() throws Exception;
    }

    /** Opens a client. The one who asks closes it. */
    RecipeClient open(int number) throws Exception;

    @Override
    void close() throws IOException;
}
