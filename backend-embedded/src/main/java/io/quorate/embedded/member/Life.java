package io.quorate.embedded.member;

/** How far a member has come in its life. */
public enum Life {
    /** It reads its storage. */
    RECOVERING,
    /** It takes part in its ensemble. */
    RUNNING,
    /** It finishes what it has begun and hands over. */
    STOPPING,
    /** It waits for its storage to close. */
    CLOSING,
    /** It has stopped. */
    STOPPED,
    /** It stopped by itself, because its storage failed or it found itself to be wrong. */
    HALTED;

    boolean isOver() {
        return this == STOPPED || this == HALTED;
    }
}
