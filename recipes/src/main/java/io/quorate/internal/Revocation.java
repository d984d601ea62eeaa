package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticket;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.lease.RevocationRequest;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request to let go, as it is kept beside the tickets of a queue: one entry per queue, which the next request overwrites, and which goes with
 * the session that made the first.
 *
 * <p>It names the last of the holders it is meant for by its token. Whoever comes later is not concerned.
 *
 * @param upTo the largest token of those who are asked
 * @param requestedBy the owner name of whoever asks
 * @param reason why
 */
public record Revocation(long upTo, String requestedBy, String reason) {

    /** The entry's name in the queue; no ticket has one like it. */
    private static final String SEGMENT = "~revocation";

    /** Returns where the request for a queue is. */
    public static Key key(Key queue) {
        return queue.child(SEGMENT);
    }

    /** Returns the form in which it is stored: three parts, of which the first two cannot contain the separator. */
    public Bytes toBytes() {
        return Bytes.utf8(upTo + "\n" + requestedBy + "\n" + reason);
    }

    /** Reads what is stored; empty if it is something else. */
    static Optional<Revocation> of(@Nullable Bytes value) {
        String[] parts = value == null ? new String[0] : value.utf8().split("\n", 3);
        if (parts.length < 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Revocation(Long.parseLong(parts[0]), parts[1], parts[2]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A holder's watch for requests. Its state is touched on the lane only. */
    static final class Listening implements WatchListener, Subscription {

        private final Session session;
        private final Ticket ticket;
        private final Executor executor;
        private final Consumer<RevocationRequest> callback;
        private @Nullable Watch watch;
        private volatile boolean closed;

        Listening(Session session, Ticket ticket, Executor executor, Consumer<RevocationRequest> callback) {
            this.session = session;
            this.ticket = ticket;
            this.executor = executor;
            this.callback = callback;
        }

        /** Begins to watch. On the lane. */
        void open() {
            if (!closed) {
                watch = session.watch(key(ticket.queue()), Scope.ENTRY, this);
            }
        }

        @Override
        public void onBatch(WatchBatch batch) {
            for (Change change : batch.changes()) {
                if (change instanceof Change.Put put) {
                    tell(put.entry());
                }
            }
        }

        private void tell(Entry entry) {
            of(entry.value())
                    .filter(request -> request.upTo() >= ticket.revision())
                    .ifPresent(request -> {
                        RevocationRequest told =
                                new RevocationRequest(request.requestedBy(), request.reason(), entry.createdAt());
                        executor.execute(() -> {
                            if (!closed) {
                                callback.accept(told);
                            }
                        });
                    });
        }

        @Override
        public void close() {
            closed = true;
            try {
                session.scheduler().execute(() -> {
                    Watch current = watch;
                    if (current != null) {
                        current.close();
                    }
                });
            } catch (RejectedExecutionException e) {
                // The session has ended, and its watches with it.
            }
        }
    }
}
