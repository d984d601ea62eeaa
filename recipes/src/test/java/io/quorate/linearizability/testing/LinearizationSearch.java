package io.quorate.linearizability.testing;

import io.quorate.linearizability.testing.Event.Presence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A depth-first search for a linearization of the operations on one object; used once.
 *
 * <p>The algorithm is that of Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with the memo of Lowe,
 * "Testing for Linearizability" (2017), section 4: linearize one of the operations that were called before the first
 * return of any other, take its events out of the list, go on with the rest, and put them back where that leads
 * nowhere. A pair of the operations linearized and the state reached is entered once, since a second visit could only
 * fail again.
 */
final class LinearizationSearch<S, I, O> {

    private final Model<S, I, O> model;
    private final EventList<I, O> events;
    private final long stepLimit;
    private final BitSet linearized = new BitSet();
    private final Set<Configuration<S>> seen = new HashSet<>();
    private final Deque<Frame<S, I, O>> path = new ArrayDeque<>();
    private long steps;
    private int fewestPending = Integer.MAX_VALUE;
    private List<Operation<I, O>> longest = List.of();
    private List<Operation<I, O>> stuck = List.of();
    private Set<S> reached = Set.of();

    /**
     * @param operations what has to be linearized: operations that returned, and effects that may have happened
     * @param removed operations that may take effect at any time after their calls and as often as it helps
     */
    LinearizationSearch(
            Model<S, I, O> model, List<Operation<I, O>> operations, List<Operation<I, O>> removed, long stepLimit) {
        this.model = model;
        this.events = new EventList<>(operations, removed);
        this.stepLimit = stepLimit;
    }

    Verdict run() {
        path.push(new Frame<>(null, Set.of(model.initial()), events.candidates()));
        while (events.pendingReturns() > 0) {
            Frame<S, I, O> frame = path.element();
            Event<I, O> call = frame.candidate();
            if (call == null) {
                rememberLongest();
                if (!backtrack()) {
                    return Verdict.NOT_LINEARIZABLE;
                }
            } else if (steps == stepLimit) {
                rememberLongest();
                return Verdict.UNKNOWN;
            } else {
                advance(frame, call);
            }
        }
        rememberLongest();
        return Verdict.LINEARIZABLE;
    }

    private void advance(Frame<S, I, O> frame, Event<I, O> call) {
        steps++;
        Set<S> next = step(frame.states, call.operation);
        boolean once = call.presence != Presence.REMOVED;
        linearized.set(call.index, once);
        if (next.isEmpty() || !seen.add(new Configuration<>((BitSet) linearized.clone(), next))) {
            linearized.clear(call.index);
            return;
        }
        // A read that fits and tells nothing new can be moved here from wherever else it would fit: no alternative is
        // better.
        if (model.isReadOnly(call.operation.input()) && next.equals(frame.states)) {
            frame.dropAlternatives();
        }
        if (once) {
            events.lift(call);
        }
        path.push(new Frame<>(call, next, events.candidates()));
    }

    private boolean backtrack() {
        Event<I, O> call = path.pop().entry;
        if (call == null) {
            return false;
        }
        if (call.presence != Presence.REMOVED) {
            events.unlift(call);
            linearized.clear(call.index);
        }
        return true;
    }

    private Set<S> step(Set<S> states, Operation<I, O> operation) {
        Set<S> next = new LinkedHashSet<>();
        for (S state : states) {
            if (operation.outcome() instanceof Outcome.Returned<O> returned) {
                next.addAll(model.step(state, operation.input(), returned.output()));
            } else {
                next.addAll(model.stepUnknown(state, operation.input()));
            }
        }
        return next;
    }

    private void rememberLongest() {
        if (events.pendingReturns() >= fewestPending) {
            return;
        }
        fewestPending = events.pendingReturns();
        longest = new ArrayList<>();
        path.descendingIterator().forEachRemaining(frame -> {
            if (frame.entry != null) {
                longest.add(frame.entry.operation);
            }
        });
        stuck = events.pendingReturns() == 0
                ? List.of()
                : events.candidates().stream().map(event -> event.operation).toList();
        reached = path.element().states;
    }

    PartitionReport<I, O> report(Object partition, Verdict verdict, History<I, O> history) {
        String state = reached.size() == 1 ? reached.iterator().next().toString() : "one of " + reached;
        return new PartitionReport<>(partition, verdict, history, longest, stuck, state, steps);
    }

    private record Configuration<S>(BitSet linearized, Set<S> states) {}

    /** A prefix of a linearization, with what may follow and was not tried yet. */
    private static final class Frame<S, I, O> {

        final @Nullable Event<I, O> entry;
        final Set<S> states;
        private final List<Event<I, O>> candidates;
        private int tried;

        Frame(@Nullable Event<I, O> entry, Set<S> states, List<Event<I, O>> candidates) {
            this.entry = entry;
            this.states = states;
            this.candidates = candidates;
        }

        @Nullable
        Event<I, O> candidate() {
            return tried == candidates.size() ? null : candidates.get(tried++);
        }

        void dropAlternatives() {
            tried = candidates.size();
        }
    }
}
