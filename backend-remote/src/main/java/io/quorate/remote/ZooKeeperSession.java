package io.quorate.remote;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Op;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.TooLargeException;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session of ZooKeeper: checks what is asked for, hands it over to the lane, and follows the connection.
 *
 * <p>Threads: the lane owns all state but {@code state} and the proven deadline, which are volatile. The connection is closed
 * on a thread of its own, because that waits for a reply and for ZooKeeper's threads.
 */
final class ZooKeeperSession implements Session {

    private static final Logger log = LoggerFactory.getLogger(ZooKeeperSession.class);

    private final SessionContext context;
    private final SessionOptions options;
    private final Capabilities capabilities;
    private final Connection connection;
    private final Duration closeTimeout;
    private final Consumer<ZooKeeperSession> whenEnded;
    private final List<Registration> stateListeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile SessionState state = SessionState.CONNECTED;
    private volatile boolean closing;
    private volatile @Nullable Thread closer;

    /** Whether the session closes as soon as nothing is in flight; touched on the lane only. */
    private boolean draining;

    ZooKeeperSession(
            SessionContext context,
            SessionOptions options,
            Capabilities capabilities,
            Connection connection,
            Duration closeTimeout,
            Consumer<ZooKeeperSession> whenEnded) {
        this.context = context;
        this.options = options;
        this.capabilities = capabilities;
        this.connection = connection;
        this.closeTimeout = closeTimeout;
        this.whenEnded = whenEnded;
    }

    /** A listener as often as it was registered. */
    private static final class Registration {

        private final Consumer<SessionState> listener;

        Registration(Consumer<SessionState> listener) {
            this.listener = listener;
        }
    }

    @Override
    public SessionId id() {
        return context.id();
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public SessionState state() {
        return state;
    }

    @Override
    public long provenUntilNanos() {
        return context.renewal().provenUntil();
    }

    @Override
    public Ticker ticker() {
        return context.ticker();
    }

    @Override
    public Scheduler scheduler() {
        return context.lane();
    }

    @Override
    public Subscription onState(Consumer<SessionState> listener) {
        Registration registration = new Registration(listener);
        stateListeners.add(registration);
        return () -> stateListeners.remove(registration);
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        refuseRoot(key, "read");
        refuseTooLong(key);
        return submit(() -> new GetOperation(context, key, mode), GetOperation::future);
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        refuseTooLong(parent);
        return submit(() -> new ListOperation(context, parent, content, mode), ListOperation::future);
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        refuseTooLong(prefix);
        return submit(() -> new SnapshotOperation(context, prefix), SnapshotOperation::future);
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        capabilities.check(commit);
        commit.guards().forEach(guard -> refuseTooLong(guard.key()));
        commit.ops().forEach(op -> refuseTooLong(op.key()));
        refuseTooLarge(commit);
        return submit(() -> new CommitOperation(context, commit), CommitOperation::future);
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        checkTicket(queue, label, value);
        return submit(() -> new EnqueueOperation(context, List.of(queue), label, value), EnqueueOperation::only);
    }

    @Override
    public CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value) {
        List<Key> all = List.copyOf(queues);
        capabilities.check(all);
        all.forEach(queue -> checkTicket(queue, label, value));
        return submit(() -> new EnqueueOperation(context, all, label, value), EnqueueOperation::future);
    }

    private void checkTicket(Key queue, String label, @Nullable Bytes value) {
        refuseRoot(queue, "used as a queue");
        TicketName.checkLabel(label);
        capabilities.check(queue, value);
        // Refuses a queue whose tickets would not be keys.
        refuseTooLong(queue.child(label + "-" + "0".repeat(32) + "-" + "0".repeat(11)));
    }

