package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.embedded.EmbeddedEnsemble;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An embedded ensemble and Quorate's clients of it. */
final class EmbeddedService implements RecipeService {

    private final EmbeddedEnsemble ensemble;
    private final @Nullable Path directory;

    private EmbeddedService(EmbeddedEnsemble ensemble, @Nullable Path directory) {
        this.ensemble = ensemble.start();
        this.directory = directory;
    }

    static RecipeService inMemory() {
        return new EmbeddedService(EmbeddedEnsemble.inMemory(3), null);
    }

    static RecipeService durable() throws IOException {
        Path directory = Directories.create();
        return new EmbeddedService(EmbeddedEnsemble.durable(directory, 3), directory);
    }

    @Override
    public RecipeClient open(int number) throws InterruptedException {
        return new QuorateClient(Quorate.open(ensemble.backend()));
    }

    @Override
    public void close() throws IOException {
        ensemble.close();
        if (directory != null) {
            Directories.delete(directory);
        }
    }
}
