package io.quorate.internal.breaker;

import io.quorate.backend.Op;
import java.time.Duration;

/**
 * Decisions of this package that a test may take wrongly, to see that the mistake is found.
 *
 * <p>Production has {@link #SOUND} and nothing else. Each method is one decision; what it returns here is right.
 */
class Rules {

    /** The rules as they are. */
    static final Rules SOUND = new Rules();

    /** Which revision a change of the state expects: the one that was judged. */
    long expectedRevision(long judged) {
        return judged;
    }

    /** Whether a probe needs a free slot. */
    boolean looksForAFreeSlot() {
        return true;
    }

    /** Whether a permit is given only while the state is the one that was seen. */
    boolean guardsPermits() {
        return true;
    }

    /** Whether a permit vanishes with the session of its owner. */
    Op.Lifetime permitLifetime() {
        return Op.Lifetime.SESSION;
    }

    /** Whether a permit that was not used is given back. */
    boolean returnsUnusedPermits() {
        return true;
    }

    /** Whether a permit that its owner has forgotten is removed by others. */
    boolean reapsPermits() {
        return true;
    }

    /** How many instances must be over a ratio: as many as configured. */
    int votesNeeded(int configured) {
        return configured;
    }

    /** Whether an instance that fails alone opens by itself. */
    boolean opensAlone() {
        return true;
    }

    /** How often an instance may publish: as seldom as intended. */
    Duration interval(Duration intended) {
        return intended;
    }

    /** Whether a window is published only when it has changed. */
    boolean publishesChangesOnly() {
        return true;
    }

    /** Whether the state stays as it is while an override holds. */
    boolean obeysOverrides() {
        return true;
    }

    /** Whether what was decided alone ends when the shared state is in sight again. */
    boolean rejoins() {
        return true;
    }

    /** Whether windows of another epoch are left out. */
    boolean comparesEpochs() {
        return true;
    }

    /** Whether an instance decides by itself while the backend is away. */
    boolean decidesAlone() {
        return true;
    }

    /** Whether an instance writes when it begins: no. */
    boolean writesOnStart() {
        return false;
    }

    /** Whether an override ends when its time is over. */
    boolean endsOverrides() {
        return true;
    }
}