    @Override
    public CompletableFuture<Void> dequeue(Ticket ticket) {
        if (!ticket.owner().equals(id())) {
            throw new IllegalArgumentException("the ticket " + ticket.key() + " is owned by session " + ticket.owner()
                    + ", not by " + id() + "; only its owner gives it back");
        }
        return submit(() -> new TicketRemoval(context, context.paths().path(ticket.key())), TicketRemoval::future);
    }

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        if (scope != Scope.SUBTREE) {
            refuseRoot(key, "watched with this scope");
        }
        refuseTooLong(key);
        ServedWatch watch = served(key, scope, listener);
        QuorateException refusal = refusal();
        if (refusal != null) {
            throw refusal;
        }
        context.lane().post(watch::open);
        return watch;
    }

    private ServedWatch served(Key key, Scope scope, WatchListener listener) {
        if (scope == Scope.QUEUE) {
            return new QueueWatch(context, key, listener);
        }
        boolean isTicket = TicketName.parse(key.name()).isPresent();
        return scope == Scope.ENTRY && isTicket
                ? new TicketWatch(context, key, listener)
                : new EntriesWatch(context, key, scope, listener);
    }

    private <O extends Operation, T> CompletableFuture<T> submit(
            Supplier<O> operation, java.util.function.Function<O, CompletableFuture<T>> future) {
        QuorateException refusal = refusal();
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        O made = operation.get();
        try {
            context.lane().execute(() -> context.dispatcher().submit(made));
        } catch (RejectedExecutionException ended) {
            return CompletableFuture.failedFuture(
                    state == SessionState.EXPIRED
                            ? new SessionExpiredException(id())
                            : new SessionClosedException(id()));
        }
        return future.apply(made);
    }

    private @Nullable QuorateException refusal() {
        if (state == SessionState.EXPIRED) {
            return new SessionExpiredException(id());
        }
        return closing || state == SessionState.CLOSED ? new SessionClosedException(id()) : null;
    }

    private static void refuseRoot(Key key, String what) {
        if (key.isRoot()) {
            throw new InvalidKeyException("the root cannot be " + what, 0);
        }
    }

    /** Refuses a key that breaks the limits once the namespace of the session stands before it. */
    private void refuseTooLong(Key key) {
        if (!key.isRoot() && !options.namespace().isRoot()) {
            Key unused = options.namespace().resolve(key.toString());
        }
    }

    private void refuseTooLarge(Commit commit) {
        long bytes = 0;
        for (Guard guard : commit.guards()) {
            bytes += CommitPlan.size(context.paths().path(guard.key()), 0);
        }
        for (Op op : commit.ops()) {
            bytes += CommitPlan.size(context.paths().path(op.key()), valueSize(op));
        }
        if (bytes > context.maxRequestBytes()) {
            throw new TooLargeException("bytes in one commit", context.maxRequestBytes(), bytes);
        }
    }

    private static int valueSize(Op op) {
        Bytes value = op instanceof Op.Create create
                ? create.value()
                : op instanceof Op.Update update ? update.value() : null;
        return value == null ? 0 : value.size();
    }

    /** Takes the loss of the connection. On the lane. */
    void suspended() {
        if (state != SessionState.CONNECTED || closer != null) {
            return;
        }
        context.dispatcher().disconnected();
        context.slots().disconnected();
        context.renewal().disconnected();
        publish(SessionState.SUSPENDED);
        if (draining) {
            finishClose();
        }
    }

    /** Takes the new connection of the same session. On the lane. */
    void reconnected() {
        if (state != SessionState.SUSPENDED || closing) {
            return;
        }
        context.dispatcher().connected();
        context.renewal().reconnected();
        context.watches().reconnected();
        publish(SessionState.CONNECTED);
        context.dispatcher().resendAll();
    }

    /** Takes the news that the servers have ended the session. On the lane. */
    void expired() {
        if (!state.isTerminal() && !closing) {
            end(SessionState.EXPIRED, new SessionExpiredException(id()));
            closeConnection(() -> {});
        }
    }

    private void end(SessionState terminal, QuorateException cause) {
        context.renewal().stop();
        boolean told = state == terminal;
        // First, so that whoever is told of the end by any other means finds it here.
        state = terminal;
        context.watches().end();
        context.dispatcher().end(cause);
        if (!told) {
            tellListeners(terminal);
        }
        whenEnded.accept(this);
        context.lane().execute(() -> ended.complete(null));
        context.lane().terminate();
    }

    private void publish(SessionState next) {
        state = next;
        tellListeners(next);
    }

    private void tellListeners(SessionState next) {
        for (Registration registration : stateListeners) {
            try {
                registration.listener.accept(next);
            } catch (RuntimeException e) {
                log.error("A state listener of session {} threw", id(), e);
            }
        }
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        startClosing();
        return ended.copy();
    }

    /** Closes without waiting. */
    void startClosing() {
        closing = true;
        context.lane().post(this::beginClose);
    }

    private void beginClose() {
        if (state.isTerminal() || draining) {
            return;
        }
        draining = true;
        context.dispatcher().whenIdle(this::finishClose);
        if (state == SessionState.SUSPENDED || context.dispatcher().isIdle()) {
            finishClose();
        } else {
            // Operations in flight complete first, but not for longer than leaves time to tell the servers.
            context.lane().schedule(this::finishClose, closeTimeout.dividedBy(4));
        }
    }

    private void finishClose() {
        if (state.isTerminal() || closer != null) {
            return;
        }
        // Before the servers are told, who give what the session held to others before they answer.
        publish(SessionState.CLOSED);
        closeConnection(() -> context.lane().post(() -> end(SessionState.CLOSED, new SessionClosedException(id()))));
    }

    private void closeConnection(Runnable then) {
        closer = connection.closeOnThread("quorate-close-" + id(), then);
    }

    @Override
    public void close() {
        CompletableFuture<Void> closed = closeAsync();
        if (context.lane().isOnLane()) {
            return;
        }
        try {
            closed.get(closeMillis(), TimeUnit.MILLISECONDS);
            join();
        } catch (TimeoutException e) {
            log.warn("Session {} could not be closed within {}; the servers will expire it", id(), closeTimeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a session cannot fail", e);
        }
    }

    /** Returns the time to wait for the end; a time-out that is longer than can be counted becomes the longest that can. */
    private long closeMillis() {
        return TimeUnit.MILLISECONDS.convert(closeTimeout);
    }

    private void join() throws InterruptedException {
        Thread thread = closer;
        if (thread != null && thread != Thread.currentThread()) {
            thread.join(closeMillis());
        }
        context.lane().join(closeTimeout);
    }
}
