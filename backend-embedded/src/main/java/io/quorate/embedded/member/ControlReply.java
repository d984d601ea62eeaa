package io.quorate.embedded.member;

import io.quorate.embedded.tree.Result;

/** Receives the answer of a request that is no numbered operation. */
@FunctionalInterface
public interface ControlReply {

    /**
     * Called at most once, as soon as the answer is true at the member that was asked; never if it stops serving before.
     *
     * @param index the index of the transaction
     * @param result the result
     */
    void onReply(long index, Result result);
}
