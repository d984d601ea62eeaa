package io.quorate.internal.config;

import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.internal.Client;
import io.quorate.internal.Failures;
import io.quorate.internal.LiveSession;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The watch of one key, carried from session to session: whenever there is none, it is set on the client's next one.
 *
 * <p>A new session knows nothing of what the one before has seen, and may be served by a member that lags behind. So it
 * reads the key once as it is now, after which nothing older can arrive, before it watches.
 *
 * <p>Confined to an executor that runs its tasks one at a time, but for {@link #isConnected()}.
 */
final class Feed {

    /** What a feed brings, told on its executor. */
    interface Listener {
        /** Brings the view up to date. An initial batch carries the whole state. */
        void onBatch(WatchBatch batch);

        /** There is a session; a status that its predecessor owned is gone. */
        void onSession(Session session);

        /** The backend cannot be reached, or refuses; another attempt follows. */
        void onUnavailable(QuorateException cause);

        /** The client is closed; nothing follows. */
        void onClosed(QuorateException cause);
    }

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Client client;
    private final Executor lane;
    private final Key key;
    private final Scope scope;
    private final Listener listener;
    private Duration pause = FIRST_PAUSE;
    private boolean began;
    private boolean ended;
    private @Nullable Subscription watch;
    private @Nullable Subscription timer;
    private volatile @Nullable Session current;

    Feed(Client client, Executor lane, Key key, Scope scope, Listener listener) {
        this.client = client;
        this.lane = lane;
        this.key = key;
        this.scope = scope;
        this.listener = listener;
    }

    /** Asks for a session and watches on it. */
    void connect() {
        timer = null;
        if (ended) {
            return;
        }
        client.sessions()
                .current()
                .whenComplete((live, failure) -> lane.execute(() -> {
                    if (live == null) {
                        unavailable(Failures.of(failure));
                    } else {
                        connected(live);
                    }
                }));
    }

    /** Returns whether there is a connected session on which the state has arrived. */
    boolean isConnected() {
        Session session = current;
        return session != null && session.state() == SessionState.CONNECTED;
    }

    /** Stops watching. */
    void end() {
        ended = true;
        current = null;
        close(timer);
        close(watch);
        timer = null;
        watch = null;
    }

    private void connected(LiveSession live) {
        if (ended) {
            return;
        }
        Session session = live.session();
        listener.onSession(session);
        if (!began || key.isRoot()) {
            watch(session);
            return;
        }
        session.get(key, Read.LATEST)
                .whenComplete((entry, failure) -> lane.execute(() -> {
                    if (failure == null) {
                        watch(session);
                    } else {
                        unavailable(Failures.of(failure));
                    }
                }));
    }

    private void watch(Session session) {
        if (ended) {
            return;
        }
        try {
            watch = session.watch(key, scope, WatchListener.on(lane, new Batches(session)));
        } catch (QuorateException e) {
            unavailable(e);
        }
    }

    /** Passes on what arrives on one session. */
    private final class Batches implements WatchListener {
        private final Session session;

        Batches(Session session) {
            this.session = session;
        }

        @Override
        public void onBatch(WatchBatch batch) {
            if (ended) {
                return;
            }
            began = true;
            pause = FIRST_PAUSE;
            current = session;
            listener.onBatch(batch);
        }

        @Override
        public void onEnd(QuorateException cause) {
            watch = null;
            current = null;
            if (session.state().isTerminal()) {
                connect();
            } else {
                unavailable(cause);
            }
        }
    }

    private void unavailable(QuorateException cause) {
        current = null;
        if (ended) {
            return;
        }
        if (cause instanceof SessionClosedException) {
            ended = true;
            listener.onClosed(cause);
            return;
        }
        listener.onUnavailable(cause);
        timer = client.delays().schedule(() -> lane.execute(this::connect), pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private static void close(@Nullable Subscription subscription) {
        if (subscription != null) {
            subscription.close();
        }
    }
}
