package io.quorate.embedded.tree;

import org.jspecify.annotations.Nullable;

/** What the leader does with a request. */
public sealed interface Verdict {

    /**
     * The transaction must be proposed at the index that was given, and answered when that index is applied.
     *
     * @param txn the transaction
     */
    record Propose(Txn txn) implements Verdict {}

    /**
     * The answer is known and nothing is proposed. It is true only once {@code index} has been applied, and must not be
     * given before: if the leadership ends first, there is no answer.
     *
     * @param index the index of the transaction that it follows from, and the revision of a success; 0 if it may be given at
     *     once
     * @param result the result
     */
    record Answer(long index, Result result) implements Verdict {}

    /** Nothing needs to be done: what was to be reaped is in use again, or gone. */
    record Nothing() implements Verdict {
        /** The one instance that is needed. */
        public static final Nothing INSTANCE = new Nothing();
    }

    /** Returns the transaction to be proposed, or {@code null} if there is none. */
    default @Nullable Txn txn() {
        return this instanceof Propose propose ? propose.txn() : null;
    }
}
