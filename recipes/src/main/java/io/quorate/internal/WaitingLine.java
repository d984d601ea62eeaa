package io.quorate.internal;

import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import io.quorate.internal.GrantRule.Standing;
import io.quorate.internal.GrantRule.Verdict;
import io.quorate.lease.LossCause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A session's places in one queue, shared by all its waiters and holders there.
 *
 * <p>Only the first of the session's places that wait is judged, and only those it waits for are watched: whoever is behind it cannot have a turn
 * before it has. A hand-over is then one notification to one session, and no request if it stood right behind whoever left.
 *
 * <p>A turn becomes a grant only while the session is connected, the ticket was seen over the present connection, and the proven deadline
 * lies ahead: then the ticket exists, and nobody else can have the turn.
 *
 * <p>Confined to the session's lane.
 */
final class WaitingLine implements QueueSight.Viewer {

    /** What becomes of a place, told on the lane: it may have to wait, and then exactly one of the others. */
    interface Waiter {
        /** The ticket is there and it is not its turn. */
        void hasToWait();

        /** It is the place's turn. The waiter owns the ticket from now on and answers for its removal. */
        void granted(Ownership ownership);

        /** Somebody else deleted the place's ticket. Nothing keeps the waiter from taking another. */
        void removed();

        /** The place is gone without a grant, because the session ended or it was refused. */
        void failed(QuorateException cause);
    }

    /** How to make an ownership of a granted ticket. */
    interface Grants {
        Ownership own(Ticket ticket);
    }

    private final Session session;
    private final QueueSight sight;

    /**
     * Those who wait, by the revisions of their tickets, which are first come first whatever became of the queue meanwhile. Places of several lives of
     * the queue wait together for as long as the news of the deletion is on its way.
     */
    private final NavigableMap<Long, Waiting> waiting = new TreeMap<>();

    private final Map<QueueEntry, Ownership> owned = new LinkedHashMap<>();
    private int enqueuing;

    /** How often the connection was lost. */
    private long suspensions;

    private boolean confirming;
    private boolean idleSinceLastLook;
    private @Nullable Terms terms;

    /** Why nothing is granted any more; {@code null} as long as something may be. */
    private @Nullable QuorateException end;

    /** A place that has its ticket, and how to own it. */
    private static final class Waiting {
        private final Place place;
        private final Ticket ticket;
        private final Grants grants;

        /** Whether the ticket was seen over the present connection. */
        private boolean seen;

        Waiting(Place place, Ticket ticket, Grants grants, boolean seen) {
            this.place = place;
            this.ticket = ticket;
            this.grants = grants;
            this.seen = seen;
        }
    }

    WaitingLine(Session session, Key queue) {
        this.session = session;
        this.sight = new QueueSight(session, queue, this);
    }

    /** Begins to watch the terms on which the rule of the queue depends. What is asked for next is asked for behind it. */
    void watchTerms(QueueTerms place) {
        if (terms == null) {
            terms = new Terms(session, place, this::termsChanged, this::ended);
        }
    }

    /** Takes note of tickets that were seen to share their turn. */
    void noteSharing(Set<QueueEntry> entries) {
        sight.noteSharing(entries);
    }

    /** Takes a place in whose ticket is under way. */
    void expect(Place place, Grants grants) {
        idleSinceLastLook = false;
        enqueuing++;
        long asked = suspensions;
        place.enqueued().whenComplete((ticket, failure) -> {
            enqueuing--;
            if (ticket != null) {
                arrived(place, ticket, grants, asked == suspensions);
            } else if (place.end()) {
                place.waiter().failed(Failures.of(failure));
            }
        });
    }

    /** Ends the wait of a place, wherever it stands; its ticket is removed. Has no effect after the grant. */
    void leave(Place place) {
        if (!place.end()) {
            return;
        }
        Ticket ticket = place.ticket();
        if (ticket == null) {
            place.withdraw();
        } else {
            giveBack(ticket);
            judge();
        }
    }

