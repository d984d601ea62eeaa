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
import io.quorate.backend.QueueEntry;
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
import io.quorate.backend.StorageFullException;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchListener;
import io.quorate.embedded.member.Attachment;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session whose members run in this process.
 *
 * <p>Calls check their arguments and hand a command over to the loop, in the order of the calls. The loop numbers the writes,
 * keeps what is not answered, and sends it again when the session attaches to another member, so that each write happens
 * once. State and results are published on the lane.
 */
public final class ClientSession implements Session, Attachment.Client {

    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);

    /** Below the number of results that a member remembers for a session. */
    private static final int WINDOW = 1000;

    private static final int MAX_PENDING = 1 << 16;
    private static final int MAX_WATCHES = 10_000;
    private static final Duration LOST_LINK_DELAY = Duration.ofMillis(100);

    private enum Link {
        OPEN,
        CUT,
        HUNG
    }

    private final EmbeddedBackend backend;
    private final FrontEnd frontEnd;
    private final EventLane lane;
    private final SessionOptions options;
    private final Namespace namespace;
    private final SessionId id;
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private final AtomicLong provenUntil;
    private final AtomicLong watchIds = new AtomicLong();
    private final AtomicInteger watchCount = new AtomicInteger();
    private final AtomicInteger pendingCount = new AtomicInteger();
    private final List<StateListener> stateListeners = new CopyOnWriteArrayList<>();
    private volatile SessionState state = SessionState.CONNECTED;
    private volatile boolean closing;

    // Confined to the loop.
    private final ArrayDeque<Pending<?>> unsent = new ArrayDeque<>();
    private final ArrayDeque<Pending<?>> sent = new ArrayDeque<>();
    private final Map<Long, ClientWatch> watches = new LinkedHashMap<>();
    private @Nullable Attachment attachment;
    private Link link = Link.OPEN;
    private boolean losesNextReply;
    private boolean losesNextRequest;
    private boolean closeRequested;
    private boolean closeSent;
    private boolean ended;
    private boolean waitsToAttach;
    private long lastOperation;
    private long acknowledged;
    private long seen;
    private long confirmedNanos;

    ClientSession(
            EmbeddedBackend backend,
            FrontEnd frontEnd,
            EventLane lane,
            SessionOptions options,
            long id,
            long sentNanos) {
        this.backend = backend;
        this.frontEnd = frontEnd;
        this.lane = lane;
        this.options = options;
        this.namespace = new Namespace(options.namespace());
        this.id = new SessionId(id);
        this.seen = id;
        this.confirmedNanos = sentNanos;
        this.provenUntil = new AtomicLong(sentNanos + proof(options.timeout()));
    }

    /** The formula of {@link Session#provenUntilNanos}, counted from the sending of a renewal. */
    private static long proof(Duration timeout) {
        long nanos = timeout.toNanos();
        return nanos - nanos / 500 - Math.max(TimeUnit.MILLISECONDS.toNanos(50), nanos / 50);
    }

    private Duration renewalInterval() {
        long slack = proof(options.timeout()) - options.timeout().toNanos() / 4;
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), slack / 3));
    }

    /** Begins to be served, on the loop. */
    void begin(Member member) {
        backend.began(this);
        frontEnd.add(this);
        attachment = member.attach(id.value(), this);
        renewLater();
        if (backend.isClosed()) {
            closeQuietly();
        }
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
        return state;
    }

    @Override
    public long provenUntilNanos() {
        return provenUntil.get();
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
        StateListener registered = new StateListener(listener);
        stateListeners.add(registered);
        return registered;
    }

    private final class StateListener implements Subscription {
        private final Consumer<SessionState> listener;

        StateListener(Consumer<SessionState> listener) {
            this.listener = listener;
        }

        @Override
        public void close() {
            stateListeners.remove(this);
        }

        void tell(SessionState now) {
            if (!stateListeners.contains(this)) {
                return;
            }
            try {
                listener.accept(now);
            } catch (RuntimeException | Error e) {
                log.error("A state listener of session {} threw", id, e);
            }
        }
    }

    // ---- operations, on any thread

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        refuseRoot(key, "read");
        Key absolute = namespace.absolute(key);
        return submit(new Pending.Reading<Optional<Entry>>(
                mode, tree -> tree.get(absolute), entry -> entry.map(namespace::relative)));
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        Key absolute = namespace.absolute(parent);
        return submit(new Pending.Reading<>(
                mode, tree -> tree.list(absolute, content), listing -> namespace.relative(parent, listing)));
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        Key absolute = namespace.absolute(prefix);
        return submit(new Pending.Reading<>(
                Read.LATEST, tree -> tree.snapshot(absolute), snapshot -> namespace.relative(prefix, snapshot)));
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        capabilities().check(commit);
        return submit(new Pending.Committing(commit, namespace.absolute(commit)));
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        refuseRoot(queue, "queued on");
        TicketName.checkLabel(label);
        capabilities().check(queue, value);
        Key absolute = namespace.absolute(queue);
        // A key that is too long for a ticket below it is refused here and not by the leader.
        Key unused = absolute.child(new TicketName(label, "0".repeat(32), Integer.MIN_VALUE).toString());
        return submit(new Pending.Enqueuing(queue, absolute, label, value));
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

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        if (scope != Scope.SUBTREE) {
            refuseRoot(key, "watched in this scope");
        }
        ClientWatch watch = new ClientWatch(this, namespace, watchIds.incrementAndGet(), key, scope, listener);
        if (isOver()) {
            throw over();
        }
        if (watchCount.incrementAndGet() > MAX_WATCHES) {
            watchCount.decrementAndGet();
            throw new OverloadedException("a session has at most " + MAX_WATCHES + " watches; close some", null);
        }
        frontEnd.submit(lane, () -> register(watch));
        return watch;
    }

    private <T extends @Nullable Object> CompletableFuture<T> submit(Pending<T> operation) {
        if (isOver()) {
            return CompletableFuture.failedFuture(over());
        }
        if (pendingCount.incrementAndGet() > MAX_PENDING) {
            pendingCount.decrementAndGet();
            return CompletableFuture.failedFuture(new OverloadedException(
                    "more than " + MAX_PENDING + " operations of this session are in flight; wait for some", null));
        }
        frontEnd.submit(lane, () -> add(operation));
        return operation.future;
    }

    // ---- sending, on the loop

    private void add(Pending<?> operation) {
        if (ended) {
            onLane(() -> operation.future.completeExceptionally(over()));
            return;
        }
        unsent.add(operation);
        pump();
    }

    private boolean isAttached() {
        Attachment current = attachment;
        return current != null && current.isServed();
    }

    private void pump() {
        while (isAttached() && sent.size() < WINDOW && !unsent.isEmpty()) {
            Pending<?> operation = unsent.remove();
            if (operation.isDroppable()) {
                pendingCount.decrementAndGet();
                continue;
            }
            if (isRefused(operation)) {
                pendingCount.decrementAndGet();
                onLane(() -> operation.future.completeExceptionally(new StorageFullException(
                        "the members have no room for writes: free space on their disks, then retry", null)));
                continue;
            }
            sent.add(operation);
            transmit(operation);
        }
        if (closeRequested && !closeSent && isAttached() && link == Link.OPEN && sent.isEmpty() && unsent.isEmpty()) {
            closeSent = true;
            attached().closeSession();
        }
    }

    /** Only what has no number yet can be refused: those behind it need its number. */
    private boolean isRefused(Pending<?> operation) {
        return operation instanceof Pending.Writing<?> writing
                && writing.number == 0
                && writing.needsSpace()
                && attached().refusesWrites();
    }

    private Attachment attached() {
        Attachment current = attachment;
        if (current == null) {
            throw new IllegalStateException("session " + id + " is not attached");
        }
        return current;
    }

    private void transmit(Pending<?> operation) {
        operation.sends++;
        operation.sentNanos = frontEnd.ticker().nanos();
        if (operation instanceof Pending.Writing<?> writing && writing.number == 0) {
            writing.number = ++lastOperation;
        }
        if (link == Link.HUNG) {
            return;
        }
        if (operation instanceof Pending.Writing<?> writing) {
            if (losesNextRequest) {
                losesNextRequest = false;
                breakLink();
            } else {
                send(writing);
            }
        } else if (operation instanceof Pending.Reading<?> reading) {
            send(reading);
        }
    }

    private void send(Pending.Writing<?> writing) {
        if (writing instanceof Pending.Enqueuing enqueuing) {
            enqueuing.draw(frontEnd.random());
        }
        Attachment over = attached();
        over.write(writing.request(id.value(), acknowledged), (index, result, ticket, proven) -> {
            if (hears(over)) {
                onWritten(writing, index, result, ticket, proven);
            }
        });
    }

    private <T> void send(Pending.Reading<T> reading) {
        Attachment over = attached();
        over.read(reading.mode, reading.reading, (index, value) -> {
            if (hears(over) && sent.remove(reading)) {
                pendingCount.decrementAndGet();
                seen = Math.max(seen, index);
                if (reading.mode != Read.ANY) {
                    renewed(reading.sentNanos);
                }
                onLane(() -> reading.future.complete(reading.translation.apply(value)));
                pumpSoon();
            }
        });
    }

    private boolean hears(Attachment over) {
        return attachment == over && link != Link.HUNG && !ended;
    }

    private void onWritten(
            Pending.Writing<?> writing, long index, Result result, @Nullable Ticket ticket, boolean proven) {
        if (losesNextReply) {
            losesNextReply = false;
            breakLink();
            return;
        }
        if (result instanceof Result.SessionGone) {
            onGone();
            return;
        }
        if (result instanceof Result.OutOfOrder || result instanceof Result.Forgotten) {
            log.warn("operation {} of session {} was answered by {}; it is sent again", writing.number, id, result);
            breakLink();
            return;
        }
        if (!sent.remove(writing)) {
            return;
        }
        pendingCount.decrementAndGet();
        acknowledged = writing.number;
        seen = Math.max(seen, index);
        if (proven && writing.sends == 1) {
            renewed(writing.sentNanos);
        }
        onLane(() -> writing.complete(this, index, result, ticket));
        pumpSoon();
    }

    private void pumpSoon() {
        if (!unsent.isEmpty() || closeRequested) {
            // Not at once: the member is in the middle of a step.
            frontEnd.submit(lane, this::pump);
        }
    }

    Ticket ticket(String path, long index, @Nullable Ticket found) {
        if (found != null) {
            return namespace.relative(found);
        }
        // It is gone again already; so it has nobody ahead.
        Key key = namespace.relative(Key.of(path));
        QueueEntry place = new QueueEntry(key, TicketName.parse(key.name()).orElseThrow());
        return new Ticket(key.parent().orElseThrow(), place, index, id, List.of());
    }

    void removeUnwanted(Ticket ticket) {
        frontEnd.submit(lane, () -> {
            if (!ended && !closeRequested) {
                pendingCount.incrementAndGet();
                unsent.add(new Pending.Dequeuing(namespace.absolute(ticket.key())));
                pump();
            }
        });
    }

    void onLane(Runnable task) {
        lane.offer(task);
    }

    // ---- renewing

    private void renewed(long sentNanos) {
        confirmedNanos = Math.max(confirmedNanos, sentNanos);
        provenUntil.accumulateAndGet(sentNanos + proof(options.timeout()), Math::max);
    }

    private void renewLater() {
        frontEnd.after(renewalInterval(), () -> {
            if (!ended) {
                renew();
                renewLater();
            }
        });
    }

    private void renew() {
        if (!isAttached()) {
            return;
        }
        if (frontEnd.ticker().nanos() - confirmedNanos > options.timeout().toNanos() / 2) {
            // Whoever does not answer for so long is given up; another member may know more.
            confirmedNanos = frontEnd.ticker().nanos();
            breakLink();
            return;
        }
        if (link == Link.OPEN) {
            long sentNanos = frontEnd.ticker().nanos();
            Attachment over = attached();
            over.touch(() -> {
                if (hears(over)) {
                    renewed(sentNanos);
                }
            });
        }
    }

    // ---- attached and not, on the loop

    /** Looks whether the member still serves, or another one does. */
    void reconsider() {
        if (ended) {
            return;
        }
        if (attachment != null && !isAttached()) {
            suspend();
        }
        if (attachment == null) {
            attach();
        }
    }

    private void suspend() {
        Attachment old = attachment;
        if (old != null) {
            attachment = null;
            old.detach();
            closeSent = false;
            publish(SessionState.SUSPENDED);
        }
    }

    private void breakLink() {
        suspend();
        attachLater(LOST_LINK_DELAY);
    }

    private void attachLater(Duration delay) {
        if (!waitsToAttach) {
            waitsToAttach = true;
            frontEnd.after(delay, () -> {
                waitsToAttach = false;
                reconsider();
            });
        }
    }

    private void attach() {
        if (link != Link.OPEN || waitsToAttach) {
            return;
        }
        Member member = frontEnd.servingMember(seen);
        if (member == null) {
            attachLater(FrontEnd.retryDelay());
            return;
        }
        // The member's state is no older than anything this session has seen, its own beginning included.
        if (member.state().session(id.value()).isEmpty()) {
            onGone();
            return;
        }
        attachment = member.attach(id.value(), this);
        confirmedNanos = frontEnd.ticker().nanos();
        publish(SessionState.CONNECTED);
        // The watches first: no reply may overtake the batch that closes a watch's gap.
        for (ClientWatch watch : List.copyOf(watches.values())) {
            serve(watch);
        }
        for (Pending<?> operation : List.copyOf(sent)) {
            if (!isAttached()) {
                return;
            }
            if (operation.isDroppable()) {
                sent.remove(operation);
                pendingCount.decrementAndGet();
            } else {
                transmit(operation);
            }
        }
        renew();
        pump();
    }

    private void publish(SessionState now) {
        onLane(() -> {
            state = now;
            stateListeners.forEach(listener -> listener.tell(now));
        });
    }

    // ---- watches, on the loop

    private void register(ClientWatch watch) {
        if (ended) {
            onLane(() -> watch.end(over()));
        } else if (!watch.isClosed()) {
            watches.put(watch.id(), watch);
            if (isAttached() && link == Link.OPEN) {
                serve(watch);
            }
        }
    }

    private void serve(ClientWatch watch) {
        StateMachine tree = attached().watch(watch.id(), watch.absolute(), watch.scope());
        seen = Math.max(seen, tree.appliedIndex());
        watch.onWhole(tree);
    }

    /** Forgets a watch that its user closed. Called by any thread. */
    void forget(ClientWatch watch) {
        watchCount.decrementAndGet();
        frontEnd.submit(lane, () -> {
            Attachment current = attachment;
            if (watches.remove(watch.id()) != null && current != null) {
                current.unwatch(watch.id());
            }
        });
    }

    @Override
    public void onChanges(long watch, long index, List<WatchedChange> changes, StateMachine tree) {
        ClientWatch watching = watches.get(watch);
        if (watching != null && link != Link.HUNG) {
            seen = Math.max(seen, index);
            watching.onChanges(index, changes, tree);
        }
    }

    // ---- the end

    @Override
    public CompletableFuture<Void> closeAsync() {
        if (!closing) {
            closing = true;
            frontEnd.submit(lane, this::requestClose);
        }
        return end.copy();
    }

    private void requestClose() {
        if (ended || closeRequested) {
            return;
        }
        closeRequested = true;
        frontEnd.after(frontEnd.connectionTimeout(), () -> end(SessionState.CLOSED));
        pump();
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
            log.warn("session {} was not closed in time; the ensemble will expire it", id, e);
        }
    }

    @Override
    public void onGone() {
        if (link != Link.HUNG) {
            end(closeRequested ? SessionState.CLOSED : SessionState.EXPIRED);
        }
    }

    private void end(SessionState terminal) {
        if (ended) {
            return;
        }
        ended = true;
        Attachment old = attachment;
        attachment = null;
        if (old != null) {
            old.detach();
        }
        frontEnd.remove(this);
        List<Pending<?>> unanswered = new ArrayList<>(sent);
        unanswered.addAll(unsent);
        sent.clear();
        unsent.clear();
        List<ClientWatch> watching = new ArrayList<>(watches.values());
        watches.clear();
        onLane(() -> tellEnd(terminal, unanswered, watching));
    }

    private void tellEnd(SessionState terminal, List<Pending<?>> unanswered, List<ClientWatch> watching) {
        state = terminal;
        for (Pending<?> operation : unanswered) {
            operation.future.completeExceptionally(operation.isOfUnknownOutcome() ? unknown() : over());
        }
        watching.forEach(watch -> watch.end(over()));
        stateListeners.forEach(listener -> listener.tell(terminal));
        lane.finish(() -> {
            backend.ended(this);
            backend.laneEnded(lane);
            end.complete(null);
        });
    }

    private QuorateException unknown() {
        return new OutcomeUnknownException(
                "nobody knows whether the commit happened, because its reply was lost with session " + id
                        + "; read before retrying",
                null);
    }

    private boolean isOver() {
        return closing || state.isTerminal();
    }

    private QuorateException over() {
        return state == SessionState.EXPIRED ? new SessionExpiredException(id) : new SessionClosedException(id);
    }

    // ---- faults, for tests; called by any thread

    /** Breaks the connection until {@link #restore}. */
    public void cut() {
        frontEnd.submit(lane, () -> {
            link = Link.CUT;
            suspend();
        });
    }

    /** Loses everything in both directions until {@link #restore}. */
    public void hang() {
        frontEnd.submit(lane, () -> link = Link.HUNG);
    }

    /** Ends what {@link #cut} or {@link #hang} began. */
    public void restore() {
        frontEnd.submit(lane, () -> {
            if (link == Link.HUNG) {
                suspend();
            }
            link = Link.OPEN;
            reconsider();
        });
    }

    /** Breaks the connection when the next write is answered, before the answer arrives. */
    public void loseNextReply() {
        frontEnd.submit(lane, () -> losesNextReply = true);
    }

    /** Breaks the connection when the next write is sent, before it arrives. */
    public void loseNextRequest() {
        frontEnd.submit(lane, () -> losesNextRequest = true);
    }

    /** Returns a readable form. */
    @Override
    public String toString() {
        return "session " + id + " of " + options.ownerName();
    }
}
