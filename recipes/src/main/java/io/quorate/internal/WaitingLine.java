package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.lease.LossCause;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session's view of one queue, shared by all its waiters and holders there: one watch, however many they are.
 *
 * <p>Whoever is ahead can only leave, so that a hand-over needs no request: the notification that somebody left is enough to decide whose
 * turn it is. A turn becomes a grant only while the session is connected, the view is in step with the backend, and the proven deadline
 * lies ahead: then the ticket exists, and nobody else can have the turn.
 *
 * <p>Confined to the session's lane.
 */
final class WaitingLine implements WatchListener {

    /** What becomes of a place, told on the lane: it may have to wait, and then exactly one of the others. */
    interface Waiter {
        /** The ticket is there and it is not its turn. */
        void hasToWait();

        /** It is the place's turn. The waiter owns the ticket from now on and answers for its removal. */
        void granted(Ownership ownership);

        /** Somebody else deleted the place's ticket. Nothing keeps the waiter from taking another. */
        void removed();

        /** The place is gone without a grant, because the session ended or refused. */
        void failed(QuorateException cause);
    }

    /** How to make an ownership of a granted ticket. */
    interface Grants {
        Ownership own(Ticket ticket);
    }

    private static final Comparator<QueueEntry> FIFO =
            Comparator.comparing(QueueEntry::name, TicketName.FIFO).thenComparing(QueueEntry::key);

    private final Session session;
    private final Key queue;
    private final NavigableSet<QueueEntry> view = new TreeSet<>(FIFO);
    private final NavigableMap<QueueEntry, Waiting> waiting = new TreeMap<>(FIFO);
    private final Map<QueueEntry, Ownership> owned = new HashMap<>();
    private int enqueuing;
    private boolean inStep;
    private boolean ended;
    private boolean confirming;
    private boolean idleSinceLastLook;
    private @Nullable Watch watch;

    /** A place that has its ticket, and how to own it. */
    private record Waiting(Place place, Grants grants) {}

    WaitingLine(Session session, Key queue) {
        this.session = session;
        this.queue = queue;
    }

    /** Takes a place at the end. The watch and the ticket are asked for in one go, which is one round trip. */
    Place join(String label, Bytes value, GrantRule rule, Grants grants, Waiter waiter) {
        idleSinceLastLook = false;
        if (watch == null) {
            watch = session.watch(queue, Scope.QUEUE, this);
        }
        Place place = new Place(rule, waiter, enqueue(label, value));
        enqueuing++;
        place.enqueued().whenComplete((ticket, failure) -> {
            enqueuing--;
            if (ticket != null) {
                arrived(place, ticket, grants);
            } else if (place.end()) {
                place.waiter().failed(Failures.of(failure));
            }
        });
        return place;
    }

    private CompletableFuture<Ticket> enqueue(String label, Bytes value) {
        try {
            return session.enqueue(queue, label, value);
        } catch (RuntimeException e) {
            // Refused by the call itself, so that there is nothing to watch for.
            if (isIdle()) {
                close();
            }
            throw e;
        }
    }

    /** Ends the wait of a place, wherever it stands; its ticket is removed. Has no effect after the grant. */
    void leave(Place place) {
        if (!place.end()) {
            return;
        }
        Ticket ticket = place.ticket();
        if (ticket == null) {
            place.enqueued().cancel(false);
        } else {
            waiting.remove(ticket.place());
            session.dequeue(ticket);
        }
    }

    /** Returns whether nobody is known to be in the queue, by a view that is in step. */
    boolean isKnownEmpty() {
        return inStep && view.isEmpty();
    }

    /** Returns how many tickets the view shows. */
    int size() {
        return view.size();
    }

    /** Returns whether this process has neither a waiter nor a holder here. */
    boolean isIdle() {
        return enqueuing == 0 && waiting.isEmpty() && owned.isEmpty();
    }

    /** Returns whether the line has been idle from the previous call on; used by whoever drops idle lines. */
    boolean wasIdleBefore() {
        boolean before = idleSinceLastLook;
        idleSinceLastLook = isIdle();
        return before && idleSinceLastLook;
    }