    private void giveBack(Ticket ticket) {
        waiting.remove(ticket.revision());
        sight.forget(ticket.place());
        session.dequeue(ticket);
    }

    /** Returns how many tickets are known: those of the session, and those ahead of them. */
    int size() {
        return sight.size();
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
        sight.close();
        Terms current = terms;
        terms = null;
        if (current != null) {
            current.close();
        }
    }

    /** Takes note that the session is about to end, or has: nothing is granted from then on, and nothing asked. */
    void sessionEnds(SessionState state) {
        end = state == SessionState.CLOSED
                ? new SessionClosedException(session.id())
                : new SessionExpiredException(session.id());
    }

    /** Takes note of a change of the session's state, or of a terminal one to come, which was announced to all lines before. */
    void sessionIs(SessionState state) {
        if (state == SessionState.SUSPENDED) {
            suspensions++;
            waiting.values().forEach(each -> each.seen = false);
            // Seeing them again is what shows that they are still there.
            sight.watchOwn();
            List.copyOf(owned.values()).forEach(Ownership::suspended);
        } else if (state.isTerminal()) {
            LossCause cause = OwnershipState.lossBy(state);
            List.copyOf(owned.values()).forEach(ownership -> ownership.lose(cause));
            owned.clear();
            QuorateException ending = end;
            if (ending != null) {
                failAll(ending);
            }
        }
    }

    @Override
    public void ownSeen(Ticket ticket) {
        Ownership ownership = owned.get(ticket.place());
        if (ownership != null) {
            ownership.verified();
        }
        Waiting place = waiting.get(ticket.revision());
        if (place != null) {
            place.seen = true;
            judge();
        }
    }

    @Override
    public void ownLeft(List<Ticket> tickets) {
        List<Ownership> lost = new ArrayList<>();
        List<Place> removed = new ArrayList<>();
        for (Ticket ticket : tickets) {
            Ownership ownership = owned.remove(ticket.place());
            if (ownership != null) {
                lost.add(ownership);
            }
            Waiting gone = waiting.remove(ticket.revision());
            if (gone != null) {
                removed.add(gone.place);
            }
        }
        lost.forEach(ownership -> ownership.lose(LossCause.ENTRY_DELETED));
        for (Place place : removed) {
            if (place.end()) {
                place.waiter().removed();
            }
        }
    }

    @Override
    public void othersChanged() {
        judge();
    }

    @Override
    public void ended(QuorateException cause) {
        end = cause;
        failAll(cause);
    }

    /**
     * Takes a ticket in.
     *
     * @param fresh whether the connection over which it was asked for is the present one. If not, the ticket was perhaps made long ago, may have been
     *     deleted since, and those ahead of it after it: being told of it is no sight of it.
     */
    private void arrived(Place place, Ticket ticket, Grants grants, boolean fresh) {
        if (place.isEnded()) {
            session.dequeue(ticket);
            return;
        }
        place.ticket(ticket);
        QuorateException ending = end;
        if (ending != null) {
            session.dequeue(ticket);
            place.end();
            place.waiter().failed(ending);
            return;
        }
        boolean seen = fresh && session.state() == SessionState.CONNECTED;
        Waiting arrived = new Waiting(place, ticket, grants, seen);
        waiting.put(ticket.revision(), arrived);
        sight.arrived(ticket);
        if (!place.isEnded()) {
            tellHowItStands(arrived);
        }
        judge();
    }

    private void tellHowItStands(Waiting arrived) {
        Verdict verdict = verdict(arrived);
        if (verdict instanceof Verdict.Refused refused) {
            refuse(arrived, refused.cause());
        } else if (verdict instanceof Verdict.Behind behind
                && !behind.blockers().isEmpty()) {
            arrived.place.waiter().hasToWait();
        }
    }

    private Verdict verdict(Waiting place) {
        return verdict(place, sight.ahead(place.ticket.place()));
    }

