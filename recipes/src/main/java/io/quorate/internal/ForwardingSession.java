package io.quorate.internal;

import io.quorate.backend.Capabilities;
import io.quorate.backend.Key;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchListener;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A session around another one that leaves everything but the operations to it: its identity, its state and its time, its watches and its
 * end. Each operation is for the subclass to decide, so that none is passed on by oversight.
 */
public abstract class ForwardingSession implements Session {

    /** The session around which this one is. */
    protected final Session session;

    /** Creates a session around another one. */
    protected ForwardingSession(Session session) {
        this.session = session;
    }

    @Override
    public SessionId id() {
        return session.id();
    }

    @Override
    public SessionOptions options() {
        return session.options();
    }

    @Override
    public Capabilities capabilities() {
        return session.capabilities();
    }

    @Override
    public SessionState state() {
        return session.state();
    }

    @Override
    public long provenUntilNanos() {
        return session.provenUntilNanos();
    }

    @Override
    public Ticker ticker() {
        return session.ticker();
    }

    @Override
    public Scheduler scheduler() {
        return session.scheduler();
    }

    @Override
    public Subscription onState(Consumer<SessionState> listener) {
        return session.onState(listener);
    }

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        return session.watch(key, scope, listener);
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        return session.closeAsync();
    }

    @Override
    public void close() {
        session.close();
    }

    @Override
    public String toString() {
        return session.toString();
    }
}
