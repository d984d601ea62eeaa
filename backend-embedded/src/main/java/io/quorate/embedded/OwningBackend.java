package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import java.util.concurrent.CompletableFuture;

/** A client that owns its ensemble: it starts with the first session and ends with the client. */
final class OwningBackend implements Backend {

    private final EmbeddedEnsemble ensemble;
    private final Backend client;

    OwningBackend(EmbeddedEnsemble ensemble) {
        this.ensemble = ensemble;
        this.client = ensemble.backend();
    }

    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        capabilities().check(options);
        if (ensemble.isClosed()) {
            throw new IllegalStateException("this backend is closed");
        }
        ensemble.begin();
        CompletableFuture<Session> session = client.open(options);
        ensemble.whenStartFails(session::completeExceptionally);
        return session;
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
