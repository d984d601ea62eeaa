package io.quorate.embedded.tree;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the leader must know of a session to judge its next request, after the proposals that are not applied yet. */
final class PendingSession {

    /** The result of a proposed operation. */
    record Outcome(long index, long operation, Result result) {}

    final long id;
    final ArrayDeque<Outcome> outcomes = new ArrayDeque<>(2);

    /** Paths of ephemeral nodes that pending proposals create and do not delete again. */
    final Set<String> created = new LinkedHashSet<>();

    /** The last proposal that concerns this session. */
    long index;

    /** The proposal that ends this session; 0 if there is none. */
    long closedAt;

    long lastOperation;
    long acknowledged;
    int ephemerals;
    long ephemeralPathBytes;

    /** Creates a session whose opening is pending. */
    PendingSession(long id) {
        this.id = id;
    }

    /** Creates a session as the state has it. */
    PendingSession(SessionRecord record) {
        this(record.id);
        lastOperation = record.lastOperation;
        acknowledged = record.acknowledged;
        ephemerals = record.ephemerals.size();
        ephemeralPathBytes = record.ephemeralPathBytes;
    }

    void record(long proposal, long operation, long newAcknowledged, Result result) {
        index = proposal;
        lastOperation = operation;
        acknowledged = newAcknowledged;
        outcomes.addLast(new Outcome(proposal, operation, result));
    }

    /** Forgets what the state knows by now. */
    void forgetUpTo(long applied) {
        while (!outcomes.isEmpty() && outcomes.getFirst().index() <= applied) {
            outcomes.removeFirst();
        }
    }

    /** Returns the answer of an operation that is pending, or {@code null}. */
    Verdict.@Nullable Answer answer(long operation) {
        for (Outcome outcome : outcomes) {
            if (outcome.operation() == operation) {
                return new Verdict.Answer(outcome.index(), outcome.result());
            }
        }
        return null;
    }
}
