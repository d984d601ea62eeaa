package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.session.EmbeddedBackend;
import java.util.concurrent.CompletableFuture;

/** A client that owns its ensemble: it starts with the first session and ends with the client. */
final class OwningBackend implements Backend {

    private final EmbeddedEnsemble ensemble;
    private final EmbeddedBackend client;

    OwningBackend(EmbeddedEnsemble ensemble) {
        this.ensemble = ensemble;
        this.client = ensemble.newBackend(() -> {});
    }

    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        capabilities().check(options);
        if (ensemble.isClosed()) {
            throw new IllegalStateException("this backend is closed; create another one");
        }
        ensemble.begin();
        return client.open(options, ensemble.startFailure());
    }

    @Override
    public Capabilities capabilities() {
        return client.capabilities();
    }

    @Override
    public CompletableFuture<BackendView> describe() {
        return client.describe();
    }

    @Override
    public void close() {
        client.close();
        ensemble.close();
    }
}
