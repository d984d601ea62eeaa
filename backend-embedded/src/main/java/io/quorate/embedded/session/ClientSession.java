package io.quorate.embedded.session;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.OverloadedException;
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
import io.quorate.backend.Watch;
import io.quorate.backend.WatchListener;
import io.quorate.embedded.member.Member;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session whose members run in this process: what callers see of it. Calls check their arguments and hand a command over to
 * the loop, in the order of the calls; what becomes of it is up to the {@link SessionCore}.
 */
public final class ClientSession implements Session {

    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);

    private final FrontEnd frontEnd;
    private final EventLane lane;
    private final SessionOptions options;
    private final Namespace namespace;
    private final SessionId id;
    private final PublishedState state;
    private final Renewal renewal;
    private final Admission.Share share;
    private final SessionCore core;
    private volatile boolean closing;

    ClientSession(
            EmbeddedBackend backend,
            FrontEnd frontEnd,
            EventLane lane,
            SessionOptions options,
            long id,
            long sentNanos) {
        this.frontEnd = frontEnd;
        this.lane = lane;
        this.options = options;
        this.namespace = new Namespace(options.namespace());
        this.id = new SessionId(id);
        this.state = new PublishedState(toString());
        this.renewal = new Renewal(options.timeout(), sentNanos);
        this.share = frontEnd.admission().newShare();
        this.core = new SessionCore(this, backend, frontEnd, lane, namespace, state, renewal, share);
    }

    /** Begins to be served, on the loop. */
    void begin(Member member) {
        core.begin(member);
    }

    // ---- what is known without asking

    @Override
    public SessionId id() {
        return id;
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    @Override
    public Capabilities capabilities() {
        return EmbeddedBackend.CAPABILITIES;
    }

    @Override
    public SessionState state() {
        return state.get();
    }

    @Override
    public long provenUntilNanos() {
        return renewal.provenUntil();
    }

    @Override
    public Ticker ticker() {
        return frontEnd.ticker();
    }

    @Override
    public Scheduler scheduler() {
        return lane;
    }

    @Override
    public Subscription onState(Consumer<SessionState> listener) {
        return state.onChange(listener);
    }

    // ---- operations

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        refuseRoot(key, "read");
        Key absolute = namespace.absolute(key);
        return submit(new Pending.Reading<Optional<Entry>>(
                mode, absolute, tree -> tree.get(absolute), entry -> entry.map(namespace::relative)));
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        Key absolute = namespace.absolute(parent);
        return submit(new Pending.Reading<>(
                mode, absolute, tree -> tree.list(absolute, content), listing -> namespace.relative(parent, listing)));
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        Key absolute = namespace.absolute(prefix);
        return submit(new Pending.Reading<>(
                Read.LATEST,
                absolute,
                tree -> tree.snapshot(absolute),
                snapshot -> namespace.relative(prefix, snapshot)));
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        capabilities().check(commit);
        return submit(new Pending.Committing(commit, namespace.absolute(commit)));
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        return enqueue(List.of(queue), label, value, tickets -> tickets.get(0));
    }

    @Override
    public CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value) {
        List<Key> all = List.copyOf(queues);
        capabilities().check(all);
        return enqueue(all, label, value, tickets -> tickets);
    }

    private <R> CompletableFuture<R> enqueue(
            List<Key> queues, String label, @Nullable Bytes value, Function<List<Ticket>, R> form) {
        TicketName.checkLabel(label);
        List<Key> absolute =
                queues.stream().map(queue -> absoluteQueue(queue, label, value)).toList();
        return submit(new Pending.Enqueuing<>(queues, absolute, label, value, form));
    }

    private Key absoluteQueue(Key queue, String label, @Nullable Bytes value) {
        refuseRoot(queue, "queued on");
        capabilities().check(queue, value);
        Key absolute = namespace.absolute(queue);
        // A key that is too long for a ticket below it is refused here and not by the leader.
        Key unused = absolute.child(new TicketName(label, "0".repeat(32), Integer.MIN_VALUE).toString());
        return absolute;
    }

    @Override
    public CompletableFuture<Void> dequeue(Ticket ticket) {
        if (!ticket.owner().equals(id)) {
            throw new IllegalArgumentException(
                    ticket.key() + " belongs to session " + ticket.owner() + ", not to " + id);
        }
        return submit(new Pending.Dequeuing(namespace.absolute(ticket.key())));
    }

    private static void refuseRoot(Key key, String verb) {
        if (key.isRoot()) {
            throw new InvalidKeyException("the root cannot be " + verb, 0);
        }
    }

    private <T extends @Nullable Object> CompletableFuture<T> submit(Pending<T> operation) {
        if (isOver()) {
            return CompletableFuture.failedFuture(over());
        }
        try {
            share.admit(operation);
        } catch (OverloadedException e) {
            return CompletableFuture.failedFuture(e);
        }
        frontEnd.submit(lane, () -> core.add(operation));
        return operation.future;
    }

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        if (scope != Scope.SUBTREE) {
            refuseRoot(key, "watched in this scope");
        }
        ClientWatch watch = new ClientWatch(this, key, new WatchPlace(namespace.absolute(key), scope), listener);
        if (isOver()) {
            throw over();
        }
        share.admitWatch();
        frontEnd.submit(lane, () -> core.add(watch));
        return watch;
    }

    /** Forgets a watch that its user closed. Called by any thread. */
    void forget(ClientWatch watch) {
        share.releaseWatch();
        frontEnd.submit(lane, () -> core.remove(watch));
    }

    /** A watch has ended with its session. */
    void ended(ClientWatch watch) {
        share.releaseWatch();
    }

    /** Ends it if its user has closed it, though no member was told; on the loop. */
    void endIfClosing() {
        core.endIfClosing();
    }

    /** Looks whether the member still serves, or another one does; on the loop. */
    void reconsider() {
        core.reconsider();
    }

    // ---- the end

    @Override
    public CompletableFuture<Void> closeAsync() {
        if (!closing) {
            closing = true;
            frontEnd.submit(lane, core::requestClose);
        }
        return core.end().copy();
    }

    void closeQuietly() {
        CompletableFuture<Void> unused = closeAsync();
    }

    @Override
    public void close() {
        CompletableFuture<Void> ending = closeAsync();
        if (lane.isOnLane()) {
            return;
        }
        long limit = frontEnd.connectionTimeout().toMillis() + 1000;
        try {
            ending.get(limit, TimeUnit.MILLISECONDS);
            lane.join(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("{} was not closed in time; the ensemble will expire it", this, e);
        }
    }

    QuorateException unknown() {
        return new OutcomeUnknownException(
                "nobody knows whether the commit happened, because its reply was lost with session " + id
                        + "; read before retrying",
                null);
    }

    private boolean isOver() {
        return closing || state.get().isTerminal();
    }

    /** Returns why nothing can be done with it any more. */
    QuorateException over() {
        return state.get() == SessionState.EXPIRED ? new SessionExpiredException(id) : new SessionClosedException(id);
    }

    /** Returns what the session watches, for people. Called on the loop. */
    public List<String> openWatches() {
        return core.openWatches();
    }

    /** Returns the client that has opened the session. */
    public EmbeddedBackend client() {
        return core.client();
    }

    // ---- faults, for tests; called by any thread

    /** Breaks the connection until {@link #restore}. */
    public void cut() {
        frontEnd.submit(lane, core.link()::cut);
    }

    /** Loses everything in both directions until {@link #restore}. */
    public void hang() {
        frontEnd.submit(lane, core.link()::hang);
    }

    /** Ends what {@link #cut} or {@link #hang} began. */
    public void restore() {
        frontEnd.submit(lane, core.link()::restore);
    }

    /** Breaks the connection when the next write is answered, before the answer arrives. */
    public void loseNextReply() {
        frontEnd.submit(lane, core.link()::loseNextReply);
    }

    /** Loses no answer after all, if none was lost yet. */
    public void keepReplies() {
        frontEnd.submit(lane, core.link()::keepReplies);
    }

    /** Breaks the connection when the next write is sent, before it arrives. */
    public void loseNextRequest() {
        frontEnd.submit(lane, core.link()::loseNextRequest);
    }

    /** Returns a readable form. */
    @Override
    public String toString() {
        return "session " + id + " of " + options.ownerName();
    }
}
