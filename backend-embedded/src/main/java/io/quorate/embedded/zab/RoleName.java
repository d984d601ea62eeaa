package io.quorate.embedded.zab;

/** The role a member plays. */
public enum RoleName {
    /** Takes part in an election. */
    LOOKING,
    /** Follows a leader. */
    FOLLOWING,
    /** Leads, or tries to. */
    LEADING,
    /** Stopped for good: nothing but a new start from the disk revives it. */
    HALTED
}
