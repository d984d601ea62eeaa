package io.quorate.linearizability.testing;

import java.util.Set;

/**
 * The sequential specification of an object: which outputs it may give, one operation after another.
 *
 * <p>A model is a pure function. States are immutable values with {@code equals} and {@code hashCode}; a state may
 * stand for several states of the object, and a step may lead to several states, where a history does not tell
 * everything (the revision of a write whose reply was lost, for example).
 *
 * @param <S> a state of the object
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public interface Model<S, I, O> {

    /** The state before the first operation. */
    S initial();

    /**
     * The states that may follow if the object in {@code state} answers {@code input} with {@code output}; empty if it
     * may not.
     */
    Set<S> step(S state, I input, O output);

    /**
     * The states that may follow if {@code input} takes effect and nobody sees the output; empty if it would change
     * nothing.
     *
     * <p>That the operation never takes effect need not be said: the checker tries it anyway.
     */
    Set<S> stepUnknown(S state, I input);

    /**
     * Whether {@code input} leaves the object as it is, whatever it answers.
     *
     * <p>A step of such an input may return a state that is better known than the given one, but not one of another
     * object. Reads of unknown outcome are dropped from a history.
     */
    boolean isReadOnly(I input);

    /**
     * The object that {@code input} addresses, if the model describes many independent ones; by default there is one.
     *
     * <p>A history is linearizable exactly if its part on each object is, and checking the parts is incomparably
     * cheaper.
     */
    default Object partition(I input) {
        return "the object";
    }
}