    /** Stops watching. Only an idle line is closed. */
    void close() {
        Watch current = watch;
        watch = null;
        inStep = false;
        view.clear();
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void onBatch(WatchBatch batch) {
        // Who left is taken out first: a queue that was removed and made anew counts its tickets from the start again.
        for (Change change : batch.changes()) {
            if (change instanceof Change.Left left) {
                left(left.place());
            }
        }
        for (Change change : batch.changes()) {
            if (change instanceof Change.Joined joined) {
                view.add(joined.place());
            }
        }
        if (batch.initial() || batch.gap()) {
            nowInStep();
        }
        grantTurns();
    }

    @Override
    public void onEnd(QuorateException cause) {
        inStep = false;
        watch = null;
        failAll(cause);
    }

    /** Takes note of a change of the session's state, or of a terminal one to come: nothing is granted from then on. */
    void sessionIs(SessionState state) {
        if (state == SessionState.SUSPENDED) {
            inStep = false;
            Map.copyOf(owned).values().forEach(Ownership::suspended);
        } else if (state.isTerminal()) {
            ended = true;
            inStep = false;
            LossCause cause = OwnershipState.lossBy(state);
            Map.copyOf(owned).values().forEach(ownership -> ownership.lose(cause));
            owned.clear();
            failAll(
                    state == SessionState.CLOSED
                            ? new SessionClosedException(session.id())
                            : new SessionExpiredException(session.id()));
        }
    }

    private void arrived(Place place, Ticket ticket, Grants grants) {
        if (place.isEnded()) {
            session.dequeue(ticket);
            return;
        }
        place.ticket(ticket);
        // The watch is never behind a reply, so that a ticket it does not know has been deleted by somebody already.
        if (inStep && !view.contains(ticket.place())) {
            deleted(place);
            return;
        }
        waiting.put(ticket.place(), new Waiting(place, grants));
        if (!hasTurn(place, ticket.place())) {
            place.waiter().hasToWait();
        }
        grantTurns();
    }

    private boolean hasTurn(Place place, QueueEntry entry) {
        return place.rule().grants(view.headSet(entry, false), entry);
    }

    private void left(QueueEntry entry) {
        view.remove(entry);
        Ownership ownership = owned.remove(entry);
        if (ownership != null) {
            ownership.lose(LossCause.ENTRY_DELETED);
        }
        Waiting gone = waiting.remove(entry);
        if (gone != null) {
            deleted(gone.place());
        }
    }

    private void deleted(Place place) {
        if (place.end()) {
            place.waiter().removed();
        }
    }

    private void nowInStep() {
        inStep = !ended && session.state() == SessionState.CONNECTED;
        if (!inStep) {
            return;
        }
        Map.copyOf(owned).forEach((entry, ownership) -> {
            if (view.contains(entry)) {
                ownership.verified();
            } else {
                left(entry);
            }
        });
        Map.copyOf(waiting).keySet().stream()
                .filter(entry -> !view.contains(entry))
                .forEach(this::left);
    }

    private void grantTurns() {
        while (!waiting.isEmpty() && inStep && session.state() == SessionState.CONNECTED) {
            QueueEntry first = waiting.firstKey();
            Waiting next = waiting.firstEntry().getValue();
            if (!hasTurn(next.place(), first)) {
                return;
            }
            if (!isProven()) {
                confirm(first);
                return;
            }
            waiting.remove(first);
            grant(next);
        }
    }

    private void grant(Waiting next) {
        Ticket ticket = next.place().ticket();
        if (ticket == null || !next.place().end()) {
            return;
        }
        Ownership ownership = next.grants().own(ticket);
        owned.put(ticket.place(), ownership);
        ownership.start();
        next.place().waiter().granted(ownership);
    }

    private boolean isProven() {
        return session.provenUntilNanos() - session.ticker().nanos() > 0;
    }

    /** Asks for a proof that the session lives: a linearizable read by this session is one. */
    private void confirm(QueueEntry entry) {
        if (confirming) {
            return;
        }
        confirming = true;
        session.get(entry.key(), Read.LATEST).whenComplete((found, failure) -> {
            confirming = false;
            if (failure == null) {
                grantTurns();
            }
        });
    }

    private void failAll(QuorateException cause) {
        Map<QueueEntry, Waiting> all = Map.copyOf(waiting);
        waiting.clear();
        all.values().forEach(gone -> {
            if (gone.place().end()) {
                gone.place().waiter().failed(cause);
            }
        });
    }
}
