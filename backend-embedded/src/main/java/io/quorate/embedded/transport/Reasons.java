package io.quorate.embedded.transport;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Why connections to members failed, as far as the log has said so: each reason once, until a connection has lasted. Reasons are of
 * a few kinds, so that what others do does not make this grow. Thread-safe.
 */
final class Reasons {

    private final Map<Integer, Set<String>> told = new ConcurrentHashMap<>();

    /** Returns whether a reason was not told of a member yet; it counts as told from now on. */
    boolean isNew(int member, String reason) {
        return told.computeIfAbsent(member, each -> ConcurrentHashMap.newKeySet())
                .add(reason);
    }

    /** A connection to a member has lasted: what comes now is worth telling again. */
    void forget(int member) {
        told.remove(member);
    }

    /** Returns the kind of a failure; what it says may be different each time. */
    static String kind(Exception failure) {
        if (failure instanceof FrameException broken) {
            return broken.reason().name();
        } else if (failure instanceof RefusedException refused) {
            return refused.refusal().name();
        }
        return failure.getClass().getName();
    }
}
