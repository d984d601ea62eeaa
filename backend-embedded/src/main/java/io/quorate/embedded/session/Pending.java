package io.quorate.embedded.session;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.StorageFullException;
import io.quorate.backend.Ticket;
import io.quorate.backend.TooLargeException;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.StateMachine;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An operation that was not answered yet. Confined to the loop, but for the future. */
abstract class Pending<T extends @Nullable Object> {

    private static final int OVERHEAD = 64;

    final CompletableFuture<T> future = new CompletableFuture<>();

    /** How much memory its content takes, as long as it waits. */
    final long bytes;

    long sentNanos;
    int sends;

    Pending(long bytes) {
        this.bytes = bytes;
    }

    /** Whether it is enough not to send it, because nobody waits for it. */
    boolean isDroppable() {
        return future.isDone();
    }

    /** Whether it may fail as long as it was not sent; otherwise it waits for the end of the session. */
    boolean mayFailUnsent() {
        return true;
    }

    /** Whether nobody knows what became of it if it is not answered. */
    boolean isOfUnknownOutcome() {
        return false;
    }

    private static int sizeOf(@Nullable Bytes value) {
        return value == null ? 0 : value.size();
    }

    /** A read. */
    static final class Reading<R> extends Pending<R> {
        final Read mode;
        final Key key;
        final Function<StateMachine, R> reading;
        final Function<R, R> translation;

        Reading(Read mode, Key key, Function<StateMachine, R> reading, Function<R, R> translation) {
            super(0);
            this.mode = mode;
            this.key = key;
            this.reading = reading;
            this.translation = translation;
        }
    }

    /** A numbered operation. */
    abstract static class Writing<R extends @Nullable Object> extends Pending<R> {
        long number;

        Writing(long bytes) {
            super(bytes);
        }

        abstract Request.Operation request(long session, long acknowledged);

        /** Whether it adds to what the members keep. */
        abstract boolean needsSpace();

        /** Whether a read of a key might show what it does. */
        abstract boolean touches(Key read);

        static boolean touches(Key written, Key read) {
            // A write may create what lies above its key, and a read may show what lies below its own.
            return written.startsWith(read) || read.startsWith(written);
        }

        /** Completes the future, on the lane. */
        abstract void complete(Operations operations, long index, Result result, List<Ticket> tickets);

        @Override
        boolean isDroppable() {
            // Once it has a number, those behind it need it.
            return number == 0 && super.isDroppable();
        }

        static QuorateException limitExceeded(Result.LimitExceeded exceeded) {
            String what = "nothing was committed: there would be " + exceeded.actual() + " "
                    + exceeded.limit().what() + ", and the limit is " + exceeded.bound();
            return switch (exceeded.limit()) {
                case NODES, TOTAL_BYTES -> new StorageFullException(what + "; delete some, then retry", null);
                case CHILDREN, EPHEMERALS, EPHEMERAL_PATH_BYTES ->
                    new OverloadedException(what + "; delete some, then retry", null);
                case SESSIONS, RESULTS -> new OverloadedException(what + "; wait for some to end, then retry", null);
                default -> new TooLargeException(exceeded.limit().what(), exceeded.bound(), exceeded.actual());
            };
        }
    }

    /** A commit. */
    static final class Committing extends Writing<CommitResult> {
        private final Commit relative;
        private final Commit absolute;

        Committing(Commit relative, Commit absolute) {
            super(sizeOf(absolute));
            this.relative = relative;
            this.absolute = absolute;
        }

        @Override
        Request.Operation request(long session, long acknowledged) {
            return new Request.Write(session, number, acknowledged, absolute);
        }

