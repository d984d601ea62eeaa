package io.quorate.internal;

import io.quorate.backend.SessionState;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;

/**
 * The state of one ownership and its transitions, without any effect.
 *
 * <pre>
 *            deadline passed | session ended | entry gone | released
 *   Held ─────────────────────────────────────────────────────────▶ Lost
 *    │ ▲                                                             ▲
 *    │ └── verified ──┐                                              │
 *    └── suspended ─▶ Doubt ─────────────────────────────────────────┘
 * </pre>
 */
sealed interface OwnershipState {

    /** Proven, with a live connection. */
    record Held() implements OwnershipState {}

    /** Proven, without a connection, or not yet verified after a reconnection. */
    record Doubt() implements OwnershipState {}

    /** Over. */
    record Lost(LossCause cause) implements OwnershipState {}

    /** Returns the cause of a loss by the end of a session, which is in the given terminal state. */
    static LossCause lossBy(SessionState end) {
        return end == SessionState.CLOSED ? LossCause.SESSION_CLOSED : LossCause.SESSION_EXPIRED;
    }

    /** The connection was lost. */
    default OwnershipState suspended() {
        return isLost() ? this : new Doubt();
    }

    /** The entry was seen after a reconnection. */
    default OwnershipState verified() {
        return isLost() ? this : new Held();
    }

    /** The ownership ends; the first cause stays. */
    default OwnershipState lost(LossCause cause) {
        return isLost() ? this : new Lost(cause);
    }

    default boolean isLost() {
        return this instanceof Lost;
    }

    /** Returns the state as a user sees it. */
    default LeaseState visible() {
        if (isLost()) {
            return LeaseState.LOST;
        }
        return this instanceof Doubt ? LeaseState.DOUBT : LeaseState.HELD;
    }
}