    private Verdict verdict(Waiting place, List<QueueEntry> ahead) {
        Terms current = terms;
        return place.place
                .rule()
                .judge(new Standing(ahead, sight.sharing(), current == null ? Optional.empty() : current.current()));
    }

    private void refuse(Waiting place, QuorateException cause) {
        giveBack(place.ticket);
        if (place.place.end()) {
            place.place.waiter().failed(cause);
        }
    }

    /** Tells those who can never have a turn under the new terms, and perhaps grants others theirs. */
    private void termsChanged() {
        for (Waiting place : List.copyOf(waiting.values())) {
            if (place.place.isEnded()) {
                continue;
            }
            if (verdict(place) instanceof Verdict.Refused refused) {
                refuse(place, refused.cause());
            } else if (verdict(place) instanceof Verdict.Behind) {
                place.place.waiter().hasToWait();
            }
        }
        judge();
    }

    /** Grants turns from the front, and aims at those for whom the first who has none waits. */
    private void judge() {
        while (isOpen() && !waiting.isEmpty()) {
            Waiting first = waiting.firstEntry().getValue();
            Verdict verdict = verdict(first);
            if (verdict instanceof Verdict.Refused refused) {
                refuse(first, refused.cause());
            } else if (verdict instanceof Verdict.Turn && mayBeGranted(first)) {
                waiting.remove(first.ticket.revision());
                grant(first);
            } else {
                await(first, verdict);
                return;
            }
        }
        if (isOpen()) {
            sight.aimAt(List.of(), true);
        }
    }

    private boolean mayBeGranted(Waiting place) {
        return place.seen
                && sight.isCertain(place.ticket.place())
                && session.state() == SessionState.CONNECTED
                && isProven();
    }

    /** Has told what keeps a place from its turn. */
    private void await(Waiting place, Verdict verdict) {
        if (verdict instanceof Verdict.Behind behind) {
            sight.aimAt(behind.blockers(), isLookedAtAgain(place, behind));
        } else if (!place.seen) {
            sight.watchOwn();
        } else if (!sight.isCertain(place.ticket.place())) {
            sight.watchOwnSoon(false);
            sight.makeCertain();
        } else if (session.state() == SessionState.CONNECTED) {
            sight.watchOwnSoon(false);
            confirm(place);
        }
    }

    /** Returns whether it still takes a look at the queue, when those have left for whom a place waits, to know whether it has its turn. */
    private boolean isLookedAtAgain(Waiting place, Verdict.Behind behind) {
        List<QueueEntry> others = sight.ahead(place.ticket.place());
        others.removeAll(behind.blockers());
        return verdict(place, others) instanceof Verdict.Behind;
    }

    /** Whether anything may be asked for or granted. A watch may tell of the end of the session before the session itself does. */
    @Override
    public boolean isOpen() {
        return end == null && !session.state().isTerminal();
    }

    private void grant(Waiting next) {
        if (!next.place.end()) {
            return;
        }
        Ownership ownership = next.grants.own(next.ticket);
        QueueEntry entry = next.ticket.place();
        owned.put(entry, ownership);
        sight.watchOwnSoon(true);
        ownership.start(() -> sight.removed(entry));
        next.place.waiter().granted(ownership);
    }

    private boolean isProven() {
        return session.provenUntilNanos() - session.ticker().nanos() > 0;
    }

    /** Asks for a proof that the session lives: a linearizable read by this session is one. */
    private void confirm(Waiting place) {
        if (confirming) {
            return;
        }
        confirming = true;
        session.get(place.ticket.key(), Read.LATEST).whenComplete((found, failure) -> {
            confirming = false;
            if (failure == null) {
                judge();
            } else {
                Retry.later(session, this::judge);
            }
        });
    }

    private void failAll(QuorateException cause) {
        List<Waiting> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(gone -> {
            if (gone.place.end()) {
                gone.place.waiter().failed(cause);
            }
        });
    }
}