        @Override
        boolean needsSpace() {
            for (Op op : absolute.ops()) {
                if (!(op instanceof Op.Delete)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        boolean touches(Key read) {
            return absolute.ops().stream().anyMatch(op -> touches(op.key(), read));
        }

        private static long sizeOf(Commit commit) {
            long bytes = 0;
            for (Op op : commit.ops()) {
                bytes += OVERHEAD + op.key().sizeInBytes() + Pending.sizeOf(value(op));
            }
            return bytes;
        }

        private static @Nullable Bytes value(Op op) {
            if (op instanceof Op.Create create) {
                return create.value();
            }
            return op instanceof Op.Update update ? update.value() : null;
        }

        @Override
        boolean isOfUnknownOutcome() {
            return sends > 0;
        }

        @Override
        void complete(Operations operations, long index, Result result, List<Ticket> tickets) {
            if (result instanceof Result.Failed failed) {
                future.completeExceptionally(failed.toException(relative));
            } else if (result instanceof Result.LimitExceeded exceeded) {
                future.completeExceptionally(limitExceeded(exceeded));
            } else {
                future.complete(new CommitResult(index));
            }
        }
    }

    /**
     * Tickets to be taken, one in each queue.
     *
     * @param <R> what their taker is given
     */
    static final class Enqueuing<R> extends Writing<R> {
        private static final int TICKET_ID_BYTES = 16;

        private final List<Key> queues;
        private final List<Key> absolute;
        private final String label;
        private final @Nullable Bytes value;
        private final Function<List<Ticket>, R> form;
        private @Nullable String ticketId;

        Enqueuing(
                List<Key> queues,
                List<Key> absolute,
                String label,
                @Nullable Bytes value,
                Function<List<Ticket>, R> form) {
            super(sizeOf(absolute) + Pending.sizeOf(value));
            this.queues = queues;
            this.absolute = absolute;
            this.label = label;
            this.value = value;
            this.form = form;
        }

        @Override
        boolean needsSpace() {
            return true;
        }

        @Override
        boolean touches(Key read) {
            return absolute.stream().anyMatch(queue -> touches(queue, read));
        }

        private static long sizeOf(List<Key> queues) {
            long bytes = 0;
            for (Key queue : queues) {
                bytes += OVERHEAD + queue.sizeInBytes();
            }
            return bytes;
        }

        void draw(RandomGenerator random) {
            if (ticketId == null) {
                byte[] drawn = new byte[TICKET_ID_BYTES];
                random.nextBytes(drawn);
                ticketId = HexFormat.of().formatHex(drawn);
            }
        }

        @Override
        Request.Operation request(long session, long acknowledged) {
            return new Request.Enqueue(
                    session, number, acknowledged, absolute, label, Objects.requireNonNull(ticketId), value);
        }

        @Override
        void complete(Operations operations, long index, Result result, List<Ticket> tickets) {
            if (result instanceof Result.Created) {
                List<Ticket> taken = operations.tickets(tickets);
                if (!future.complete(form.apply(taken))) {
                    operations.removeUnwanted(taken);
                }
            } else if (result instanceof Result.LimitExceeded exceeded) {
                future.completeExceptionally(limitExceeded(exceeded));
            } else if (result instanceof Result.Failed failed) {
                int position = failed.position();
                future.completeExceptionally(new SessionOwnedHasNoChildrenException(position, queues.get(position)));
            }
        }
    }

    /** A ticket to be given back. */
    static final class Dequeuing extends Writing<@Nullable Void> {
        private final Key absolute;

        Dequeuing(Key absolute) {
            super(0);
            this.absolute = absolute;
        }

        @Override
        boolean needsSpace() {
            return false;
        }

        @Override
        boolean mayFailUnsent() {
            return false;
        }

        @Override
        boolean touches(Key read) {
            return touches(absolute, read);
        }

        @Override
        boolean isDroppable() {
            return false;
        }

        @Override
        Request.Operation request(long session, long acknowledged) {
            return new Request.Dequeue(session, number, acknowledged, absolute);
        }

        @Override
        void complete(Operations operations, long index, Result result, List<Ticket> tickets) {
            future.complete(null);
        }
    }
}
