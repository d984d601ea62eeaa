package io.quorate.linearizability.testing;

import org.jspecify.annotations.Nullable;

/**
 * The call or the return of an operation, a node of an {@link EventList}.
 *
 * <p>An event that was lifted out of the list keeps its neighbours, which is what makes putting it back cheap.
 */
final class Event<I, O> {

    final Operation<I, O> operation;
    /** The number of the operation within its list, which tells apart operations that are equal. */
    final int index;
    /** Whether the operation must take effect, may take effect once, or may take effect at will. */
    final Presence presence;

    final boolean isCall;
    /** For the call of an operation that must take effect: its return. */
    @Nullable
    Event<I, O> matchingReturn;

    @Nullable
    Event<I, O> previous;

    @Nullable
    Event<I, O> next;

    Event(Operation<I, O> operation, int index, Presence presence, boolean isCall) {
        this.operation = operation;
        this.index = index;
        this.presence = presence;
        this.isCall = isCall;
    }

    long time() {
        return isCall ? operation.callTime() : operation.returnTime();
    }

    /** How often an operation takes effect. */
    enum Presence {
        /** Once: the operation returned. */
        REQUIRED,
        /** Once or never: the outcome is unknown. */
        OPTIONAL,
        /** Any number of times: the shrinker removed the operation and grants whatever it could have done. */
        REMOVED
    }
}
