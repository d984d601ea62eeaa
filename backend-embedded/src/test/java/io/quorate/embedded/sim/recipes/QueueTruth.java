package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.TicketName;
import io.quorate.embedded.sim.SimulatedEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One queue as it truly is in the committed state, and what an operator takes out of it: who holds without having had the turn, and whose ticket was taken
 * away from under it.
 */
final class QueueTruth {

    /** When it is whose turn. */
    interface Turn {

        /**
         * Returns whether a ticket has its turn.
         *
         * @param ticket the ticket as it was last
         * @param ahead those ahead of it at that moment, first come first
         */
        boolean isTurn(Entry ticket, List<Entry> ahead);
    }

    private final SimulatedEngine engine;
    private final Key queue;
    private final Turn turn;
    private final Map<Long, Key> tickets = new HashMap<>();

    /** What the operator has removed, or is about to, each time. */
    private final List<Set<Key>> removals = new ArrayList<>();

    QueueTruth(SimulatedEngine engine, Key queue, Turn turn) {
        this.engine = engine;
        this.queue = queue;
        this.turn = turn;
    }

    /** Returns the label of a ticket. */
    static String label(Entry ticket) {
        return TicketName.parse(ticket.key().name()).orElseThrow().label();
    }

    private List<Entry> ticketsAt(long index) {
        return engine.committedBelow(queue, index).values().stream()
                .filter(entry -> entry.key().isChildOf(queue)
                        && TicketName.parse(entry.key().name()).isPresent())
                .sorted(Comparator.comparingLong(Entry::createRevision))
                .toList();
    }

    /** Returns the ticket that was made at a revision. */
    private Key ticket(long token) {
        return tickets.computeIfAbsent(token, made -> {
            for (Entry entry : ticketsAt(made)) {
                if (entry.createRevision() == made) {
                    return entry.key();
                }
            }
            engine.violated("TokenIsATicket", "no ticket of " + queue + " was made at " + made);
            throw new AssertionError();
        });
    }

    // ---- who may hold

    /** Returns whether the ticket of a token is there. */
    boolean isThere(long token) {
        return engine.committed(ticket(token)) != null;
    }

    /** Returns whether the ticket of a token is gone because the operator has removed it. */
    boolean isTakenAway(long token) {
        Key ticket = ticket(token);
        return removals.stream().anyMatch(each -> each.contains(ticket)) && !isThere(token);
    }

    /**
     * Checks that a ticket that was granted has its turn, or had it when it was removed, be it together with those ahead of it. A session
     * need not wait for its own tickets to leave that it has given back.
     */
    void checkGranted(long token, Object lease) {
        Key ticket = ticket(token);
        long end = engine.deletionOf(ticket, token);
        Entry mine = engine.committed(ticket, end - 1);
        List<Entry> ahead = ticketsAt(end).stream()
                .filter(each ->
                        each.createRevision() < token && (mine == null || !Objects.equals(each.owner(), mine.owner())))
                .toList();
        if (mine == null || !turn.isTurn(mine, ahead)) {
            engine.violated(
                    "GrantedInTurn",
                    lease + " is held, and as of " + end + " was behind "
                            + ahead.stream().map(Entry::createRevision).toList());
        }
    }

    // ---- who tried

    /** Returns the index to which {@link #wasEmptySince} is to look back, or -1 if somebody is in the queue now. */
    long emptyNow() {
        long now = engine.committedIndex();
        return ticketsAt(now).isEmpty() ? now : -1;
    }

    /** Returns whether nobody has been in the queue from that index on. */
    boolean wasEmptySince(long index) {
        return index >= 0 && !engine.hasChangedSince(queue, index);
    }

    // ---- the operator

    /**
     * Has an operator remove a ticket, or all of them at once, or a ticket and then those ahead of it, as a client whose session may do that.
     */
    void removeSome(RecipeClient operator) {
        List<Key> there = new ArrayList<>();
        ticketsAt(engine.committedIndex()).forEach(ticket -> there.add(ticket.key()));
        if (there.isEmpty()) {
            return;
        }
        int which = operator.random().below(there.size());
        switch (operator.random().below(3)) {
            case 0 -> remove(operator, List.of(there.get(which)), () -> {});
            case 1 -> remove(operator, there, () -> {});
            default ->
                remove(
                        operator,
                        List.of(there.get(which)),
                        () -> there.subList(0, which).forEach(each -> remove(operator, List.of(each), () -> {})));
        }
    }

    private void remove(RecipeClient operator, List<Key> doomed, Runnable next) {
        Commit.Builder removal = Commit.builder();
        doomed.forEach(removal::delete);
        if (doomed.size() > 1 && operator.random().chance(0.5)) {
            removal.delete(queue);
        }
        Set<Key> keys = Set.copyOf(doomed);
        removals.add(keys);
        operator.trace(() -> "as operator removes " + doomed);
        var unused = operator.quorate()
                .session()
                .thenCompose(session -> session.commit(removal.build()))
                .whenComplete((done, failure) -> {
                    if (failure != null && !mayHaveHappened(failure)) {
                        removals.remove(keys);
                    }
                    next.run();
                });
    }

    private static boolean mayHaveHappened(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof OutcomeUnknownException;
    }
}
