package io.quorate.remote.testing;

import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A cut that waits for its request; it strikes once.
 *
 * @param matches chooses the request; called on the proxy's thread
 * @param moment where the connection is cut
 * @param struck completed when the connection was cut, with the frame that was lost; cancelling it disarms the trigger
 */
record CutTrigger(Predicate<Frame> matches, Moment moment, CompletableFuture<Frame> struck) {
    enum Moment {
        /** The request is dropped. */
        BEFORE_REQUEST,
        /** The request is forwarded, and its reply is dropped when it arrives. */
        AFTER_REQUEST
    }
}
