package io.quorate.linearizability.testing;

import io.quorate.linearizability.testing.Event.Presence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls and returns that are not linearized yet, doubly linked in the order of time; on equal times calls come
 * first.
 *
 * <p>Operations that need not take effect have a call and no return, so nothing ever waits for them.
 */
final class EventList<I, O> {

    private @Nullable Event<I, O> first;
    private int operationCount;
    private int pendingReturns;

    EventList(List<Operation<I, O>> operations, List<Operation<I, O>> removed) {
        List<Event<I, O>> events = new ArrayList<>();
        for (Operation<I, O> operation : operations) {
            boolean unknown = operation.outcome() instanceof Outcome.Unknown;
            add(events, operation, unknown ? Presence.OPTIONAL : Presence.REQUIRED);
        }
        removed.forEach(operation -> add(events, operation, Presence.REMOVED));
        events.sort(Comparator.<Event<I, O>>comparingLong(Event::time)
                .thenComparing(event -> !event.isCall)
                .thenComparing(event -> event.index));
        link(events);
    }

    private void add(List<Event<I, O>> events, Operation<I, O> operation, Presence presence) {
        int index = operationCount++;
        Event<I, O> call = new Event<>(operation, index, presence, true);
        events.add(call);
        if (presence == Presence.REQUIRED) {
            call.matchingReturn = new Event<>(operation, index, presence, false);
            events.add(call.matchingReturn);
            pendingReturns++;
        }
    }

    private void link(List<Event<I, O>> events) {
        for (int i = events.size() - 1; i >= 0; i--) {
            insert(events.get(i), null, first);
        }
    }

    /** How many returned operations are not linearized yet. */
    int pendingReturns() {
        return pendingReturns;
    }

    /**
     * The calls before the first return: one of these operations has to be linearized next.
     *
     * <p>Those that must take effect come first: an effect that nobody acknowledged is assumed only where nothing else
     * explains what was seen.
     */
    List<Event<I, O>> candidates() {
        List<Event<I, O>> required = new ArrayList<>();
        List<Event<I, O>> others = new ArrayList<>();
        for (Event<I, O> event = first; event != null && event.isCall; event = event.next) {
            if (event.presence == Presence.REQUIRED) {
                required.add(event);
            } else {
                others.add(event);
            }
        }
        required.addAll(others);
        return required;
    }

    /** Takes a call and its return out of the list. */
    void lift(Event<I, O> call) {
        remove(call);
        if (call.matchingReturn != null) {
            remove(call.matchingReturn);
            pendingReturns--;
        }
    }

    /** Undoes the latest {@link #lift} that was not undone, which has to be that of {@code call}. */
    void unlift(Event<I, O> call) {
        if (call.matchingReturn != null) {
            insert(call.matchingReturn, call.matchingReturn.previous, call.matchingReturn.next);
            pendingReturns++;
        }
        insert(call, call.previous, call.next);
    }

    private void remove(Event<I, O> event) {
        if (event.previous == null) {
            first = event.next;
        } else {
            event.previous.next = event.next;
        }
        if (event.next != null) {
            event.next.previous = event.previous;
        }
    }

    private void insert(Event<I, O> event, @Nullable Event<I, O> previous, @Nullable Event<I, O> next) {
        event.previous = previous;
        event.next = next;
        if (previous == null) {
            first = event;
        } else {
            previous.next = event;
        }
        if (next != null) {
            next.previous = event;
        }
    }
}
